import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Chart } from "../drawing/chart";
import { column, jstFromSeconds, secondsFromJst, unitOf, type History } from "../history";
import { useAsked } from "../parts/asked";
import { Failure } from "../parts/failure";
import { TextField } from "../parts/field";
import { say } from "../text/language";

const HOUR = 3600;
const SPANS = [
  ["hour", HOUR],
  ["day", 24 * HOUR],
  ["week", 7 * 24 * HOUR],
  ["month", 31 * 24 * HOUR],
] as const;
const POINTS = 800;

interface Range {
  from: number;
  to: number;
}

function lately(seconds: number): Range {
  const to = Math.ceil(Date.now() / 1000);
  return { from: to - seconds, to };
}

function FreeRange({ range, show }: { range: Range; show: (range: Range) => void }): JSX.Element {
  const [from, setFrom] = useState(jstFromSeconds(range.from));
  const [to, setTo] = useState(jstFromSeconds(range.to));
  const submit = (event: Event): void => {
    event.preventDefault();
    const [first, last] = [secondsFromJst(from), secondsFromJst(to)];
    if (first !== null && last !== null && first < last) show({ from: first, to: last });
  };
  return (
    <form class="row" onSubmit={submit}>
      <TextField label={say("from")} type="datetime-local" value={from} change={setFrom} />
      <TextField label={say("to")} type="datetime-local" value={to} change={setTo} />
      <button type="submit">{say("show")}</button>
    </form>
  );
}

function Charts({ history }: { history: History }): JSX.Element {
  const times = column(history, "time").map((time) => time ?? 0);
  const raw = { offset: column(history, "offset_ns"), bound: column(history, "bound_ns"), jitter: column(history, "jitter_ns") };
  const near = unitOf(raw.offset, raw.jitter);
  const far = unitOf(raw.bound);
  const plain = (title: "graphFrequency" | "graphTemperature" | "graphSatellites" | "graphRequests", name: string, unit: string, colour: string): JSX.Element => (
    <Chart title={say(title)} unit={unit} times={times} lines={[{ label: say(title), values: column(history, name), colour }]} />
  );
  return (
    <>
      <Chart title={`${say("offset")} (${near.name})`} unit={near.name} times={times} lines={[
        { label: say("offset"), values: column(history, "offset_ns", near.size), colour: "ink-blue" },
      ]} />
      <Chart title={`${say("graphBound")} (${far.name})`} unit={far.name} times={times} lines={[
        { label: say("graphBound"), values: column(history, "bound_ns", far.size), colour: "ink-orange" },
      ]} />
      <Chart title={`${say("graphJitter")} (${near.name})`} unit={near.name} times={times} lines={[
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
  const [range, setRange] = useState<Range>(lately(HOUR));
  const query = `from=${range.from}&to=${range.to}`;
  const { value, error } = useAsked<History>(`history?${query}&points=${POINTS}`);
  const choose = (name: string, seconds: number): void => {
    setChosen(name);
    setRange(lately(seconds));
  };
  return (
    <section class="panel">
      <div class="row toolbar" role="group">
        {SPANS.map(([name, seconds]) => (
          <button key={name} type="button" class="choice" aria-pressed={chosen === name} onClick={() => choose(name, seconds)}>{say(name)}</button>
        ))}
        <button type="button" class="choice" aria-pressed={chosen === "free"} onClick={() => setChosen("free")}>{say("freeRange")}</button>
        <a class="download" href={`/api/v1/history.csv?${query}`} download>{say("csv")}</a>
      </div>
      {chosen === "free" && <FreeRange range={range} show={setRange} />}
      <Failure error={error} />
      {value === null && error === null && <p>{say("loading")}</p>}
      {value !== null && (value.rows.length === 0 ? <p class="hint">{say("noHistory")}</p> : <><p class="hint">{say("graphHelp")}</p><Charts history={value} /></>)}
    </section>
  );
}
