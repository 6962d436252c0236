import type { JSX } from "preact";
import { plain } from "../instants";
import type { LeapTimeline as Timeline } from "../leap_timeline";
import { age } from "../quantities";
import { say } from "../text/language";

const WIDTH = 460;
const LEFT = 40;
const TOP = 18;
const OFFSET_HEIGHT = 96;
const LI_TOP = TOP + OFFSET_HEIGHT + 26;
const LI_HEIGHT = 22;
const HEIGHT = LI_TOP + LI_HEIGHT + 34;

function when(seconds: number): string {
  const text = age(Math.abs(seconds) * 1e9);
  return seconds >= 0 ? say("inFuture", { age: text }) : say("ago", { age: text });
}

/** Above: how far served time is from UTC. Below: the leap indicator. */
export function LeapTimeline({ timeline }: { timeline: Timeline }): JSX.Element {
  const { begins, ends, leap, fromNow, indicator, points, start } = timeline;
  const x = (at: number): number => LEFT + ((WIDTH - LEFT - 10) * (at - begins)) / (ends - begins);
  const y = (offset: number): number => TOP + (OFFSET_HEIGHT * (1 - offset)) / 2;
  const path = points.map(({ at, offset }, i) => `${i === 0 ? "M" : "L"}${x(at).toFixed(1)} ${y(offset).toFixed(1)}`).join("");
  const hasNow = fromNow && begins <= 0 && ends >= 0;
  return (
    <svg class="plot timeline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={say("timeline")}>
      {[1, 0, -1].map((level) => (
        <g key={level}>
          <path class="grid" d={`M${LEFT} ${y(level)}H${WIDTH - 10}`} />
          <text class="axis end" x={LEFT - 8} y={y(level) + 4}>{level > 0 ? "+1" : level < 0 ? "\u22121" : "0"}</text>
        </g>
      ))}
      <text class="axis start" x={LEFT + 4} y={TOP - 3}>{say("timelineOffset")}</text>
      <path class="curve" d={path} />
      <text class="axis end" x={LEFT - 8} y={LI_TOP + 15}>LI</text>
      <rect class="li-none" x={LEFT} y={LI_TOP} width={WIDTH - LEFT - 10} height={LI_HEIGHT} />
      <text class="axis start" x={LEFT + 4} y={LI_TOP + 15}>0</text>
      {indicator && (
        <g>
          <rect class="li-set" x={x(indicator.begins)} y={LI_TOP} width={x(indicator.ends) - x(indicator.begins)} height={LI_HEIGHT} />
          <text class="li-text" x={(x(indicator.begins) + x(indicator.ends)) / 2} y={LI_TOP + 15}>{indicator.value}</text>
        </g>
      )}
      <text class="axis start" x={x(start.at)} y={HEIGHT - 14}>{plain(start.jst).slice(5, 16)} JST</text>
      <path class="leap-mark" d={`M${x(leap)} ${TOP - 8}V${LI_TOP + LI_HEIGHT + 6}`} />
      <text class="axis end" x={x(leap) - 4} y={HEIGHT - 14}>{fromNow ? `${say("leap")} ${when(leap)}` : say("leap")}</text>
      {hasNow && (
        <g>
          <path class="now-mark" d={`M${x(0)} ${TOP - 8}V${LI_TOP + LI_HEIGHT + 6}`} />
          <text class="axis start" x={x(0) + 4} y={TOP + 12}>{say("timelineNow")}</text>
        </g>
      )}
    </svg>
  );
}
