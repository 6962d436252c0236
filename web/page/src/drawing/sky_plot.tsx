import type { JSX } from "preact";
import type { Satellite } from "../replies";
import { say } from "../text/language";

const RADIUS = 100;
const RINGS = [0, 30, 60];

function place(azimuth: number, elevation: number): readonly [x: number, y: number] {
  const r = (RADIUS * (90 - Math.max(0, elevation))) / 90;
  const angle = (azimuth * Math.PI) / 180;
  return [r * Math.sin(angle), -r * Math.cos(angle)];
}

export function satelliteName({ system, number }: Satellite): string {
  return `${system} ${number}`;
}

function Dot({ satellite }: { satellite: Satellite }): JSX.Element | null {
  const { azimuth, elevation, used, number } = satellite;
  if (azimuth === null || elevation === null) return null;
  const [x, y] = place(azimuth, elevation);
  return (
    <g transform={`translate(${x.toFixed(1)} ${y.toFixed(1)})`}>
      <title>{`${satelliteName(satellite)} ${azimuth}° / ${elevation}°`}</title>
      {used ? <circle class="sat-used" r="8" /> : <rect class="sat-unused" x="-7" y="-7" width="14" height="14" />}
      <text class={used ? "sat-label-used" : "sat-label"} y="3">{number}</text>
    </g>
  );
}

/** The sky as seen from below the antenna: north above, the zenith in the middle. */
export function SkyPlot({ satellites }: { satellites: readonly Satellite[] }): JSX.Element {
  const points = [["north", 0, -RADIUS - 6], ["east", RADIUS + 9, 4], ["south", 0, RADIUS + 14], ["west", -RADIUS - 9, 4]] as const;
  return (
    <svg class="sky" viewBox="-122 -120 244 240" role="img" aria-label={say("skyPlot")}>
      {RINGS.map((elevation) => <circle key={elevation} class="grid" r={(RADIUS * (90 - elevation)) / 90} />)}
      <path class="grid" d={`M${-RADIUS} 0H${RADIUS}M0 ${-RADIUS}V${RADIUS}`} />
      {points.map(([name, x, y]) => <text key={name} class="axis" x={x} y={y}>{say(name)}</text>)}
      {satellites.map((satellite, i) => <Dot key={i} satellite={satellite} />)}
    </svg>
  );
}
