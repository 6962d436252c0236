// Every text in both languages, each in its own, with the same places to fill in; every phrase said somewhere; and no text for
// people outside src/text. Begins the build, and names what is wrong.
import ts from "typescript";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const problems = [];
const TABLES = join("src", "text");

function where(file, node) {
  const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
  return `${file.fileName}:${line + 1}`;
}

function sources(directory) {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? sources(join(directory, entry.name)) : /\.tsx?$/.test(entry.name) ? [join(directory, entry.name)] : [],
  );
}

const files = sources("src").map((name) => ts.createSourceFile(name, readFileSync(name, "utf8"), ts.ScriptTarget.ES2021, true));
const isTable = (file) => file.fileName.startsWith(TABLES);

function walk(node, visit) {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}

const JAPANESE = /[\u3040-\u30ff\u4e00-\u9fff]/;
// The same in both languages, and so the only words that a Japanese text may consist of.
const TERMS = /\b(LI|UTC|JST|TAI|ppm|ppb|dB-Hz|smear|refid|stratum|PPS|JJY|NTP|GPS|English|leap-seconds\.list)\b/gi;
// Said in the language that is not spoken.
const OTHERS = new Set(["otherLanguage"]);
const hasWords = (text) => JAPANESE.test(text) || /[A-Za-z]{2,}/.test(text.replace(/\{\w+\}/g, "").replace(TERMS, ""));

// Texts of the tables.

function places(text) {
  return [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).sort().join(" ");
}

function wordOf(object, name) {
  return object.properties.find((each) => each.name?.text === name);
}

function stringOf(member) {
  return member && ts.isPropertyAssignment(member) && ts.isStringLiteralLike(member.initializer) ? member.initializer.text : null;
}

// "holdover.what", as people look for it.
function nameOf(node) {
  const names = [];
  for (let each = node.parent; each !== undefined; each = each.parent) if (ts.isPropertyAssignment(each)) names.unshift(each.name.getText());
  return names.join(".");
}

function checkEntry(file, node) {
  if (!ts.isObjectLiteralExpression(node) || (wordOf(node, "ja") === undefined && wordOf(node, "en") === undefined)) return;
  const [ja, en] = [stringOf(wordOf(node, "ja")), stringOf(wordOf(node, "en"))];
  const complain = (what) => problems.push(`${where(file, node)}: ${nameOf(node)}: ${what}`);
  if (!ja?.trim()) complain("lacks Japanese");
  else if (!en?.trim()) complain("lacks English");
  else if (places(ja) !== places(en)) complain(`Japanese and English fill in other values: {${places(ja)}} {${places(en)}}`);
  else if (OTHERS.has(nameOf(node))) return;
  else if (hasWords(ja) && !JAPANESE.test(ja)) complain(`is not Japanese: ${ja}`);
  else if (JAPANESE.test(en)) complain(`is not English: ${en}`);
}

// Texts outside them.

const SPOKEN = new Set(["title", "aria-label", "aria-description", "aria-valuetext", "placeholder", "alt", "label", "submit", "help", "aside", "facts"]);
const SHOWN = new Set(["title", "textContent", "innerText", "innerHTML", "placeholder", "ariaLabel", "alt"]);
const SPEAKING = new Set(["confirm", "alert", "prompt", "createTextNode", "fillText", "strokeText"]);
// Where words with blanks between them are none for people: names of classes, drawings, what the browser is told.
const NO_TEXT = new Set(["class", "d", "viewBox", "transform", "points", "font"]);

const complainOf = (file, node, text) => problems.push(`${where(file, node)}: text outside src/text: ${text.trim()}`);

/** The literals that an expression may be, or be put together of. */
function literalsOf(node) {
  if (ts.isStringLiteralLike(node)) return [[node, node.text]];
  if (ts.isTemplateExpression(node)) return [node.head, ...node.templateSpans.map((span) => span.literal)].map((part) => [part, part.text]).concat(node.templateSpans.flatMap((span) => literalsOf(span.expression)));
  if (ts.isConditionalExpression(node)) return [...literalsOf(node.whenTrue), ...literalsOf(node.whenFalse)];
  if (ts.isBinaryExpression(node)) return [ts.SyntaxKind.PlusToken, ts.SyntaxKind.BarBarToken, ts.SyntaxKind.QuestionQuestionToken].includes(node.operatorToken.kind) ? [...literalsOf(node.left), ...literalsOf(node.right)] : ts.SyntaxKind.AmpersandAmpersandToken === node.operatorToken.kind ? literalsOf(node.right) : [];
  if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isNonNullExpression(node) || ts.isSatisfiesExpression(node)) return literalsOf(node.expression);
  if (ts.isArrayLiteralExpression(node)) return node.elements.flatMap(literalsOf);
  if (ts.isArrowFunction(node) && !ts.isBlock(node.body)) return literalsOf(node.body);
  if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression) && node.expression.name.text === "map") return node.arguments.flatMap(literalsOf);
  return [];
}

function isCode(node) {
  return node !== undefined && (ts.isJsxElement(node) ? node.openingElement.tagName.getText() === "code" : (ts.isJsxExpression(node) || ts.isJsxFragment(node)) && isCode(node.parent));
}

/** What is shown as it stands: the expression, or none. */
function shownBy(node) {
  if (ts.isJsxExpression(node) && !ts.isJsxAttribute(node.parent)) return isCode(node) ? undefined : node.expression;
  if (ts.isJsxAttribute(node) && SPOKEN.has(node.name.getText())) return ts.isJsxExpression(node.initializer ?? node) ? node.initializer.expression : node.initializer;
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken && ts.isPropertyAccessExpression(node.left) && SHOWN.has(node.left.name.text)) return node.right;
  if (ts.isCallExpression(node) && SPEAKING.has(ts.isPropertyAccessExpression(node.expression) ? node.expression.name.text : node.expression.getText())) return node.arguments[0];
  return undefined;
}

function isNoText(node) {
  for (let each = node.parent; each !== undefined && !ts.isStatement(each); each = each.parent) {
    if ((ts.isJsxAttribute(each) || ts.isPropertyAssignment(each)) && NO_TEXT.has(each.name.getText())) return true;
  }
  return false;
}

// What reads like a sentence is one, wherever it stands.
function isSentence(node) {
  return (/[A-Za-z]{2,},? [A-Za-z]{2,}/.test(node.text) || /^[A-Z][a-z]+[.:!?…]?$/.test(node.text)) && !isNoText(node);
}

function checkOutside(file, node) {
  if (ts.isJsxText(node) && !isCode(node.parent) && hasWords(node.text)) complainOf(file, node, node.text);
  const shown = shownBy(node);
  if (shown !== undefined) for (const [part, text] of literalsOf(shown)) if (hasWords(text)) complainOf(file, part, text);
  if ((ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)) && (JAPANESE.test(node.text) || isSentence(node))) complainOf(file, node, node.text);
}

for (const file of files) walk(file, (node) => (isTable(file) ? checkEntry(file, node) : checkOutside(file, node)));

// Nobody has to translate what is never said.
const phrases = new Map();
const said = new Set();
for (const file of files) {
  walk(file, (node) => {
    const isPhrase = file.fileName.startsWith(join(TABLES, "phrases")) && ts.isPropertyAssignment(node) && ts.isObjectLiteralExpression(node.initializer);
    if (isPhrase) phrases.set(node.name.getText(file), where(file, node));
    if (ts.isStringLiteralLike(node)) said.add(node.text);
  });
}
for (const [name, place] of phrases) if (!said.has(name)) problems.push(`${place}: ${name} is never said`);

for (const problem of new Set(problems)) console.error(problem);
process.exit(problems.length > 0 ? 1 : 0);
