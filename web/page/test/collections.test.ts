import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Arrivals, computerOffset } from "../src/computer_clock";
import { column, isEmpty, shadesOf, unitOf, withGaps } from "../src/history";
import { jjyCells } from "../src/jjy";
import { timelineOf, timelineOfPreview, type PreviewRow } from "../src/leap_timeline";
import { centred, deviation, histogram, mean, PulseCollection } from "../src/pulses";
import { requestRate } from "../src/request_rate";
import type { KnownLeap } from "../src/replies";
import { recorded } from "./recordings";

test("the computer's offset comes from the message that came quickest, and is known within half a round trip", () => {
  const late = [{ told: 10_000, came: 8_200 }, { told: 11_000, came: 9_170 }, { told: 12_000, came: 10_500 }];
  assert.deepEqual(computerOffset(late, 20), { offset: 1840, within: 10 });
  assert.equal(computerOffset([], 20), null);
  assert.equal(computerOffset(late, null), null);
});

test("what was measured before the computer's clock was set is forgotten", () => {
  const arrivals = new Arrivals();
  arrivals.add({ told: 10_000, came: 8_000 }, 0);
  arrivals.add({ told: 11_000, came: 9_010 }, 1_005);
  assert.equal(arrivals.all().length, 2);
  arrivals.add({ told: 12_000, came: 12_000 }, 2_000);
  assert.equal(computerOffset(arrivals.all(), 0)?.offset, 0);
});

test("what was measured before our own clock stepped is forgotten", () => {
  const arrivals = new Arrivals();
  arrivals.add({ told: 10_000, came: 10_000 }, 0);
  arrivals.add({ told: 11_000, came: 11_000 }, 1_000);
  arrivals.add({ told: 11_000, came: 12_000 }, 2_000);
  assert.equal(computerOffset(arrivals.all(), 0)?.offset, -1000);
});

test("no more messages are kept than half a minute has", () => {
  const arrivals = new Arrivals();
  for (let second = 0; second < 100; ++second) arrivals.add({ told: second * 1000, came: second * 1000 }, second * 1000);
  assert.equal(arrivals.all().length, 30);
});

test("each pulse is collected once, however often it is told", () => {
  const collection = new PulseCollection();
  const pps = recorded("gps")[0]!.sources.filter((source) => source.name === "pps");
  collection.take(pps, 100_000);
  collection.take(pps, 100_001);
  collection.take(pps, 101_000);
  assert.equal(collection.of("pps").length, 2);
  assert.equal(collection.of("gps").length, 0);
});

test("no more pulses are kept than an hour has", () => {
  const collection = new PulseCollection();
  const pps = recorded("gps")[0]!.sources.filter((source) => source.name === "pps");
  for (let second = 0; second < 4000; ++second) collection.take(pps, second * 1000);
  assert.equal(collection.of("pps").length, 3600);
});

test("a histogram holds every pulse", () => {
  const pulses = Array.from({ length: 100 }, (_, i) => ({ at: i, offset_ns: i * i }));
  assert.equal(histogram(pulses).reduce((sum, bin) => sum + bin.count, 0), 100);
  assert.equal(histogram([{ at: 0, offset_ns: 5 }])[0]?.count, 1);
  assert.deepEqual(histogram([]), []);
});

test("the deviation of two pulses is that of a sample", () => {
  assert.equal(deviation([{ at: 0, offset_ns: -1 }, { at: 1, offset_ns: 1 }]), Math.sqrt(2));
  assert.equal(deviation([{ at: 0, offset_ns: 7 }]), null);
});

test("pulses counted from their mean have none", () => {
  const pulses = [{ at: 0, offset_ns: -30_000_001 }, { at: 1, offset_ns: -29_999_999 }];
  assert.equal(mean(pulses), -30_000_000);
  assert.deepEqual(centred(pulses).map(({ offset_ns }) => offset_ns), [-1, 1]);
});

test("requests per second come from two states, but not over a restart", () => {
  const [first, second] = recorded("gps").map(({ serverstats }) => serverstats);
  const rate = requestRate(first, second!);
  assert.ok(rate !== null && rate > 50 && rate < 400, String(rate));
  assert.equal(requestRate(undefined, second!), null);
  assert.equal(requestRate(second, first!), null);
});

test("history that is not there stays a gap", () => {
  const history = { columns: ["time", "offset_ns", "state"], rows: [[1, 2000, "synchronised"], [2, null, "holdover"]] };
  assert.deepEqual(column(history, "offset_ns", 1000), [2, null]);
  assert.deepEqual(column(history, "absent"), [null, null]);
  assert.ok(isEmpty(column(history, "state")));
  assert.equal(unitOf([30, null, -1500]).name, "ns");
  assert.equal(unitOf([2500]).name, "µs");
});

test("a time in which nothing was recorded is a gap of the line", () => {
  const history = { columns: ["time", "offset_ns", "state"], rows: [[0, 5, "synchronised"], [10, 6, "synchronised"], [20, 7, "synchronised"], [1000, 8, "synchronised"], [1010, 9, "synchronised"]] };
  const drawn = withGaps(history);
  assert.deepEqual(column(drawn, "time"), [0, 10, 20, 30, 1000, 1010]);
  assert.deepEqual(column(drawn, "offset_ns"), [5, 6, 7, null, 8, 9]);
  assert.deepEqual(withGaps({ ...history, rows: history.rows.slice(0, 3) }).rows.length, 3);
  assert.deepEqual(withGaps({ ...history, rows: [] }).rows, []);
});

test("times without synchronisation are shaded, each state for itself", () => {
  const rows = [[0, "synchronised"], [10, "holdover"], [20, "holdover"], [30, "unsynchronised"], [40, null], [50, "synchronised"]];
  assert.deepEqual(shadesOf({ columns: ["time", "state"], rows }), [{ from: 10, to: 30, state: "holdover" }, { from: 30, to: 40, state: "unsynchronised" }]);
});

test("each second of a JJY minute has the name that NICT gives it", () => {
  const frame = `M${"0".repeat(8)}M${"000000000M".repeat(5)}`;
  const cells = jjyCells(frame, false);
  assert.equal(cells.length, 60);
  assert.deepEqual([0, 9, 59].map((second) => cells[second]?.name), ["M", "P1", "P0"]);
  assert.deepEqual([36, 37, 53, 54].map((second) => cells[second]?.name), ["PA1", "PA2", "LS1", "LS2"]);
  assert.equal(cells.filter(({ heard }) => heard === "M").length, 7);
  assert.equal(cells.filter(({ group }) => group === "leap").length, 2);
});

test("minutes 15 and 45 of JJY have stops instead of year, weekday and leap bits", () => {
  const cells = jjyCells("-".repeat(60), true);
  assert.deepEqual([50, 55].map((second) => cells[second]?.name), ["ST1", "ST6"]);
  assert.equal(cells[45]?.name, "");
  assert.equal(cells.filter(({ group }) => group === "leap" || group === "year").length, 0);
});

function leapOf(scene: string): KnownLeap {
  return recorded(scene)[0]!.leap as KnownLeap;
}

test("a smear is drawn from UTC to a second below it, and back", () => {
  const timeline = timelineOf(leapOf("smear"));
  assert.equal(timeline?.indicator, null);
  assert.deepEqual(timeline?.points.map(({ offset }) => offset), [0, 0, -1, 0, 0]);
});

test("an inserted second shows in LI only", () => {
  const timeline = timelineOf(leapOf("announced"));
  assert.equal(timeline?.indicator?.value, 1);
  assert.ok(timeline.points.every(({ offset }) => offset === 0));
});

test("where no leap second is known nothing is drawn", () => {
  assert.equal(timelineOf(leapOf("gps")), null);
});

function previewOf(mode: "insert" | "smear"): PreviewRow[] {
  const previews = JSON.parse(readFileSync("../../tests/web_page/replies/previews.json", "utf8")) as Record<string, { rows: PreviewRow[] }>;
  return previews[mode]!.rows;
}

test("a preview of an insertion shows LI for a day, up to the end of the leap second", () => {
  const { indicator, points } = timelineOfPreview(previewOf("insert"));
  assert.deepEqual(indicator, { value: 1, begins: -86_401, ends: 0 });
  assert.ok(points.every(({ offset }) => offset === 0));
});

test("a preview of a smear goes down to almost a second below UTC and shows no LI", () => {
  const { indicator, points, start } = timelineOfPreview(previewOf("smear"));
  assert.match(start.jst, /^2017-01-01[T ]07:00:00/);
  assert.equal(indicator, null);
  assert.ok(Math.min(...points.map(({ offset }) => offset)) < -0.999);
});
