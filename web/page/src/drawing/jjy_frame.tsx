import type { JSX } from "preact";
import { jjyCells, type JjyCell, type JjyGroup } from "../jjy";
import { say } from "../text/language";

const KINDS: Readonly<Record<string, string>> = { "0": "zero", "1": "one", M: "marker", "?": "unread", "-": "absent" };
const GROUPS = { minute: "jjyMinute", hour: "jjyHour", dayOfYear: "jjyDay", year: "jjyYear", weekday: "jjyWeekday", check: "jjyParity", leap: "jjyLeap", stop: "jjyStop" } as const satisfies Partial<Record<JjyGroup, string>>;

function Cell({ cell }: { cell: JjyCell }): JSX.Element {
  const kind = KINDS[cell.heard] ?? "unread";
  return (
    <li class={`jjy-cell ${cell.group === "leap" || cell.group === "check" ? "jjy-told" : ""}`}>
      <span class={`jjy-bit jjy-${kind}`}>{cell.heard}</span>
      <small>{cell.name}</small>
    </li>
  );
}

function rowTitle(cells: readonly JjyCell[]): string {
  const groups = [...new Set(cells.map(({ group }) => group))].filter((group): group is keyof typeof GROUPS => group !== "none");
  return groups.map((group) => say(GROUPS[group])).join(" · ");
}

/** Ten seconds in a row, each with its meaning below. */
export function JjyFrameDrawing({ frame, stops }: { frame: string; stops: boolean }): JSX.Element {
  const cells = jjyCells(frame, stops);
  const rows = Array.from({ length: 6 }, (_, i) => cells.filter(({ second }) => Math.min(5, Math.floor(second / 10)) === i));
  return (
    <div class="jjy" role="img" aria-label={say("jjyFrameIs", { frame })}>
      {rows.map((row, i) => (
        <div key={i} class="jjy-row">
          <span class="jjy-title"><b>{String(i * 10).padStart(2, "0")}</b> {rowTitle(row)}</span>
          <ol>{row.map((cell) => <Cell key={cell.second} cell={cell} />)}</ol>
        </div>
      ))}
    </div>
  );
}
