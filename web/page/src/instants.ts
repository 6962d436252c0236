/** Instants as the daemon names them, second 60 included. The page never asks the browser what UTC calls a second. */

/** A named second: days since 1970-01-01, second of the day (up to 86400 where one is inserted), nanoseconds of it. */
export interface NamedInstant {
  day: number;
  second: number;
  ns: number;
}

/** What happens in the last minute of a day. */
export interface LeapDay {
  day: number;
  kind: string;
}

const PATTERN = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?/;
const NS = 1_000_000_000;
export const JST_SECONDS = 9 * 3600;

export function dayNumber(year: number, month: number, day: number): number {
  return Date.UTC(year, month - 1, day) / 86_400_000;
}

/** "2016-12-31T23:59:60.25Z" or "2016-12-31": null where it is neither. */
export function parseInstant(text: string | null | undefined): NamedInstant | null {
  const found = PATTERN.exec(text ?? "");
  if (!found) return null;
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map(Number) as [number, number, number, number, number, number];
  return {
    day: dayNumber(year, month, day),
    second: hour * 3600 + minute * 60 + second,
    ns: Number((found[7] ?? "0").padEnd(9, "0")),
  };
}

function secondsOf(day: number, leap: LeapDay | null): number {
  if (leap === null || leap.day !== day) return 86_400;
  return leap.kind === "insert" ? 86_401 : leap.kind === "delete" ? 86_399 : 86_400;
}

/** What UTC calls the instant `ns` later, at most some days. */
export function advance(from: NamedInstant, ns: number, leap: LeapDay | null): NamedInstant {
  const total = from.ns + Math.round(ns);
  let second = from.second + Math.floor(total / NS);
  let day = from.day;
  while (second >= secondsOf(day, leap)) {
    second -= secondsOf(day, leap);
    day += 1;
  }
  while (second < 0) {
    day -= 1;
    second += secondsOf(day, leap);
  }
  return { day, second, ns: ((total % NS) + NS) % NS };
}

export interface Shown {
  date: string;
  time: string;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

function shown(day: number, secondOfDay: number, isLeap: boolean): Shown {
  const whole = isLeap ? secondOfDay - 1 : secondOfDay;
  const date = new Date(day * 86_400_000).toISOString().slice(0, 10);
  const seconds = isLeap ? 60 : whole % 60;
  return { date, time: `${two(Math.floor(whole / 3600))}:${two(Math.floor(whole / 60) % 60)}:${two(seconds)}` };
}

export function showUtc(instant: NamedInstant): Shown {
  return shown(instant.day, instant.second, instant.second === 86_400);
}

/** By clocks that are so many seconds ahead of UTC: in Japan the inserted second is 08:59:60. */
export function showAhead(instant: NamedInstant, ahead: number): Shown {
  const isLeap = instant.second === 86_400;
  const there = instant.second + ahead - (isLeap ? 1 : 0);
  const day = instant.day + Math.floor(there / 86_400);
  const second = ((there % 86_400) + 86_400) % 86_400;
  return shown(day, isLeap ? second + 1 : second, isLeap);
}

export function showJst(instant: NamedInstant): Shown {
  return showAhead(instant, JST_SECONDS);
}

/** Milliseconds since 1970 without leap seconds, as a browser's clock counts them. */
export function posixMilliseconds(instant: NamedInstant): number {
  return (instant.day * 86_400 + Math.min(instant.second, 86_399)) * 1000 + instant.ns / 1e6;
}

/** "2016-12-31T23:59:60Z" as "2016-12-31 23:59:60". */
export function plain(text: string): string {
  return text.replace(/^(\S{10})T/, "$1 ").replace(/(\.\d+)?(Z| JST)$/, "");
}
