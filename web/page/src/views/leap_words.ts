import { plain } from "../instants";
import { age, partsPerMillion } from "../quantities";
import type { KnownLeap, LeapEvent } from "../replies";
import { leapKinds } from "../text/leap_codes";
import { say, wordFor } from "../text/language";

export function modeText(policy: KnownLeap["policy"]): string {
  return policy.mode === "smear"
    ? say("modeSmear", { n: policy.smear_minutes })
    : say("modeInsert", { n: Math.round(policy.announce_ns / 3.6e12) });
}

/** What happens when, and how far away that is; `late` is how old the reply is. */
export function eventText(event: LeapEvent | null, late: number): string {
  if (event === null) return say("noLeapKnown");
  const { kind, at } = event;
  const left = at.in_ns - late;
  const far = left >= 0 ? say("inFuture", { age: age(left) }) : say("ago", { age: age(-left) });
  return `${say("leapEventLine", { kind: wordFor(leapKinds, kind), jst: plain(at.jst), utc: plain(at.utc) })}, ${far}`;
}

/** In plain words, since it is easily overlooked. */
export function servedText(leap: KnownLeap): string {
  if (leap.not_utc_until === null) return say("servedUtc");
  const sign = leap.from_utc_ns < 0 ? "\u2212" : "+";
  return say("servedNotUtc", {
    offset: `${sign}${(Math.abs(leap.from_utc_ns) / 1e9).toFixed(6)}\u00a0s`,
    rate: partsPerMillion(leap.rate_ppm, 1),
    until: plain(leap.not_utc_until.jst),
  });
}
