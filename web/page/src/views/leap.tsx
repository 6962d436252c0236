import type { JSX } from "preact";
import type { User } from "../api";
import { LeapTimeline } from "../drawing/leap_timeline";
import { timelineOf } from "../leap_timeline";
import { isStale, staleness, useLive } from "../live";
import { Facts } from "../parts/facts";
import { Badge, type Tone } from "../parts/mark";
import { Panel } from "../parts/panel";
import { mayChange } from "../parts/role";
import { age } from "../quantities";
import type { KnownLeap } from "../replies";
import { leapGrounds, leapKinds, leapPhases, leapStandings, leapWeights } from "../text/leap_codes";
import { say, wordFor } from "../text/language";
import { LeapList } from "./leap_list";
import { LeapPreview } from "./leap_preview";
import { eventText, modeText, servedText } from "./leap_words";
import { SomeSettings } from "./some_settings";

const LEAP_KEYS = ["mode", "smear_minutes", "announce"];

const STANDING_TONES: Readonly<Record<string, Tone>> = { decides: "good", concurs: "good", outranked: "bad", contradicted: "bad", outvoted: "bad" };

function tableText({ table }: KnownLeap): string {
  return say("tableFacts", { from: table.from === "list" ? table.file : say("tableBuiltIn"), updated: table.updated, expires: table.expires });
}

function State({ leap }: { leap: KnownLeap }): JSX.Element {
  const end = leap.month_end;
  return (
    <Panel title={say("state")}>
      <Facts facts={[
        [say("state"), <Badge tone={leap.phase === "quiet" ? "good" : "warn"}>{wordFor(leapPhases, leap.phase)}</Badge>],
        [say("servedTime"), <span class={leap.not_utc_until === null ? "" : "emphatic"}>{servedText(leap)}</span>],
        [say("nextLeap"), eventText(leap.next, staleness())],
        [say("lastLeap"), eventText(leap.last, staleness())],
        [say("endOfMonth"), `${end.day} UTC: ${wordFor(leapKinds, end.kind)} (${wordFor(leapGrounds, end.by)})`],
        [say("taiMinusUtc"), say("seconds", { n: leap.tai_minus_utc })],
        [say("leapMode"), modeText(leap.policy)],
        [say("leapSource"), say(leap.policy.source === "manual" ? "sourceManual" : "sourceAuto")],
        [say("leapTable"), tableText(leap)],
      ]} long />
    </Panel>
  );
}

function Votes({ leap }: { leap: KnownLeap }): JSX.Element {
  return (
    <Panel title={say("votes")}>
      {leap.votes.length === 0 ? <p class="hint">{say("noVotes")}</p> : (
        <div class="wide">
          <table>
            <thead>
              <tr>{(["name", "voteSays", "voteDay", "voteAge", "voteWeight", "voteResult"] as const).map((title) => <th key={title} scope="col">{say(title)}</th>)}</tr>
            </thead>
            <tbody>
              {leap.votes.map((vote) => (
                <tr key={vote.name + vote.day}>
                  <td>{vote.name}</td>
                  <td>{wordFor(leapKinds, vote.says)}</td>
                  <td>{vote.day}</td>
                  <td>{vote.age_ns === null ? "–" : age(vote.age_ns + staleness())}</td>
                  <td>{wordFor(leapWeights, vote.weight)}</td>
                  <td><Badge tone={STANDING_TONES[vote.standing] ?? "off"}>{wordFor(leapStandings, vote.standing)}</Badge></td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}

export function LeapSecond({ user }: { user: User }): JSX.Element {
  const { status } = useLive();
  if (status === null) return <p>{say("loading")}</p>;
  const { leap } = status;
  if (!leap.known) return <section class="panel"><p>{say("leapNotKnownYet")}</p></section>;
  const timeline = timelineOf(leap);
  return (
    <>
      <div class={isStale() ? "stale" : ""}>
        <State leap={leap} />
        <Panel title={say("timeline")}>
          {timeline === null ? <p class="hint">{say("timelineNone")}</p> : <LeapTimeline timeline={timeline} />}
        </Panel>
        <Votes leap={leap} />
      </div>
      <LeapPreview policy={leap.policy} />
      {mayChange(user) && (
        <Panel title={say("leapChange")}>
          <SomeSettings section="leap" keys={LEAP_KEYS} />
          <p class="hint">{say("leapChangeMore")}</p>
        </Panel>
      )}
      {mayChange(user) && <LeapList given={leap.table.given} />}
    </>
  );
}
