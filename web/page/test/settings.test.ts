import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { addressRule, entriesAt, identityKey, listed, valueAt, withEntry, withEntryValue, withoutEntry, withValue } from "../src/settings/overlay";
import { rowsOf, type SettingRow, type Settings, type Tree } from "../src/settings/table";
import { controlOf, rangeText, shownValue, typedText, valueOf } from "../src/settings/values";
import { sectionNames } from "../src/text/setting_words";

const settings = JSON.parse(readFileSync("../../tests/web_page/replies/settings.json", "utf8")) as Settings;

function row(section: string, key: string): SettingRow {
  const found = settings.table.find((each) => each.section === section && each.key === key);
  assert.ok(found, `${section}.${key}`);
  return found;
}

function entry(values: Tree, overlay: Tree, section: string, identity: string) {
  const found = listed(values, overlay, overlay, section).find((each) => each.identity === identity);
  assert.ok(found, identity);
  return found;
}

test("every section of the table has a name for people", () => {
  for (const { name } of settings.sections) assert.ok(name in sectionNames, name);
});

test("entries are the same by the key by which they are for the daemon", () => {
  for (const { name, repeated, identity } of settings.sections) if (repeated) assert.equal(identityKey(name), identity, name);
});

test("a value is put where it belongs, and what is left empty is gone", () => {
  const overlay = withValue({}, "leap", "mode", "smear");
  assert.deepEqual(overlay, { leap: { mode: "smear" } });
  assert.equal(valueAt(overlay, "leap", "mode"), "smear");
  assert.deepEqual(withValue(overlay, "leap", "mode", undefined), {});
});

test("setting one key leaves all others and what was given alone", () => {
  const before: Tree = { leap: { mode: "smear", manual: [{ date: "2026-12-31", kind: "insert" }] } };
  const after = withValue(before, "leap", "smear_minutes", 240);
  assert.deepEqual(after, { leap: { mode: "smear", manual: [{ date: "2026-12-31", kind: "insert" }], smear_minutes: 240 } });
  assert.equal(valueAt(before, "leap", "smear_minutes"), undefined);
});

test("lists inside of sections are found by their full name", () => {
  const overlay = withEntry({ access: { burst: 20 } }, "access.rule", "192.0.2.7", addressRule("192.0.2.7", "deny", ""));
  assert.deepEqual(overlay, { access: { burst: 20, rule: [{ from: ["192.0.2.7"], flags: ["ignore"] }] } });
  assert.equal(entriesAt(overlay, "access.rule").length, 1);
});

test("a rule for an address takes the place of the one before", () => {
  const denied = withEntry({}, "access.rule", "::1", addressRule("::1", "deny", ""));
  const limited = withEntry(denied, "access.rule", "::1", addressRule("::1", "limit", "16s"));
  assert.deepEqual(entriesAt(limited, "access.rule"), [{ from: ["::1"], flags: ["limited"], interval: "16s" }]);
});

test("an entry of the file is taken away by name, one of the page is dropped", () => {
  const values: Tree = { refclock: [{ name: "gps", driver: "gpsd" }, { name: "mine", driver: "shm" }] };
  const overlay: Tree = { refclock: [{ name: "mine", driver: "shm" }] };
  assert.deepEqual(withoutEntry(overlay, "refclock", entry(values, overlay, "refclock", "gps")), { refclock: [{ name: "mine", driver: "shm" }, { name: "gps", enabled: false }] });
  assert.deepEqual(withoutEntry(overlay, "refclock", entry(values, overlay, "refclock", "mine")), {});
});

test("what was taken away is still listed, to be put back", () => {
  const overlay: Tree = { refclock: [{ name: "gps", enabled: false }] };
  const gone = entry({}, overlay, "refclock", "gps");
  assert.ok(gone.removed);
  assert.ok(gone.inFile);
});

test("changing an entry of the file says no more of it than what is changed", () => {
  const values: Tree = { refclock: [{ name: "gps", driver: "gpsd" }] };
  const changed = withEntryValue({}, "refclock", entry(values, {}, "refclock", "gps"), "offset", "1ms");
  assert.deepEqual(changed, { refclock: [{ name: "gps", offset: "1ms" }] });
  const inForce: Tree = { refclock: [{ name: "gps", driver: "gpsd", offset: "1ms" }] };
  const shown = entry(inForce, changed, "refclock", "gps");
  assert.deepEqual(shown.written, { driver: "gpsd", name: "gps", offset: "1ms" });
  assert.deepEqual(withEntryValue(changed, "refclock", shown, "offset", undefined), {});
});

test("an entry that only the page had, and has no more, is not listed", () => {
  const values: Tree = { upstream: [{ name: "mine", address: "192.0.2.1" }] };
  assert.deepEqual(listed(values, values, {}, "upstream"), []);
});

test("an upstream server without a name goes by its address", () => {
  assert.equal(entry({ upstream: [{ address: "192.0.2.1" }] }, {}, "upstream", "192.0.2.1").inFile, true);
});

test("each setting is entered with what fits its type", () => {
  assert.equal(controlOf(row("leap", "mode")), "choice");
  assert.equal(controlOf(row("leap", "smear_minutes")), "number");
  assert.equal(controlOf(row("access", "allow")), "list");
  assert.equal(controlOf(row("server", "lab_mode")), "switch");
  assert.equal(controlOf(row("leap.manual", "date")), "date");
  assert.equal(controlOf(row("access.rule", "flags")), "choices");
  assert.equal(controlOf(row("clock", "holdover")), "text");
});

test("what is typed becomes what TOML has; what is no number stays for the daemon to complain of", () => {
  assert.equal(valueOf(row("leap", "smear_minutes"), " 240 "), 240);
  assert.equal(valueOf(row("leap", "smear_minutes"), "many"), "many");
  assert.equal(valueOf(row("leap", "smear_minutes"), ""), undefined);
  assert.equal(valueOf(row("server", "workers"), "auto"), "auto");
  assert.equal(valueOf(row("server", "workers"), "2"), 2);
  assert.equal(valueOf(row("clock", "holdover"), "24h"), "24h");
  assert.deepEqual(valueOf(row("access", "allow"), "10.0.0.0/8, private,"), ["10.0.0.0/8", "private"]);
  assert.deepEqual(valueOf(row("access", "deny"), ""), []);
  assert.equal(valueOf(row("leap", "list_file"), ""), "");
});

test("values are shown without quotes, and nothing is told from empty", () => {
  assert.equal(typedText(["a", "b"]), "a, b");
  assert.equal(typedText(undefined), "");
  assert.equal(shownValue(null), "–");
  assert.equal(shownValue(""), '""');
  assert.equal(shownValue({ name: "gps", prefer: true }), "name = gps; prefer = true");
  assert.equal(rangeText(row("leap", "smear_minutes")), "60 … 400");
  assert.equal(rangeText(row("leap", "list_file")), "");
});

test("a receiver has the settings of all and those of its driver", () => {
  const keys = rowsOf(settings, "refclock", "gpsd").map(({ key }) => key);
  assert.ok(keys.includes("offset") && keys.includes("host") && !keys.includes("baud"));
});
