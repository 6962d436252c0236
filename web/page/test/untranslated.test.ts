import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, test } from "node:test";

const copy = mkdtempSync(join(tmpdir(), "tokimori-untranslated-"));
for (const name of ["src", "package.json", "tsconfig.json", "check_texts.mjs", "build.mjs"]) cpSync(name, join(copy, name), { recursive: true });
symlinkSync(resolve("node_modules"), join(copy, "node_modules"));
after(() => rmSync(copy, { recursive: true }));

function run(program: string, ...more: string[]): { status: number | null; told: string } {
  const { status, stdout, stderr } = spawnSync(program, more, { cwd: copy, encoding: "utf8" });
  return { status, told: stdout + stderr };
}

/** What the build says of a copy of the page in which `before`, which stands once in `file`, is `now`. */
function withChange(file: string, before: string, now: string, build: () => { status: number | null; told: string }): string {
  const path = join(copy, "src", file);
  const whole = readFileSync(path, "utf8");
  assert.equal(whole.split(before).length, 2, `${file}: ${before}`);
  writeFileSync(path, whole.replace(before, () => now));
  try {
    const { status, told } = build();
    assert.notEqual(status, 0, `${now} passes`);
    return told;
  } finally {
    writeFileSync(path, whole);
  }
}

function complaints(file: string, before: string, now: readonly string[]): string[] {
  return withChange(file, before, now.join("\n"), () => run(process.execPath, "check_texts.mjs")).trim().split("\n");
}

const LOG_OUT = 'logOut: { ja: "ログアウト", en: "Log out" }';

test("a text that lacks a language ends the build, which says its name", () => {
  assert.match(withChange("text/phrases.ts", LOG_OUT, 'logOut: { en: "Log out" }', () => run("npm", "run", "build")), /phrases\.ts:\d+: logOut: lacks Japanese/);
});

test("so does one that is empty, in the other language, or fills in something else", () => {
  const wrong = [
    ['first: { ja: "", en: "Log out" }', "lacks Japanese"],
    ['second: { ja: "ログアウト" }', "lacks English"],
    ['third: { ja: "Log out", en: "Log out" }', "is not Japanese"],
    ['fourth: { ja: "ログアウト", en: "ログアウト" }', "is not English"],
    ['fifth: { ja: "{n} をログアウト", en: "Log out" }', "fill in other values"],
    ['sixth: { what: { en: "Log out" } }', "sixth.what: lacks Japanese"],
    ['seventh: { ja: "新しい", en: "New" }', "seventh is never said"],
  ] as const;
  const told = complaints("text/phrases.ts", LOG_OUT, [[LOG_OUT, ...wrong.map(([entry]) => entry)].join(",\n")]);
  for (const [entry, expected] of wrong) {
    const name = entry.slice(0, entry.indexOf(":"));
    assert.ok(told.some((line) => line.includes(name) && line.includes(expected)), `${entry}: ${told.join("\n")}`);
  }
});

test("so does a word that a view says by itself, however it is said", () => {
  const said = [
    "<h1>Goodbye</h1>",
    '<h1>{"Goodbye"}</h1>',
    "<h1>{`Goodbye, ${user.name}`}</h1>",
    '<h1>{user.name === "" ? say(part.title) : "Goodbye"}</h1>',
    '<h1>{user.name !== "" && "Goodbye"}</h1>',
    '<h1>{[1].map(() => "Goodbye")}</h1>',
    '<h1 title="goodbye" />',
    '<h1 aria-label={"goodbye"} />',
    '<h1 onClick={() => alert("goodbye")} />',
    '<h1 onClick={() => (document.title = "goodbye")} />',
    '<h1 onClick={() => setWhy("goodbye to all")} />',
    "<h1>さようなら</h1>",
  ];
  const title = "<h1>{say(part.title)}</h1>";
  const first = readFileSync(join(copy, "src/shell.tsx"), "utf8").split(title)[0]!.split("\n").length;
  const told = complaints("shell.tsx", title, said);
  for (const [i, each] of said.entries()) assert.ok(told.some((line) => line.includes(`shell.tsx:${first + i}: text outside src/text: `)), `${each}: ${told.join("\n")}`);
});
