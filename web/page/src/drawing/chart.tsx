import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { isEmpty, type Series, type Shade } from "../history";
import { say } from "../text/language";
import { fullText, zoneName, zoneWord } from "../zone";

export interface Line {
  label: string;
  values: Series;
  /** A colour of the style sheet, without its dashes. */
  colour: string;
  dashed?: boolean;
}

interface ChartProps {
  title: string;
  unit: string;
  times: readonly number[];
  lines: readonly Line[];
  /** Drawn behind. */
  shades?: readonly Shade[];
}

const HEIGHT = 190;
/** A line of so few values could be none at all. */
const FEW = 40;
/** Of one value nobody sees when it was, if the time around it is years, or a millisecond. */
const LEAST_SECONDS = 60;

function least(from: number, to: number): [number, number] {
  const missing = Math.max(0, LEAST_SECONDS - (to - from)) / 2;
  return [from - missing, to + missing];
}

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function axis(size: number): uPlot.Axis {
  return {
    stroke: colour("faint"),
    grid: { stroke: colour("line"), width: 1 },
    ticks: { stroke: colour("line"), width: 1 },
    font: "12px system-ui, sans-serif",
    size,
  };
}

function drawShades(plot: uPlot, shades: readonly Shade[]): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  for (const { from, to, state } of shades) {
    const [left, right] = [plot.valToPos(from, "x", true), plot.valToPos(to, "x", true)];
    ctx.fillStyle = colour(state === "holdover" ? "warn-paper" : "bad-paper");
    ctx.fillRect(left, bbox.top, Math.max(2, right - left), bbox.height);
  }
  ctx.restore();
}

function options({ lines, unit, shades = [] }: ChartProps, width: number): uPlot.Options {
  return {
    width,
    height: HEIGHT,
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), zoneName()),
    fmtDate: (template) => uPlot.fmtDate(template.replace("{M}/{D}/{YY}", "{YYYY}-{MM}-{DD}").replace("{h}:{mm}{aa}", "{HH}:{mm}")),
    hooks: { drawClear: [(plot) => drawShades(plot, shades)] },
    cursor: { sync: { key: "history" }, drag: { x: true, y: false } },
    scales: { x: { time: true, range: (_, from, to) => least(from, to) } },
    axes: [
      { ...axis(48), values: [
        [86_400, "{MM}-{DD}", "\n{YYYY}", null, null, null, null, null, 1],
        [3600, "{HH}:{mm}", "\n{MM}-{DD}", null, "\n{MM}-{DD}", null, null, null, 1],
        [60, "{HH}:{mm}", "\n{MM}-{DD}", null, "\n{MM}-{DD}", null, null, null, 1],
        [1, "{HH}:{mm}:{ss}", "\n{MM}-{DD}", null, "\n{MM}-{DD}", null, null, null, 1],
      ] },
      axis(62),
    ],
    series: [
      { label: zoneWord(), value: (_, seconds) => (seconds === null || seconds === undefined ? "–" : fullText(seconds)) },
      ...lines.map((line): uPlot.Series => ({
        label: line.label,
        stroke: colour(line.colour),
        width: 1.5,
        points: { show: line.values.length < FEW, size: 4 },
        ...(line.dashed ? { dash: [5, 4] } : {}),
        value: (_, value) => (value === null || value === undefined ? "–" : `${Number(value.toPrecision(4))} ${unit}`),
      })),
    ],
  };
}

/** A chart over time, by the clocks of whoever looks. */
export function Chart(props: ChartProps): JSX.Element {
  const room = useRef<HTMLDivElement>(null);
  const empty = props.lines.every((line) => isEmpty(line.values));
  useEffect(() => {
    const place = room.current;
    if (place === null || empty) return undefined;
    const data = [props.times, ...props.lines.map((line) => line.values)] as uPlot.AlignedData;
    const plot = new uPlot(options(props, Math.max(place.clientWidth, 200)), data, place);
    const watch = new ResizeObserver(() => plot.setSize({ width: Math.max(place.clientWidth, 200), height: HEIGHT }));
    watch.observe(place);
    return () => {
      watch.disconnect();
      plot.destroy();
    };
  });
  return (
    <figure class="chart">
      <figcaption>{props.title}</figcaption>
      <div ref={room} role="img" aria-label={props.title}>{empty && <p class="hint">{say("noHistory")}</p>}</div>
    </figure>
  );
}
