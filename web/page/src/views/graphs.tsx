import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Chart } from "../drawing/chart";
import { column, shadesOf, unitOf, withGaps, type History } from "../history";
import { posixMilliseconds } from "../instants";
import { liveNow } from "../live";
import { useAsked } from "../parts/asked";
import { Failure } from "../parts/failure";
import { TextField } from "../parts/field";
import { say } from "../text/language";
import { fieldFromSeconds, secondsFromField, zoneWord } from "../zone";
import { deviceNow } from "./now_line";

const HOUR = 3600;
const SPANS = [
  ["hour", HOUR],
  ["day", 24 * HOUR],
  ["week", 7 * 24 * HOUR],
  ["month", 31 * 24 * HOUR],
] as const;
const POINTS = 800;

const EVERY_MS = 60_000;

interface Range {
  from: number;
  to: number;
}

// By the device: the viewer's computer may be hours off.
function lately(seconds: number): Range {
  const now = deviceNow(liveNow());
  const to = Math.ceil((now === null ? Date.now() : posixMilliseconds(now)) / 1000);
  return { from: to - seconds, to };
}

function FreeRange({ range, show }: { range: Range; show: (range: Range) => void }): JSX.Element {
  const [from, setFrom] = useState(fieldFromSeconds(range.from));
  const [to, setTo] = useState(fieldFromSeconds(range.to));
  const submit = (event: Event): void => {
    event.preventDefault();
    const [first, last] = [secondsFromField(from), secondsFromField(to)];
    if (first !== null && last !== null && first < last) show({ from: first, to: last });
  };
  return (
    <form class="row" onSubmit={submit}>
      <TextField label={say("from", { zone: zoneWord() })} type="datetime-local" value={from} change={setFrom} />
      <TextField label={say("to", { zone: zoneWord() })} type="datetime-local" value={to} change={setTo} />
      <button type="submit">{say("show")}</button>
    </form>
  );
}

function Charts({ history: recorded }: { history: History }): JSX.Element {
  const history = withGaps(recorded);
  const shades = shadesOf(history);
  const times = column(history, "time").map((time) => time ?? 0);
  const raw = { offset: column(history, "offset_ns"), bound: column(history, "bound_ns"), jitter: column(history, "jitter_ns") };
  const near = unitOf(raw.offset, raw.jitter);
  const far = unitOf(raw.bound);
  const plain = (title: "graphFrequency" | "graphTemperature" | "graphSatellites" | "graphRequests", name: string, unit: string, colour: string): JSX.Element => (
    <Chart title={say(title)} unit={unit} times={times} shades={shades} lines={[{ label: say(title), values: column(history, name), colour }]} />
  );
  return (
    <>
      <Chart title={`${say("offset")} (${near.name})`} unit={near.name} times={times} shades={shades} lines={[
        { label: say("offset"), values: column(history, "offset_ns", near.size), colour: "ink-blue" },
      ]} />
      <Chart title={`${say("graphBound")} (${far.name})`} unit={far.name} times={times} shades={shades} lines={[
        { label: say("graphBound"), values: column(history, "bound_ns", far.size), colour: "ink-orange" },
      ]} />
      <Chart title={`${say("graphJitter")} (${near.name})`} unit={near.name} times={times} shades={shades} lines={[
        { label: say("graphJitter"), values: column(history, "jitter_ns", near.size), colour: "ink-green" },
      ]} />
      {plain("graphFrequency", "frequency_ppb", "ppb", "ink-blue")}
      {plain("graphTemperature", "temperature", "°C", "ink-orange")}
      {plain("graphSatellites", "satellites", "", "ink-green")}
      {plain("graphRequests", "requests_per_second", "/s", "ink-blue")}
    </>
  );
}

export function Graphs(): JSX.Element {
  const [chosen, setChosen] = useState<string>("hour");
  const [range, setRange] = useState<Range | null>(null);
  const seconds = SPANS.find(([name]) => name === chosen)?.[1] ?? HOUR;
  const query = range === null ? `last=${seconds}` : `from=${range.from}&to=${range.to}`;
  const { value, error, isOld } = useAsked<History>(`history?${query}&points=${POINTS}`, range === null ? EVERY_MS : 0);
  const choose = (name: string): void => {
    setChosen(name);
    setRange(null);
  };
  return (
    <section class="panel">
      <div class="row toolbar" role="group">
        {SPANS.map(([name]) => (
          <button key={name} type="button" class="choice" aria-pressed={chosen === name} onClick={() => choose(name)}>{say(name)}</button>
        ))}
        <button type="button" class="choice" aria-pressed={chosen === "free"} onClick={() => setChosen("free")}>{say("freeRange")}</button>
        <a class="download" href={`/api/v1/history.csv?${query}`} download>{say("csv")}</a>
      </div>
      {chosen === "free" && <FreeRange range={range ?? lately(seconds)} show={setRange} />}
      <Failure error={error} />
      {value === null && error === null && <p>{say("loading")}</p>}
      {value !== null && (
        <div class={isOld ? "stale" : ""}>
          {value.rows.length === 0 ? <p class="hint">{say("noHistory")}</p> : (
            <>
              <p class="hint">{say("graphHelp")} <span class="shade shade-holdover">{say("graphHoldover")}</span> <span class="shade shade-lost">{say("graphLost")}</span></p>
              <Charts history={value} />
            </>
          )}
        </div>
      )}
    </section>
  );
}
