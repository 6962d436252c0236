/** Numbers as people read them. Spans come in nanoseconds. */
import { say } from "./text/language";

const UNKNOWN = "–";
const MINUS = "\u2212";
const NO_BREAK = "\u00a0";
const SECOND = 1e9;

const UNITS = [
  { size: 1, name: "ns" },
  { size: 1e3, name: "µs" },
  { size: 1e6, name: "ms" },
  { size: SECOND, name: "s" },
] as const;

type Unit = (typeof UNITS)[number];

function unitFor(magnitude: number): Unit {
  for (const unit of UNITS) if (magnitude < 999.5 * unit.size) return unit;
  return UNITS[3];
}

function digitsAfterPoint(value: number): number {
  if (value < 9.995) return 2;
  return value < 99.95 ? 1 : 0;
}

function withUnit(magnitude: number): string {
  const unit = unitFor(magnitude);
  const value = magnitude / unit.size;
  const digits = unit.size === 1 ? 0 : digitsAfterPoint(value);
  return value.toFixed(digits) + NO_BREAK + unit.name;
}

/** Three digits: "1.26 µs". */
export function span(ns: number | null | undefined): string {
  if (ns === null || ns === undefined) return UNKNOWN;
  return (ns < 0 ? MINUS : "") + withUnit(Math.abs(ns));
}

/** With its sign: "+1.26 µs". */
export function signedSpan(ns: number | null | undefined): string {
  if (ns === null || ns === undefined) return UNKNOWN;
  return (ns < 0 ? MINUS : "+") + withUnit(Math.abs(ns));
}

/** Two digits, never less than the truth: a promise must not be rounded down. */
export function boundSpan(ns: number | null | undefined): string {
  if (ns === null || ns === undefined) return UNKNOWN;
  const magnitude = Math.abs(ns);
  if (magnitude < 1) return "1" + NO_BREAK + "ns";
  const step = 10 ** Math.max(0, Math.floor(Math.log10(magnitude)) - 1);
  const raised = Math.ceil(magnitude / step - 1e-9) * step;
  const unit = UNITS.find((each) => raised < 1000 * each.size) ?? UNITS[3];
  return String(Number((raised / unit.size).toPrecision(3))) + NO_BREAK + unit.name;
}

/** How long ago or how long: "0.4 s", "12 min". */
export function age(ns: number | null | undefined): string {
  if (ns === null || ns === undefined) return UNKNOWN;
  const seconds = Math.max(0, ns / SECOND);
  if (seconds < 9.95) return say("seconds", { n: seconds.toFixed(1) });
  if (seconds < 120) return say("seconds", { n: Math.floor(seconds) });
  if (seconds < 120 * 60) return say("minutes", { n: Math.floor(seconds / 60) });
  if (seconds < 48 * 3600) return say("hours", { n: Math.floor(seconds / 3600) });
  return say("days", { n: Math.floor(seconds / 86400) });
}

/** "+0.012 ppm". */
export function partsPerMillion(value: number | null | undefined, digits = 3): string {
  if (value === null || value === undefined) return UNKNOWN;
  const sign = value < 0 ? MINUS : "+";
  return sign + Math.abs(value).toFixed(digits) + NO_BREAK + "ppm";
}

/** With thin spaces between thousands, as ISO 80000 has them. */
export function count(value: number | null | undefined): string {
  if (value === null || value === undefined) return UNKNOWN;
  return String(value).replace(/\B(?=(\d{3})+$)/g, "\u202f");
}
