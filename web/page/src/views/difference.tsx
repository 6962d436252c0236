import type { JSX } from "preact";
import { shownValue } from "../settings/values";
import type { Difference as Change } from "../settings/table";
import { say } from "../text/language";

export function placeText({ section, name, key }: { section: string; name: string | null; key: string | null }): string {
  const entry = name === null || name === "" ? "" : ` ${name}`;
  return `[${section}]${entry}${key === null || key === "" ? "" : ` ${key}`}`;
}

/** What is and what would be, setting by setting. */
export function Difference({ changes }: { changes: readonly Change[] }): JSX.Element {
  if (changes.length === 0) return <p class="hint">{say("differenceNone")}</p>;
  return (
    <div class="wide">
      <table class="difference">
        <thead>
          <tr>{(["differenceSetting", "differenceBefore", "differenceAfter"] as const).map((title) => <th key={title} scope="col">{say(title)}</th>)}</tr>
        </thead>
        <tbody>
          {changes.map((change) => (
            <tr key={placeText(change)}>
              <td><code>{placeText(change)}</code></td>
              <td class="details"><del>{shownValue(change.before)}</del></td>
              <td class="details"><ins>{shownValue(change.after)}</ins></td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
