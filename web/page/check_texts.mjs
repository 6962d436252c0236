// Every text in both languages, with the same places to fill in; and no text for people outside src/text.
// That each entry has both is checked by the compiler; that both say something, and that nobody writes around the tables, here.
import ts from "typescript";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const problems = [];

function places(text) {
  return [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).sort().join(" ");
}

function where(file, node) {
  const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
  return `${file.fileName}:${line + 1}`;
}

function stringOf(object, name) {
  const member = object.properties.find((each) => each.name?.getText?.() === name || each.name?.text === name);
  return member && ts.isPropertyAssignment(member) && ts.isStringLiteralLike(member.initializer) ? member.initializer.text : null;
}

function checkEntry(file, node) {
  const [ja, en] = [stringOf(node, "ja"), stringOf(node, "en")];
  if (ja === null && en === null) return;
  if (!ja?.trim() || !en?.trim()) problems.push(`${where(file, node)}: a text lacks Japanese or English`);
  else if (places(ja) !== places(en)) problems.push(`${where(file, node)}: Japanese and English fill in other values: {${places(ja)}} {${places(en)}}`);
}

const JAPANESE = /[\u3040-\u30ff\u4e00-\u9fff]/;
const SPOKEN = new Set(["title", "aria-label", "placeholder", "alt", "label"]);
// The same in both languages.
const TERMS = /\b(LI|UTC|JST|ppm)\b/g;

function isCode(node) {
  return ts.isJsxElement(node.parent) && node.parent.openingElement.tagName.getText() === "code";
}

function checkOutside(file, node) {
  if (ts.isJsxText(node) && !isCode(node) && /[A-Za-z]{2,}/.test(node.text.replace(TERMS, ""))) problems.push(`${where(file, node)}: text outside src/text: ${node.text.trim()}`);
  if (ts.isStringLiteralLike(node) && JAPANESE.test(node.text)) problems.push(`${where(file, node)}: Japanese outside src/text`);
  if (ts.isJsxAttribute(node) && SPOKEN.has(node.name.getText(file)) && node.initializer && ts.isStringLiteral(node.initializer) && node.initializer.text !== "") {
    problems.push(`${where(file, node)}: text outside src/text: ${node.initializer.text}`);
  }
}

function walk(file, node, check) {
  check(file, node);
  ts.forEachChild(node, (child) => walk(file, child, check));
}

function sources(directory) {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? sources(join(directory, entry.name)) : /\.tsx?$/.test(entry.name) ? [join(directory, entry.name)] : [],
  );
}

for (const name of sources("src")) {
  const file = ts.createSourceFile(name, readFileSync(name, "utf8"), ts.ScriptTarget.ES2021, true);
  const isTable = name.startsWith(join("src", "text"));
  walk(file, file, isTable ? (f, n) => ts.isObjectLiteralExpression(n) && checkEntry(f, n) : checkOutside);
}
// Nobody has to translate what is never said.
const phrases = new Map();
const said = new Set();

function collect(file, node) {
  const isPhrase = file.fileName.startsWith(join("src", "text", "phrases")) && ts.isPropertyAssignment(node) && ts.isObjectLiteralExpression(node.initializer);
  if (isPhrase) phrases.set(node.name.getText(file), where(file, node));
  if (ts.isStringLiteralLike(node)) said.add(node.text);
}

for (const name of sources("src")) {
  const file = ts.createSourceFile(name, readFileSync(name, "utf8"), ts.ScriptTarget.ES2021, true);
  walk(file, file, collect);
}
for (const [name, place] of phrases) if (!said.has(name)) problems.push(`${place}: ${name} is never said`);
for (const problem of problems) console.error(problem);
process.exit(problems.length > 0 ? 1 : 0);
