/** The time zone of whoever is logged in. What the daemon names itself, leap seconds above all, is in JST and UTC for everybody. */

const TOKYO = "Asia/Tokyo";
/** Zones that have a word of their own; any other is called by its name. */
const WORDS: Readonly<Record<string, string>> = { [TOKYO]: "JST", UTC: "UTC" };

let zone = TOKYO;
let parts = formatOf(TOKYO);

function formatOf(name: string): Intl.DateTimeFormat {
  const two = "2-digit";
  return new Intl.DateTimeFormat("en-GB", { timeZone: name, calendar: "gregory", numberingSystem: "latn", hourCycle: "h23", year: "numeric", month: two, day: two, hour: two, minute: two, second: two });
}

/** A zone that this browser does not know is taken for Japan's. */
export function setZone(name: string): void {
  try {
    parts = formatOf(name);
    zone = name;
  } catch {
    setZone(TOKYO);
  }
}

/** As browsers know it. */
export function zoneName(): string {
  return zone;
}

/** As people call it: JST, UTC, or its name. */
export function zoneWord(): string {
  return WORDS[zone] ?? zone;
}

/** Whether its time stands beside UTC and JST already. */
export function isZoneOfItsOwn(): boolean {
  return WORDS[zone] === undefined;
}

/** How far its clocks are ahead of UTC at that time, in seconds. */
export function aheadOfUtc(seconds: number): number {
  const found = Object.fromEntries(parts.formatToParts(seconds * 1000).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = found;
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000 - Math.floor(seconds);
}

/** "2026-11-28 00:30:05" in UTC. */
export function utcText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 19).replace("T", " ");
}

/** "2026-11-28 09:30:05" there. */
export function localText(seconds: number): string {
  return utcText(seconds + aheadOfUtc(seconds));
}

/** "2026-11-28 09:30:05 JST (00:30:05 UTC)"; with the date of UTC where that is another one. */
export function fullText(seconds: number): string {
  const [local, utc] = [localText(seconds), utcText(seconds)];
  if (zone === "UTC") return `${utc} UTC`;
  return `${local} ${zoneWord()} (${local.slice(0, 10) === utc.slice(0, 10) ? utc.slice(11) : utc} UTC)`;
}

/** "2026-11-28T09:30" there, for a field. */
export function fieldFromSeconds(seconds: number): string {
  return localText(seconds).replace(" ", "T").slice(0, 16);
}

/** What a field says, as seconds since 1970; null where it is no time. */
export function secondsFromField(written: string): number | null {
  const named = /^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(written) ? Date.parse(`${written}:00Z`) / 1000 : NaN;
  if (Number.isNaN(named)) return null;
  // The offset of the first guess is wrong only in the hours around a change of summer time.
  return named - aheadOfUtc(named - aheadOfUtc(named));
}
