import type { JSX } from "preact";
import { count } from "../quantities";
import { say } from "../text/language";

interface PagerProps {
  first: number;
  shown: number;
  total: number;
  size: number;
  turn: (first: number) => void;
}

export function Pager({ first, shown, total, size, turn }: PagerProps): JSX.Element | null {
  if (total <= size) return null;
  return (
    <p class="row pager">
      <button type="button" class="secondary" disabled={first === 0} onClick={() => turn(first - size)}>{say("previous")}</button>
      <span>{say("pageOf", { from: count(first + 1), to: count(first + shown), total: count(total) })}</span>
      <button type="button" class="secondary" disabled={first + shown >= total} onClick={() => turn(first + size)}>{say("next")}</button>
    </p>
  );
}
