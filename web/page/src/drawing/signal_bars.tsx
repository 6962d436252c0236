import type { JSX } from "preact";
import type { Satellite } from "../replies";
import { say } from "../text/language";
import { satelliteName } from "./sky_plot";

const MOST_DBHZ = 55;
const HEIGHT = 110;
const STEP = 24;

function Bar({ satellite, at }: { satellite: Satellite; at: number }): JSX.Element {
  const signal = satellite.signal_dbhz ?? 0;
  const height = (HEIGHT * Math.min(signal, MOST_DBHZ)) / MOST_DBHZ;
  const x = at * STEP + 30;
  return (
    <g>
      <title>{`${satelliteName(satellite)}: ${signal} dB-Hz`}</title>
      <rect class={satellite.used ? "sat-used" : "sat-unused"} x={x} y={HEIGHT - height + 10} width={STEP - 8} height={height} />
      <text class="axis" x={x + 8} y={HEIGHT + 6 - height}>{signal > 0 ? signal : ""}</text>
      <text class="axis" x={x + 8} y={HEIGHT + 23}>{satellite.number}</text>
      <text class="axis faint" x={x + 8} y={HEIGHT + 36}>{satellite.system.slice(0, 3)}</text>
    </g>
  );
}

/** Filled: used; hollow: only heard. */
export function SignalBars({ satellites }: { satellites: readonly Satellite[] }): JSX.Element {
  const width = satellites.length * STEP + 34;
  return (
    <div class="wide">
      <svg class="signal" width={width} height={HEIGHT + 44} role="img" aria-label={say("signalStrength")}>
        {[0, 20, 40].map((level) => {
          const y = HEIGHT + 10 - (HEIGHT * level) / MOST_DBHZ;
          return (
            <g key={level}>
              <path class="grid" d={`M26 ${y}H${width}`} />
              <text class="axis" x="12" y={y + 4}>{level}</text>
            </g>
          );
        })}
        {satellites.map((satellite, at) => <Bar key={at} satellite={satellite} at={at} />)}
      </svg>
    </div>
  );
}
