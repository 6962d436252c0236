import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { alarmsOf } from "../src/alarms";
import type { KnownLeap, Status } from "../src/replies";
import { recorded } from "./recordings";

function last(scene: string): Status {
  const statuses = recorded(scene);
  return structuredClone(statuses[statuses.length - 1]!);
}

function codes(status: Status): string[] {
  return alarmsOf(status).map((alarm) => alarm.code + (alarm.source ? `:${alarm.source}` : ""));
}

test("a device without a receiver says first that it never was right, then who is silent", () => {
  assert.deepEqual(codes(last("no_receiver")), ["never_synchronised", "source_silent:gps", "source_silent:pps"]);
});

test("who lies and who is silent is named beside a clock that is right", () => {
  assert.deepEqual(codes(last("gps")), ["lab_mode", "source_refused:liar", "source_silent:ntp-backup"]);
});

test("every alarm says since when, where only the page's server knows it, too", () => {
  const status = last("gps");
  status.sources.find(({ name }) => name === "ntp-backup")!.last_heard_age_ns = null;
  const standing = { "reason:liar": [7e9, false], "reason:ntp-backup": [9e9, true] } as const;
  assert.deepEqual(alarmsOf(status, standing).map(({ code, since_ns, at_least }) => [code, since_ns !== null, at_least ?? false]),
    [["lab_mode", true, false], ["source_refused", true, false], ["source_silent", true, true]]);
});

test("no kind of alarm is without something that tells since when", () => {
  const status = last("announced");
  status.at.disputed = true;
  status.at.storage_fault = "full";
  status.at.panel_fault = "busy";
  status.serverstats.clients_replaced = 3;
  status.tracking.system_clock.state = "forbidden";
  status.sources[0]!.reason = "falseticker";
  status.sources[0]!.receiver = { antenna: "short", antenna_powered: true, jamming: 3, age_ns: 1e9 };
  const leap = status.leap as KnownLeap;
  Object.assign(leap, { disagreement: true });
  Object.assign(leap.policy, { change_waits: true });
  Object.assign(leap.table, { refused: "the hash is wrong", state: "expired" });
  for (const alarm of alarmsOf(status)) assert.ok(alarm.since_ns !== null || alarm.thing !== undefined, alarm.code);
});

test("holdover says since when", () => {
  const alarm = alarmsOf(last("holdover")).find(({ code }) => code === "holdover");
  assert.ok(alarm?.since_ns && alarm.since_ns > 0);
});

test("a smear is a warning that says how long it has lasted", () => {
  const alarm = alarmsOf(last("smear")).find(({ code }) => code === "smearing");
  assert.equal(alarm?.severity, "warning");
  assert.ok(alarm.since_ns !== null && alarm.since_ns > 70 * 60e9 && alarm.since_ns < 73 * 60e9);
});

test("an announcement and a quarrel are both told", () => {
  const found = codes(last("announced"));
  assert.ok(found.includes("leap_announced"));
  assert.ok(found.includes("disputed"));
});

test("nothing is told of a device that is well", () => {
  const status = last("gps");
  status.at.lab_mode = false;
  status.sources = status.sources.filter((source) => ["gps", "pps"].includes(source.name));
  assert.deepEqual(alarmsOf(status), []);
});

test("a disagreement about a leap second outranks everything that is no alarm", () => {
  const status = last("gps");
  (status.leap as KnownLeap).disagreement = true;
  assert.equal(alarmsOf(status)[0]?.code, "leap_disagreement");
});

test("a disk that takes nothing is an alarm with the daemon's words", () => {
  const status = last("gps");
  status.at.storage_fault = "clock.state cannot be written (Read-only file system)";
  const alarm = alarmsOf(status)[0];
  assert.equal(alarm?.code, "storage_fault");
  assert.equal(alarm?.details, status.at.storage_fault);
});

test("a line of the front panel that cannot be had is an alarm", () => {
  const status = last("gps");
  status.at.panel_fault = "alarm_relay: no GPIO chip has such a line";
  const alarm = alarmsOf(status)[0];
  assert.equal(alarm?.code, "panel_fault");
  assert.equal(alarm?.details, status.at.panel_fault);
});

test("an antenna that is open or short, an old table, a refused list: each is told", () => {
  const status = last("gps");
  status.sources[0]!.receiver = { antenna: "open", antenna_powered: true, jamming: 3, age_ns: 1e9 };
  const leap = status.leap as KnownLeap;
  leap.table.state = "expired";
  leap.table.refused = "the hash is wrong";
  const found = codes(status);
  for (const code of ["antenna_open:gps", "leap_table_expired", "leap_list_refused"]) assert.ok(found.includes(code), code);
});

test("a certificate that ends soon or is spoilt is told beside what the daemon says, the daemon's alarms first", () => {
  const certificate = [
    { code: "certificate_expires", since_ns: 5e9, at_least: false },
    { code: "certificate_of_later", since_ns: 1, at_least: false },
  ];
  const found = alarmsOf(last("no_receiver"), {}, certificate);
  assert.deepEqual(found.map(({ code }) => code), ["never_synchronised", "source_silent", "source_silent", "certificate_expires"]);
  assert.deepEqual([found[3]?.severity, found[3]?.since_ns, found[3]?.at_least], ["warning", 5e9, false]);
});

test("every alarm of a certificate that the page's server tells has its words", () => {
  const source = ["identity_desk.cpp", "web_program.cpp"].map((name) => readFileSync(`../${name}`, "utf8")).join("");
  const told = new Set([...source.matchAll(/(?:began_without\(|kSpoilt = |is_over \? |: )"(certificate_[a-z]+)"/g)].map(([, code]) => `${code}`));
  assert.equal(told.size, 4);
  const certificate = [...told].map((code) => ({ code, since_ns: 1, at_least: false }));
  assert.equal(alarmsOf(last("gps"), {}, certificate).filter(({ code }) => told.has(code)).length, 4);
});
