import { strict as assert } from "node:assert";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import * as codes from "../src/text/codes";
import { say, setLanguage, wordFor } from "../src/text/language";
import * as leapCodes from "../src/text/leap_codes";
import { complaintText } from "../src/settings/complaint_text";
import { complaints, expectations } from "../src/text/complaint_words";
import { certificateFaults } from "../src/text/certificate_words";
import { leapListFaults } from "../src/text/leap_list_words";
import { eventCodes, eventKinds } from "../src/text/event_codes";
import { phrases } from "../src/text/phrases";
import { fill, places, type Table } from "../src/text/text";

// The daemon's own words, from where tokictl keeps them.
function tokictlWords(file: string): Map<string, string> {
  const text = readFileSync(`../../server/tokictl/${file}`, "utf8");
  const found = text.matchAll(/Word\{\s*"(\w+)",\s*\{((?:"(?:[^"\\]|\\.)*"\s*)+),\s*((?:"(?:[^"\\]|\\.)*"\s*)+)\}\}/g);
  return new Map([...found].map(([, code, en = "", ja = ""]) => [`${code}`, `${joined(en)}|${joined(ja)}`]));
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
  sameWords("leap_list_words.cpp", [leapListFaults]);
  assert.equal(tokictlWords("leap_list_words.cpp").size, Object.keys(leapListFaults).length);
});

// Of the page's own server.
function serverSource(): string {
  return readdirSync("..").filter((name) => name.endsWith(".cpp")).map((name) => readFileSync(`../${name}`, "utf8")).join("\n");
}

// What only somebody gets who writes requests by hand, or asks where machines do.
const FOR_MACHINES = ["bad_callback", "bad_host", "bad_path", "head_too_long", "method_not_allowed", "not_expected", "not_json", "not_synchronised", "switched_off"];

test("every error of the page's server and of the daemon has its words", () => {
  const daemon = readdirSync("../../server/daemon").filter((name) => name.endsWith(".cpp")).map((name) => readFileSync(`../../server/daemon/${name}`, "utf8")).join("\n");
  const ofServer = [...serverSource().matchAll(/(?:error_reply\(|Refusal\{)\s*\d+,\s*"(\w+)"/g)].map(([, code]) => `${code}`);
  const ofDaemon = [...daemon.matchAll(/(?:\brefuse\(|ControlError\{)\s*"(\w+)"/g)].map(([, code]) => `${code}`);
  assert.ok(ofServer.length > 40 && ofDaemon.length > 20, `${ofServer.length} ${ofDaemon.length}`);
  for (const code of [...ofServer, ...ofDaemon]) assert.ok(Object.hasOwn(codes.errors, code) || FOR_MACHINES.includes(code), code);
});

test("every event of the log has its words", () => {
  const source = serverSource();
  const recorded = [...source.matchAll(/\brecord(?:_failure)?\([^;]*?"([a-z_]+)"(?:, [^",;]+, "([a-z_]+)")?/g)].map(([, first, second]) => second ?? first!);
  const ofChanges = [...source.matchAll(/WantedChange|run\(\{[^}]*?"([a-z_]+)"/g)].flatMap(([, kind]) => (kind === undefined ? [] : [kind]));
  const named = new Map([...source.matchAll(/kind == "(\w+)"\s*\? "(\w+)"/g)].map(([, kind, code]) => [kind, code]));
  const codesOfEvents = new Set([...recorded.filter((code) => !Object.hasOwn(eventKinds, code)), ...ofChanges.map((kind) => named.get(kind) ?? kind)]);
  for (const code of ["login", "login_failed", "settings_undone", "factory_reset", "leap_list_kept"]) assert.ok(codesOfEvents.has(code), `not seen: ${code}`);
  for (const code of codesOfEvents) assert.ok(Object.hasOwn(eventCodes, code), code);
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

// Literals that stand beside each other are one.
function joined(literals: string): string {
  return [...literals.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, text]) => text).join("").replace(/\\"/g, '"');
}

test("every complaint of the daemon has its words, in English the daemon's own", () => {
  const source = readFileSync("../../server/daemon/complaint_words.cpp", "utf8");
  const words = [...source.matchAll(/ComplaintWord\{ComplaintCode::\w+,\s*"(\w+)",\s*((?:"(?:[^"\\]|\\.)*"\s*)+)\}/g)];
  const codes = readFileSync("../../server/daemon/complaint_code.h", "utf8").match(/^ {4}k\w+,$/gm);
  assert.equal(words.length, codes?.length);
  const daemons = Object.fromEntries(words.map(([, code, literals]) => [code, joined(`${literals}`)]));
  assert.deepEqual(Object.fromEntries(Object.entries(complaints).map(([code, { en }]) => [code, en])), daemons);
});

test("every fault of a leap-seconds.list has its words", () => {
  const sources = ["leap/leap_list.cpp", "server/daemon/control_leap_list.cpp"].map((name) => readFileSync(`../../${name}`, "utf8")).join("");
  const codes = new Set([...sources.matchAll(/(?:Problem\{|\? |: )"(\w+)"/g)].map(([, code]) => `${code}`));
  assert.ok(codes.size > 15);
  assert.deepEqual([...codes].sort(), Object.keys(leapListFaults).sort());
});

test("every fault of a certificate has its words", () => {
  const sources = ["certificate_check.cpp", "identity_desk.cpp"].map((name) => readFileSync(`../${name}`, "utf8")).join("");
  const codes = new Set([...sources.matchAll(/(?:return |return wrong\()"(\w+)"/g)].map(([, code]) => `${code}`));
  assert.deepEqual([...codes].sort(), Object.keys(certificateFaults).sort());
});

test("every type of a setting can be asked for in words", () => {
  const types = readFileSync("../../server/daemon/settings_json.cpp", "utf8").matchAll(/case SettingType::\w+:\s*return "(\w+)"/g);
  assert.deepEqual([...types].map(([, type]) => `${type}`).sort(), Object.keys(expectations).sort());
});

test("a complaint is said in the language that is set", () => {
  const row = { section: "clock", key: "holdover", driver: null, type: "duration", default: "24h", minimum: "10s", maximum: "30d", choices: [], required: false, reason: "Because", english: "", japanese: "", applies: "reload" };
  const complaint = {
    section: "clock", name: null, key: "holdover", code: "value_wrong", other_file: null, message: "holdover in [clock] is \"1s\"; write a duration.",
    values: { key: "holdover", section: "[clock]", value: "\"1s\"", expected: "a duration. Because" },
  };
  setLanguage("en");
  assert.equal(complaintText(complaint, [row]), complaint.message);
  setLanguage("ja");
  assert.equal(complaintText(complaint, [row]), "[clock] の holdover が \"1s\" になっています。10s～30d の時間 (例 \"24h\")を指定してください。");
  assert.ok(complaintText({ ...complaint, other_file: "/etc/t.toml:2" }, [row]).startsWith("/etc/t.toml:2: "));
  assert.equal(complaintText({ ...complaint, code: "new_one" }, [row]), complaint.message);
  setLanguage("en");
});
