import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as codes from "../src/text/codes";
import { say, setLanguage, wordFor } from "../src/text/language";
import * as leapCodes from "../src/text/leap_codes";
import { phrases } from "../src/text/phrases";
import { fill, places, type Table } from "../src/text/text";

// The daemon's own words, from where tokictl keeps them.
function tokictlWords(file: string): Map<string, string> {
  const text = readFileSync(`../../server/tokictl/${file}`, "utf8");
  const found = text.matchAll(/Word\{"(\w+)",\s*\{"((?:[^"\\]|\\.)*)",\s*"((?:[^"\\]|\\.)*)"\}\}/g);
  return new Map([...found].map(([, code, en, ja]) => [`${code}`, `${en}|${ja}`.replace(/\\"/g, '"')]));
}

function sameWords(file: string, tables: readonly Table[]): void {
  const words = tokictlWords(file);
  assert.ok(words.size > 0, file);
  const ours = tables.flatMap((table) => Object.entries(table).map(([code, { en, ja }]) => `${code}: ${en}|${ja}`));
  for (const [code, both] of words) assert.ok(ours.includes(`${code}: ${both}`), `${code}: ${both}`);
}

test("every reason and state of the daemon has the words that tokictl has", () => {
  sameWords("reason_text.cpp", [codes.reasons, codes.states]);
});

test("so has every word about leap seconds", () => {
  sameWords("leap_words.cpp", Object.values(leapCodes));
});

test("every phrase says something in both languages, and fills in the same values", () => {
  for (const [name, { ja, en }] of Object.entries(phrases)) {
    assert.ok(ja.trim() !== "" && en.trim() !== "", name);
    assert.equal(places(ja), places(en), name);
  }
});

test("a phrase is said in the language that is set, with its values", () => {
  setLanguage("ja");
  assert.equal(say("ago", { age: "3 秒" }), "3 秒前");
  setLanguage("en");
  assert.equal(say("ago", { age: "3 s" }), "3 s ago");
});

test("what has no word is shown as it is", () => {
  assert.equal(wordFor(codes.reasons, "a_new_reason"), "a_new_reason");
  assert.equal(wordFor(codes.reasons, null), "–");
  assert.equal(fill("{a} {b}", { a: 1 }), "1 {b}");
});
