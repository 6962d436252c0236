/** Values as people type and read them. */
import type { SettingRow, Value } from "./table";

export type Control = "switch" | "choice" | "choices" | "number" | "list" | "date" | "text";

const CONTROLS: Readonly<Record<string, Control>> = {
  bool: "switch",
  choice: "choice",
  choices: "choices",
  integer: "number",
  degrees: "text",
  addresses: "list",
  prefixes: "list",
  date: "date",
};

/** What a setting is entered with. */
export function controlOf(row: SettingRow): Control {
  const control = CONTROLS[row.type] ?? "text";
  return control === "choice" && row.choices.length === 0 ? "text" : control;
}

export function shownValue(value: Value | null | undefined): string {
  if (value === null || value === undefined) return "–";
  if (Array.isArray(value)) return value.length === 0 ? "[ ]" : value.map(shownValue).join(", ");
  if (typeof value === "object") return Object.entries(value).map(([key, each]) => `${key} = ${shownValue(each)}`).join("; ");
  return value === "" ? '""' : String(value);
}

/** For an input: without quotes, lists with commas. */
export function typedText(value: Value | undefined): string {
  if (value === undefined || typeof value === "object") return Array.isArray(value) ? value.map(String).join(", ") : "";
  return String(value);
}

function numberOr(text: string): Value {
  return /^[+-]?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

/** What was typed, as TOML would have it: what is no number where one is wanted stays text, and the daemon says so. Undefined where nothing is. */
export function valueOf(row: SettingRow, text: string): Value | undefined {
  const typed = text.trim();
  if (controlOf(row) === "list") return typed.split(",").map((each) => each.trim()).filter((each) => each !== "");
  if (row.type === "text") return text;
  if (typed === "") return undefined;
  return row.type.startsWith("integer") || row.type === "degrees" ? numberOr(typed) : typed;
}

/** "60 … 400": what is allowed, or "". */
export function rangeText({ type, minimum, maximum }: SettingRow): string {
  return type === "text" || (!minimum && !maximum) ? "" : `${minimum ?? ""} … ${maximum ?? ""}`;
}
