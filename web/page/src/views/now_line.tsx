import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { advance, parseInstant, posixMilliseconds, showAhead, showJst, showUtc, type LeapDay, type NamedInstant } from "../instants";
import { isStale, staleness, useLive, type Live } from "../live";
import { Mark, type Tone } from "../parts/mark";
import { age, boundSpan } from "../quantities";
import type { Leap, State, Status } from "../replies";
import { states } from "../text/codes";
import { say, wordFor } from "../text/language";
import { aheadOfUtc, isZoneOfItsOwn, zoneWord } from "../zone";
import { servedText } from "./leap_words";

export const STATE_TONES: Record<State, Tone> = {
  synchronised: "good",
  holdover: "fair",
  local: "warn",
  never_synchronised: "bad",
  unsynchronised: "bad",
};

function leapDayOf(status: Status): LeapDay | null {
  const next = status.leap.known ? status.leap.next : null;
  const day = parseInstant(next ? `${next.day}T00:00:00` : null)?.day;
  return next && day !== undefined ? { day, kind: next.kind } : null;
}

/** Now by the device, as long as it told it lately. */
export function deviceNow(live: Live): NamedInstant | null {
  const at = live.status ? parseInstant(live.status.at.utc) : null;
  return at && live.status ? advance(at, staleness(), leapDayOf(live.status)) : null;
}

/** Draws anew at the beginning of each second of the device. */
function useSecond(now: NamedInstant | null): void {
  const [turn, setTurn] = useState(0);
  const left = now === null ? 1000 : Math.max(20, (1e9 - now.ns) / 1e6 + 2);
  useEffect(() => {
    const timer = setTimeout(() => setTurn(turn + 1), left);
    return () => clearTimeout(timer);
  });
}

function Time({ zone, date, time }: { zone: string; date: string; time: string }): JSX.Element {
  return (
    <p class={`now ${zone === "JST" ? "now-jst" : "now-utc"}`}>
      <span class="now-date">{date}</span> <time class="now-time">{time}</time> <span class="now-zone">{zone}</span>
    </p>
  );
}

function PromiseLine({ status }: { status: Status }): JSX.Element {
  const { at, tracking } = status;
  const bound = tracking.root_distance_ns;
  const tone = isStale() ? "off" : (STATE_TONES[at.state] ?? "bad");
  const isServed = at.state === "synchronised" || at.state === "holdover" || at.state === "local";
  return (
    <p class={`promise tone-${tone}`}>
      <Mark tone={tone} />
      {isStale() && <strong>{say("lastKnown")}</strong>}
      <strong>{wordFor(states, at.state)}</strong>
      <span>{say("forSoLong", { age: age((at.state_age_ns ?? 0) + staleness()) })}</span>
      {isServed && <strong class="bound">{bound === null ? say("withinUnknown") : say("within", { bound: boundSpan(bound) })}</strong>}
      <span>{tracking.source === null ? say("noSourceFollowed") : say("by", { name: tracking.source })}</span>
      {at.state === "holdover" && <span>{say("validFor", { age: age(tracking.valid_for_ns) })}</span>}
    </p>
  );
}

function Smeared({ leap }: { leap: Leap }): JSX.Element | null {
  if (!leap.known || leap.not_utc_until === null) return null;
  return <p class="emphatic">{say("servedTime")}: {servedText(leap)}</p>;
}

/** The one line that says how things are. */
export function NowLine(): JSX.Element {
  const live = useLive();
  const now = deviceNow(live);
  useSecond(now);
  if (live.status === null) return <section class="panel now-line"><p>{say("loading")}</p></section>;
  return (
    <section class={`panel now-line${isStale() ? " stale" : ""}`} aria-label={say("time")}>
      {now === null ? (
        <p class="now now-unknown">{say("timeUnknown")}</p>
      ) : (
        <div class="clocks">
          <Time zone="JST" {...showJst(now)} />
          <Time zone="UTC" {...showUtc(now)} />
          {isZoneOfItsOwn() && <Time zone={zoneWord()} {...showAhead(now, aheadOfUtc(posixMilliseconds(now) / 1000))} />}
        </div>
      )}
      <PromiseLine status={live.status} />
      <Smeared leap={live.status.leap} />
    </section>
  );
}
