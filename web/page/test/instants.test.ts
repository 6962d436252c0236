import { strict as assert } from "node:assert";
import { test } from "node:test";
import { advance, dayNumber, parseInstant, plain, posixMilliseconds, showJst, showUtc, type LeapDay, type NamedInstant } from "../src/instants";

const LEAP_DAY = dayNumber(2016, 12, 31);
const INSERTED: LeapDay = { day: LEAP_DAY, kind: "insert" };
const DELETED: LeapDay = { day: LEAP_DAY, kind: "delete" };

function at(text: string): NamedInstant {
  const parsed = parseInstant(text);
  assert.ok(parsed, text);
  return parsed;
}

function later(text: string, seconds: number, leap: LeapDay | null): string {
  const then = advance(at(text), seconds * 1e9, leap);
  return `${showUtc(then).date} ${showUtc(then).time}, ${showJst(then).date} ${showJst(then).time}`;
}

test("an ordinary instant has its names in UTC and in Japan", () => {
  assert.equal(later("2026-11-28T15:00:00.250000000Z", 0, null), "2026-11-28 15:00:00, 2026-11-29 00:00:00");
  assert.equal(later("2026-11-28T23:59:59Z", 1, null), "2026-11-29 00:00:00, 2026-11-29 09:00:00");
});

test("an inserted second is 23:59:60, and 08:59:60 in Japan", () => {
  assert.equal(later("2016-12-31T23:59:59.9Z", 0.2, INSERTED), "2016-12-31 23:59:60, 2017-01-01 08:59:60");
  assert.equal(later("2016-12-31T23:59:60.9Z", 0.2, INSERTED), "2017-01-01 00:00:00, 2017-01-01 09:00:00");
  assert.equal(later("2016-12-31T23:59:58Z", 4, INSERTED), "2017-01-01 00:00:01, 2017-01-01 09:00:01");
});

test("a deleted second has no name", () => {
  assert.equal(later("2016-12-31T23:59:58.5Z", 0.6, DELETED), "2017-01-01 00:00:00, 2017-01-01 09:00:00");
});

test("what happened a moment ago is named, too", () => {
  assert.equal(later("2017-01-01T00:00:00.2Z", -0.5, INSERTED), "2016-12-31 23:59:60, 2017-01-01 08:59:60");
});

test("what is no instant is none", () => {
  for (const text of ["", "soon", "2026-11-28", null, undefined]) assert.equal(parseInstant(text), null);
});

test("nanoseconds come whole, however many digits there are", () => {
  assert.equal(at("2026-11-28T00:00:00.25Z").ns, 250_000_000);
  assert.equal(at("2026-11-28T00:00:00.123456789Z").ns, 123_456_789);
});

test("as a browser counts, a leap second repeats the one before", () => {
  assert.equal(posixMilliseconds(at("2016-12-31T23:59:60.5Z")), Date.UTC(2016, 11, 31, 23, 59, 59, 500));
});

test("texts of the daemon lose their T, Z and JST, and nothing else", () => {
  assert.equal(plain("2016-12-31T23:59:60Z"), "2016-12-31 23:59:60");
  assert.equal(plain("2017-01-01 08:59:60 JST"), "2017-01-01 08:59:60");
  assert.equal(plain("2026-11-28T07:12:00.250000000Z"), "2026-11-28 07:12:00");
});
