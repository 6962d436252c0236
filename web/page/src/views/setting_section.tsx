import type { JSX } from "preact";
import { complaintText } from "../settings/complaint_text";
import { valueAt, withValue } from "../settings/overlay";
import { rowsOf, type Complaint, type SettingRow, type Settings, type Tree, type Value } from "../settings/table";
import { SettingField, type Origin } from "./setting_field";

export interface SectionProps {
  settings: Settings;
  section: string;
  /** The overlay as it would become. */
  draft: Tree;
  /** Absent: may only be looked at. */
  edit?: ((draft: Tree) => void) | undefined;
  complaints: readonly Complaint[];
}

export function complaintAt({ complaints, settings }: Pick<SectionProps, "complaints" | "settings">, row: SettingRow, name: string | null): string | undefined {
  const found = complaints.find((each) => each.section === row.section && each.key === row.key && (each.name ?? null) === name);
  return found === undefined ? undefined : complaintText(found, settings.table);
}

// What is in force of a key that the page had set, and now would not, is not known: the file or the default.
function stateOf({ settings, section, draft }: SectionProps, key: string): { value: Value | undefined; origin: Origin } {
  const ours = valueAt(draft, section, key);
  if (ours !== undefined) return { value: ours, origin: "fromPage" };
  if (valueAt(settings.overlay, section, key) !== undefined) return { value: undefined, origin: "fromReset" };
  const value = valueAt(settings.values, section, key);
  return { value, origin: value === undefined ? "fromDefault" : "fromFile" };
}

/** The settings of one part of the file, or those of them with these keys. */
export function SettingSection(props: SectionProps & { keys?: readonly string[] }): JSX.Element {
  const { settings, section, draft, edit, keys } = props;
  return (
    <>
      {rowsOf(settings, section).filter(({ key }) => keys?.includes(key) ?? true).map((row) => (
        <SettingField key={row.key} row={row} {...stateOf(props, row.key)} complaint={complaintAt(props, row, null)}
          change={edit && ((value) => edit(withValue(draft, section, row.key, value)))} />
      ))}
    </>
  );
}
