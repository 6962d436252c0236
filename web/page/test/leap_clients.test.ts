import { strict as assert } from "node:assert";
import { test } from "node:test";
import { leftBehind, longestInterval, type AskClients } from "../src/leap_clients";
import type { Client } from "../src/replies";

function clientsOf(intervals: (number | null)[]): { ask: AskClients; asked: () => number } {
  const latest = intervals.map((interval_ns, n): Client => ({ address: `192.0.2.${n}`, requests: 2, limited: 0, interval_ns, last_seen_age_ns: 0, first_seen_age_ns: 0, version: 4, mode: 3 }));
  let asked = 0;
  const ask: AskClients = (first, count) => {
    asked += 1;
    return Promise.resolve({ known: latest.length, matching: latest.length, first, replaced: 0, latest: latest.slice(first, first + count) });
  };
  return { ask, asked: () => asked };
}

test("a smear of 120 min is followed by who asks every 15 min, and not by who asks every 16 min", () => {
  const longest = longestInterval([{ rate_ppm: 0 }, { rate_ppm: -1e6 / 7200 }]);
  assert.ok(longest !== null && Math.abs(longest - 921.6e9) < 1e6);
  assert.equal(longestInterval([{ rate_ppm: 0 }]), null);
});

test("those left behind are counted and named, the most seldom first", async () => {
  const found = await leftBehind(clientsOf([64e9, 900e9, 1000e9, 3600e9, null, null]).ask, 921.6e9);
  assert.deepEqual([found.total, found.behind, found.unknown], [6, 2, 2]);
  assert.deepEqual(found.worst.map(({ interval_ns }) => interval_ns), [3600e9, 1000e9]);
});

test("of nobody, of all and of none", async () => {
  assert.deepEqual(await leftBehind(clientsOf([]).ask, 1e9), { total: 0, behind: 0, unknown: 0, worst: [] });
  assert.equal((await leftBehind(clientsOf([2e9, 3e9]).ask, 1e9)).behind, 2);
  assert.equal((await leftBehind(clientsOf([2e9, 3e9]).ask, 5e9)).behind, 0);
  assert.equal((await leftBehind(clientsOf([null]).ask, 5e9)).unknown, 1);
});

test("many clients are no more than some questions", async () => {
  const many = clientsOf(Array.from({ length: 65_536 }, (_, n) => (n < 60_000 ? n * 1e9 : null)));
  const found = await leftBehind(many.ask, 50_000e9);
  assert.deepEqual([found.behind, found.unknown, found.worst.length], [9999, 5536, 50]);
  assert.ok(many.asked() < 40);
});
