import type { JSX } from "preact";
import { useId, useState } from "preact/hooks";
import type { SettingRow, Value } from "../settings/table";
import { controlOf, rangeText, typedText, valueOf } from "../settings/values";
import { language, say } from "../text/language";

export type Origin = "fromPage" | "fromFile" | "fromDefault" | "fromReset";

interface SettingFieldProps {
  row: SettingRow;
  value: Value | undefined;
  origin: Origin;
  /** Undefined: not set here. Absent: may only be looked at. */
  change?: ((value: Value | undefined) => void) | undefined;
  complaint?: string | undefined;
}

interface ControlProps {
  id: string;
  row: SettingRow;
  value: Value | undefined;
  change: ((value: Value | undefined) => void) | undefined;
  described: string;
  isWrong: boolean;
}

function Select({ id, value, change, described, isWrong, choices }: ControlProps & { choices: readonly (readonly [string, string])[] }): JSX.Element {
  return (
    <select id={id} value={typedText(value)} disabled={change === undefined} aria-describedby={described} aria-invalid={isWrong}
      onChange={(event) => change?.(event.currentTarget.value)}>
      {choices.map(([each, text]) => <option key={each} value={each}>{text}</option>)}
    </select>
  );
}

function Switch(props: ControlProps): JSX.Element {
  const shown = props.value ?? props.row.default === "true";
  return <Select {...props} value={String(shown)} change={props.change && ((text) => props.change?.(text === "true"))} choices={[["true", say("on")], ["false", say("off")]]} />;
}

function Choice(props: ControlProps): JSX.Element {
  const { row, value, change } = props;
  const none = row.default ? [] : [["", "–"] as const];
  return <Select {...props} value={value ?? row.default ?? ""} change={change && ((text) => change(text === "" ? undefined : text))} choices={[...none, ...row.choices.map((each) => [each, each] as const)]} />;
}

function Choices({ id, row, value, change, described }: ControlProps): JSX.Element {
  const chosen = Array.isArray(value) ? value : (row.default ?? "").split(",").map((each) => each.trim());
  const turn = (each: string, on: boolean): void => change?.(row.choices.filter((other) => (other === each ? on : chosen.includes(other))));
  return (
    <span class="choices" role="group" id={id} aria-describedby={described} aria-label={row.key}>
      {row.choices.map((each) => (
        <label key={each}>
          <input type="checkbox" checked={chosen.includes(each)} disabled={change === undefined} onChange={(event) => turn(each, event.currentTarget.checked)} /> <code>{each}</code>
        </label>
      ))}
    </span>
  );
}

function Line({ id, row, value, change, described, isWrong }: ControlProps): JSX.Element {
  const shown = typedText(value);
  // As long as it means the same, what was typed stays: a comma or a point at the end is on its way to something.
  const [typed, setTyped] = useState(shown);
  const text = typedText(valueOf(row, typed)) === shown ? typed : shown;
  const control = controlOf(row);
  const take = (fresh: string): void => (setTyped(fresh), change?.(valueOf(row, fresh)));
  return (
    <input id={id} type={control === "date" ? "date" : "text"} inputMode={control === "number" ? "numeric" : "text"} value={text} placeholder={row.default ?? ""}
      autoComplete="off" spellcheck={false} disabled={change === undefined} aria-describedby={described} aria-invalid={isWrong} onInput={(event) => take(event.currentTarget.value)} />
  );
}

const CONTROLS = { switch: Switch, choice: Choice, choices: Choices, number: Line, list: Line, date: Line, text: Line } as const;

function hints(row: SettingRow): string {
  const range = rangeText(row);
  return [
    row.required ? say("requiredValue") : "",
    row.default ? say("defaultIs", { value: row.default }) : "",
    range === "" ? "" : say("rangeIs", { value: range }),
    controlOf(row) === "list" ? say("listHelp") : "",
    row.applies === "restart" ? say("needsRestart") : "",
  ].filter((each) => each !== "").join(" · ");
}

/** One row of the daemon's table, with what it says of itself. */
export function SettingField({ row, value, origin, change, complaint }: SettingFieldProps): JSX.Element {
  const id = useId();
  const Control = CONTROLS[controlOf(row)];
  const isOurs = origin === "fromPage";
  return (
    <div class={complaint === undefined ? "setting" : "setting wrong"}>
      <p class="setting-head">
        <label for={id}><code>{row.key}</code></label>
        <span class={`origin ${isOurs ? "ours" : ""}`}>{say(origin)}</span>
        {isOurs && change !== undefined && <button type="button" class="quiet" aria-label={say("resetValueOf", { key: row.key })} onClick={() => change(undefined)}>{say("resetValue")}</button>}
      </p>
      <Control id={id} row={row} value={value} change={change} described={`${id}-help`} isWrong={complaint !== undefined} />
      {complaint !== undefined && <p class="failure" role="alert">{complaint}</p>}
      <p class="setting-help" id={`${id}-help`}>{language() === "ja" ? row.japanese : row.english} <small>{hints(row)}</small></p>
    </div>
  );
}
