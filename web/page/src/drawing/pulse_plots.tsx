import type { JSX } from "preact";
import { histogram, type Pulse } from "../pulses";
import { signedSpan } from "../quantities";
import { say } from "../text/language";

const WIDTH = 460;
const HEIGHT = 150;
const LEFT = 74;

function extent(pulses: readonly Pulse[]): readonly [low: number, high: number] {
  const values = pulses.map((pulse) => pulse.offset_ns);
  const low = Math.min(...values);
  const high = Math.max(...values);
  const margin = Math.max((high - low) * 0.08, 1);
  return [low - margin, high + margin];
}

/** Each pulse as a point, the newest at the right. Counted from their mean, as the histogram is. */
export function PulseScatter({ pulses }: { pulses: readonly Pulse[] }): JSX.Element {
  const [low, high] = extent(pulses);
  const first = pulses[0]!.at;
  const lasted = Math.max(pulses[pulses.length - 1]!.at - first, 1);
  const x = (pulse: Pulse): number => LEFT + ((WIDTH - LEFT - 8) * (pulse.at - first)) / lasted;
  const y = (value: number): number => 8 + ((HEIGHT - 16) * (high - value)) / (high - low);
  const marks = [high, (high + low) / 2, low];
  return (
    <svg class="plot" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={say("pulseScatter")}>
      {marks.map((value) => (
        <g key={value}>
          <path class="grid" d={`M${LEFT} ${y(value)}H${WIDTH}`} />
          <text class="axis end" x={LEFT - 6} y={y(value) + 4}>{signedSpan(value)}</text>
        </g>
      ))}
      {pulses.map((pulse) => <circle key={pulse.at} class="dot" cx={x(pulse).toFixed(1)} cy={y(pulse.offset_ns).toFixed(1)} r="1.8" />)}
    </svg>
  );
}

export function PulseHistogram({ pulses }: { pulses: readonly Pulse[] }): JSX.Element {
  const bins = histogram(pulses);
  const most = Math.max(...bins.map((bin) => bin.count), 1);
  const width = (WIDTH - 16) / bins.length;
  const floor = HEIGHT - 22;
  return (
    <svg class="plot" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={say("pulseHistogram")}>
      <path class="grid" d={`M8 ${floor}H${WIDTH - 8}`} />
      {bins.map((bin, i) => {
        const height = ((floor - 8) * bin.count) / most;
        return (
          <rect key={bin.from_ns} class="sat-used" x={8 + i * width + 1} y={floor - height} width={width - 2} height={height}>
            <title>{`${signedSpan(bin.from_ns)} … ${signedSpan(bin.to_ns)}: ${bin.count}`}</title>
          </rect>
        );
      })}
      <text class="axis start" x="8" y={HEIGHT - 6}>{signedSpan(bins[0]!.from_ns)}</text>
      <text class="axis end" x={WIDTH - 8} y={HEIGHT - 6}>{signedSpan(bins[bins.length - 1]!.to_ns)}</text>
    </svg>
  );
}
