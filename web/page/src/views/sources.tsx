import type { JSX } from "preact";
import { PulseHistogram, PulseScatter } from "../drawing/pulse_plots";
import { SignalBars } from "../drawing/signal_bars";
import { SkyPlot } from "../drawing/sky_plot";
import { isStale, pulses, staleness, useLive } from "../live";
import { Facts, type Fact } from "../parts/facts";
import { Panel } from "../parts/panel";
import { Reach } from "../parts/reach";
import { centred, deviation, mean } from "../pulses";
import { age, boundSpan, count, signedSpan, span } from "../quantities";
import type { Source } from "../replies";
import { antennas, reasons } from "../text/codes";
import { say, wordFor } from "../text/language";
import { JjyMinute } from "./jjy_minute";
import { Tally } from "./tally";

function heard(ns: number | null): string {
  return ns === null ? say("never") : say("ago", { age: age(ns + staleness()) });
}

function receiverFacts({ receiver }: Source): Fact[] {
  if (receiver === null) return [];
  return [
    [say("antenna"), wordFor(antennas, receiver.antenna)],
    [say("jamming"), receiver.jamming],
  ];
}

function SourceFacts({ source }: { source: Source }): JSX.Element {
  return (
    <Facts facts={[
      [say("offset"), signedSpan(source.offset_ns)],
      [say("bound"), source.distance_ns === null ? "–" : `± ${boundSpan(source.distance_ns)}`],
      [say("jitter"), span(source.jitter_ns)],
      [say("reach"), <Reach reach={source.reach} />],
      [say("lastHeard"), heard(source.last_heard_age_ns)],
      [say("stratum"), source.stratum],
      [say("refid"), source.refid],
      [say("accepted"), count(source.accepted)],
      [say("rejected"), count(source.rejected)],
      [say("lostPulses"), count(source.lost_pulses)],
      [say("sentenceDelay"), span(source.sentence_delay_ns)],
      ...receiverFacts(source),
    ]} />
  );
}

function Satellites({ source: { satellites } }: { source: Source }): JSX.Element | null {
  if (satellites === null) return null;
  const { visible, used, age_ns, list } = satellites;
  const sorted = [...list].sort((one, other) => one.system.localeCompare(other.system) || one.number - other.number);
  return (
    <div class="satellites">
      <h3>{say("satellites")} <small>{say("satelliteCount", { visible, used, age: age((age_ns ?? 0) + staleness()) })}</small></h3>
      <p class="legend"><i class="legend-used" /> {say("satelliteUsed")} <i class="legend-unused" /> {say("satelliteUnused")}</p>
      <div class="columns">
        <SkyPlot satellites={sorted} />
        <figure>
          <figcaption>{say("signalStrength")}</figcaption>
          <SignalBars satellites={sorted} />
        </figure>
      </div>
    </div>
  );
}

function Pulses({ source }: { source: Source }): JSX.Element | null {
  if (!source.from_pulses) return null;
  const collected = pulses.of(source.name);
  if (collected.length < 2) return <p class="hint">{say("pulseCollecting")}</p>;
  const values = { n: collected.length, mean: signedSpan(mean(collected)), deviation: span(deviation(collected)) };
  const drawn = centred(collected);
  return (
    <div>
      <h3>{say("pulseScatter")} <small>{say("pulseCollected", values)}</small></h3>
      <div class="columns">
        <PulseScatter pulses={drawn} />
        <figure>
          <figcaption>{say("pulseHistogram")}</figcaption>
          <PulseHistogram pulses={drawn} />
        </figure>
      </div>
    </div>
  );
}

export function Sources(): JSX.Element {
  const { status } = useLive();
  if (status === null) return <p>{say("loading")}</p>;
  return (
    <div class={isStale() ? "stale" : ""}>
      {status.sources.length === 0 && <p>{say("sourcesNone")}</p>}
      {status.sources.map((source) => (
        <Panel key={source.name} title={source.name} aside={source.driver}>
          <p class="verdict"><Tally tally={source.tally} /> {wordFor(reasons, source.reason)}</p>
          <SourceFacts source={source} />
          <Satellites source={source} />
          {source.jjy && <JjyMinute jjy={source.jjy} />}
          <Pulses source={source} />
        </Panel>
      ))}
    </div>
  );
}
