import type { JSX } from "preact";
import { plain } from "../instants";
import { isStale, staleness, useLive } from "../live";
import { Facts } from "../parts/facts";
import { useAsked } from "../parts/asked";
import { Panel } from "../parts/panel";
import { age, count, partsPerMillion, signedSpan, span } from "../quantities";
import type { Clients, ServerStats, Status, Tracking } from "../replies";
import { leapIndicators, reasons, systemClocks } from "../text/codes";
import { leapKinds } from "../text/leap_codes";
import { say, wordFor } from "../text/language";
import { AlarmList } from "./alarm_list";
import { ComputerLine } from "./computer_line";
import { NowLine } from "./now_line";
import { Tally } from "./tally";

function SourceList({ status }: { status: Status }): JSX.Element {
  return (
    <Panel title={say("sources")}>
      {status.sources.length === 0 && <p>{say("sourcesNone")}</p>}
      <ul class="source-list">
        {status.sources.map((source) => (
          <li key={source.name}>
            <Tally tally={source.tally} />
            <b>{source.name}</b>
            <span class="number">{signedSpan(source.offset_ns)}</span>
            <span class="why">{wordFor(reasons, source.reason)}</span>
            <small>{source.last_heard_age_ns === null ? "" : say("ago", { age: age(source.last_heard_age_ns + staleness()) })}</small>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function refusedOf(stats: ServerStats): number {
  return stats.received - (stats.verdicts["answered"] ?? 0) - (stats.verdicts["queried"] ?? 0);
}

function answeredText(stats: ServerStats, rate: number | null): string {
  const answered = count(stats.verdicts["answered"]);
  return rate === null ? answered : `${answered} (${say("perSecond", { n: rate < 10 ? rate.toFixed(1) : count(Math.round(rate)) })})`;
}

const CLIENTS_EVERY_MS = 10_000;

function Serving({ status: { serverstats, tracking }, rate }: { status: Status; rate: number | null }): JSX.Element {
  const known = useAsked<{ clients: Pick<Clients, "known"> }>("clients?first=0&count=1", CLIENTS_EVERY_MS).value?.clients.known;
  return (
    <Panel title={say("serving")} aside={say("sinceStart", { age: age(serverstats.counted_for_ns) })}>
      <Facts facts={[
        [say("stratum"), tracking.stratum === 0 ? "–" : tracking.stratum],
        [say("refid"), tracking.refid],
        [say("leapIndicator"), wordFor(leapIndicators, tracking.leap)],
        [say("clients"), known === undefined ? "–" : count(known)],
        [say("requestsAnswered"), answeredText(serverstats, rate)],
        [say("requestsRefused"), count(refusedOf(serverstats))],
      ]} />
    </Panel>
  );
}

function nextLeap({ leap }: Status): string {
  if (!leap.known) return say("leapNotKnownYet");
  if (leap.next === null) return say("noLeapKnown");
  const { kind, at } = leap.next;
  const when = say("leapEventLine", { kind: wordFor(leapKinds, kind), jst: plain(at.jst), utc: plain(at.utc) });
  return `${when}, ${say("inFuture", { age: age(at.in_ns - staleness()) })}`;
}

function frequencyText({ frequency_ppm, skew_ppm }: Tracking): string {
  return skew_ppm === null ? partsPerMillion(frequency_ppm) : `${partsPerMillion(frequency_ppm)} ± ${skew_ppm.toFixed(3)}`;
}

function ClockFacts({ status }: { status: Status }): JSX.Element {
  const { tracking } = status;
  return (
    <Panel title={say("state")} aside={say("ago", { age: age(staleness()) })}>
      <Facts facts={[
        [say("nextLeap"), nextLeap(status)],
        [say("lastOffset"), signedSpan(tracking.last_offset_ns)],
        [say("jitter"), span(tracking.jitter_ns)],
        [say("frequency"), frequencyText(tracking)],
        [say("rootDelay"), span(tracking.root_delay_ns)],
        [say("rootDispersion"), span(tracking.root_dispersion_ns)],
        [say("pending"), signedSpan(tracking.pending_ns)],
        [say("systemClock"), wordFor(systemClocks, tracking.system_clock.state)],
        [say("uptime"), age(status.at.uptime_ns)],
      ]} />
    </Panel>
  );
}

export function Overview(): JSX.Element {
  const { status, rate } = useLive();
  return (
    <>
      <NowLine />
      <ComputerLine />
      {status !== null && (
        <div class={isStale() ? "columns stale" : "columns"}>
          <AlarmList status={status} />
          <SourceList status={status} />
          <Serving status={status} rate={rate} />
          <ClockFacts status={status} />
        </div>
      )}
    </>
  );
}
