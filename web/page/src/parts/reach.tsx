import type { JSX } from "preact";
import { say } from "../text/language";

/** The reach register, the newest at the right. */
export function Reach({ reach }: { reach: number }): JSX.Element {
  const bits = Array.from({ length: 8 }, (_, i) => (reach >> (7 - i)) & 1);
  const heard = bits.filter((bit) => bit === 1).length;
  return (
    <span class="reach" role="img" aria-label={say("reachHeard", { n: heard })} title={say("reachHeard", { n: heard })}>
      {bits.map((bit, i) => <i key={i} class={bit === 1 ? "heard" : "missed"} />)}
      <span class="number">{reach.toString(8)}</span>
    </span>
  );
}
