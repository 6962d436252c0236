import { strict as assert } from "node:assert";
import { afterEach, test } from "node:test";
import { aheadOfUtc, fieldFromSeconds, fullText, isZoneOfItsOwn, localText, secondsFromField, setZone, zoneName, zoneWord } from "../src/zone";

const AT = Date.UTC(2026, 10, 28, 0, 30, 5) / 1000;

afterEach(() => setZone("Asia/Tokyo"));

test("in Japan times are told in JST, with UTC beside", () => {
  assert.equal(zoneWord(), "JST");
  assert.equal(fullText(AT), "2026-11-28 09:30:05 JST (00:30:05 UTC)");
  assert.equal(fullText(AT - 3600), "2026-11-28 08:30:05 JST (2026-11-27 23:30:05 UTC)");
  assert.equal(fieldFromSeconds(AT), "2026-11-28T09:30");
  assert.equal(isZoneOfItsOwn(), false);
});

test("elsewhere they are told by the clocks there", () => {
  setZone("America/New_York");
  assert.equal(zoneWord(), "America/New_York");
  assert.equal(isZoneOfItsOwn(), true);
  assert.equal(aheadOfUtc(AT), -5 * 3600);
  assert.equal(localText(AT), "2026-11-27 19:30:05");
  assert.equal(fullText(AT), "2026-11-27 19:30:05 America/New_York (2026-11-28 00:30:05 UTC)");
  assert.equal(aheadOfUtc(Date.UTC(2026, 6, 1) / 1000), -4 * 3600);
});

test("who is in UTC reads it once", () => {
  setZone("UTC");
  assert.equal(fullText(AT), "2026-11-28 00:30:05 UTC");
});

test("what is written into a field is meant in that zone, in summer and winter and around the change", () => {
  for (const zone of ["Asia/Tokyo", "UTC", "America/New_York", "Asia/Kolkata"]) {
    setZone(zone);
    for (const at of [AT, Date.UTC(2026, 6, 1, 12) / 1000, Date.UTC(2026, 2, 8, 12) / 1000, Date.UTC(2026, 10, 1, 12) / 1000]) {
      const minute = at - (at % 60);
      assert.equal(secondsFromField(fieldFromSeconds(minute)), minute, zone);
    }
  }
  assert.equal(secondsFromField("soon"), null);
});

test("a zone that nobody knows is Japan's", () => {
  setZone("Moon/Base");
  assert.equal(zoneName(), "Asia/Tokyo");
});
