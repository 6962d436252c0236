import { strict as assert } from "node:assert";
import { test } from "node:test";
import { age, boundSpan, count, partsPerMillion, signedSpan, span } from "../src/quantities";
import { setLanguage } from "../src/text/language";

const NB = "\u00a0";

test("spans have three digits and the unit in which they are best read", () => {
  assert.equal(span(36), `36${NB}ns`);
  assert.equal(span(1259), `1.26${NB}µs`);
  assert.equal(span(999_499), `999${NB}µs`);
  assert.equal(span(999_600), `1.00${NB}ms`);
  assert.equal(span(-30_000_000), `\u221230.0${NB}ms`);
  assert.equal(span(86_400e9), `86400${NB}s`);
  assert.equal(span(null), "–");
});

test("signed spans say on which side they are", () => {
  assert.equal(signedSpan(36), `+36${NB}ns`);
  assert.equal(signedSpan(-36), `\u221236${NB}ns`);
  assert.equal(signedSpan(0), `+0${NB}ns`);
});

test("a bound is never shown smaller than it is", () => {
  assert.equal(boundSpan(1689), `1.7${NB}µs`);
  assert.equal(boundSpan(1701), `1.8${NB}µs`);
  assert.equal(boundSpan(1700), `1.7${NB}µs`);
  assert.equal(boundSpan(999_001), `1${NB}ms`);
  assert.equal(boundSpan(7), `7${NB}ns`);
  assert.equal(boundSpan(0), `1${NB}ns`);
  assert.equal(boundSpan(2_345_000_000), `2.4${NB}s`);
  const shown = { ns: 1, µs: 1e3, ms: 1e6, s: 1e9 } as Record<string, number>;
  for (let ns = 1; ns < 5e9; ns = Math.ceil(ns * 1.037)) {
    const [number, unit] = boundSpan(ns).split(NB) as [string, string];
    assert.ok(Number(number) * shown[unit]! >= ns * (1 - 1e-12), `${ns} became ${number} ${unit}`);
  }
});

test("ages are in one unit, in the language spoken", () => {
  setLanguage("ja");
  assert.equal(age(400_000_000), "0.4 秒");
  assert.equal(age(12.9e9), "12 秒");
  assert.equal(age(3600e9), "60 分");
  setLanguage("en");
  assert.equal(age(3 * 86_400e9), "3 d");
  assert.equal(age(-5), "0.0 s");
  assert.equal(age(null), "–");
});

test("counts and frequencies are grouped and signed", () => {
  assert.equal(count(1234567), "1\u202f234\u202f567");
  assert.equal(count(123), "123");
  assert.equal(partsPerMillion(-138.888, 1), `\u2212138.9${NB}ppm`);
});
