import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Badge } from "../parts/mark";
import { identityKey, identityOf, listed, withEntry, withEntryValue, withoutEntry, type Entry, type ListedEntry } from "../settings/overlay";
import { rowsOf, type SettingRow, type Value } from "../settings/table";
import { shownValue } from "../settings/values";
import { sectionNames } from "../text/setting_words";
import { say, wordFor } from "../text/language";
import { SettingField, type Origin } from "./setting_field";
import { complaintAt, type SectionProps } from "./setting_section";

// What names an entry, and what it cannot be without: asked for when it is made.
function isAskedFirst(row: SettingRow): boolean {
  return row.required || row.key === identityKey(row.section);
}

function originOf(entry: ListedEntry, key: string): Origin {
  if (entry.overlay?.[key] !== undefined) return "fromPage";
  return entry.written[key] !== undefined ? "fromFile" : "fromDefault";
}

function driverOf(entry: Entry): string {
  return typeof entry.driver === "string" ? entry.driver : "";
}

function EntryPanel({ settings, section, draft, edit, complaints, entry }: SectionProps & { entry: ListedEntry }): JSX.Element {
  const rows = rowsOf(settings, section, driverOf(entry.written)).filter((row) => row.key !== identityKey(section) && row.key !== "driver");
  const wrong = complaints.filter((each) => each.section === section && each.name === entry.identity);
  const putBack = (): void => edit?.(withEntry(draft, section, entry.identity, null));
  return (
    <details class="entry" open={wrong.length > 0}>
      <summary>
        <b>{entry.identity}</b> {driverOf(entry.written) !== "" && <code>{driverOf(entry.written)}</code>}{" "}
        {entry.written.flags !== undefined && <code>{shownValue(entry.written.flags)}</code>}
        {entry.written.kind !== undefined && <code>{shownValue(entry.written.kind)}</code>}
        <span class={`origin ${entry.overlay === null ? "" : "ours"}`}>{say(entry.overlay === null || entry.inFile ? "fromFile" : "fromPage")}{entry.overlay !== null && entry.inFile ? ` + ${say("fromPage")}` : ""}</span>
        {entry.removed && <Badge tone="warn">{say("entryRemoved")}</Badge>}
        {wrong.length > 0 && <Badge tone="bad">{String(wrong.length)}</Badge>}
      </summary>
      {!entry.removed && rows.map((row) => (
        <SettingField key={row.key + row.driver} row={row} value={entry.written[row.key]} origin={originOf(entry, row.key)} complaint={complaintAt({ complaints, settings }, row, entry.identity)}
          change={edit && ((value) => edit(withEntryValue(draft, section, entry, row.key, value)))} />
      ))}
      {edit && (entry.removed
        ? <button type="button" class="secondary" onClick={putBack}>{say("entryPutBack")}</button>
        : <button type="button" class="secondary" onClick={() => edit(withoutEntry(draft, section, entry))}>{say("entryRemove")}</button>)}
    </details>
  );
}

function NewEntry({ settings, section, draft, edit }: SectionProps): JSX.Element {
  const [entry, setEntry] = useState<Entry>({});
  const rows = rowsOf(settings, section, driverOf(entry)).filter(isAskedFirst);
  const change = (key: string, value: Value | undefined): void => {
    const { [key]: _, ...others } = entry;
    setEntry(value === undefined ? others : { ...others, [key]: value });
  };
  const isWhole = rows.every((row) => !isAskedFirst(row) || (entry[row.key] !== undefined && entry[row.key] !== ""));
  const add = (event: Event): void => {
    event.preventDefault();
    edit?.(withEntry(draft, section, identityOf(section, entry), entry));
    setEntry({});
  };
  return (
    <details class="entry new">
      <summary>{say("entryNewOf", { section: wordFor(sectionNames, section) })}</summary>
      <form onSubmit={add}>
        {rows.map((row) => <SettingField key={row.key + row.driver} row={row} value={entry[row.key]} origin="fromPage" change={(value) => change(row.key, value)} />)}
        <button type="submit" disabled={!isWhole}>{say("entryNew")}</button>
      </form>
    </details>
  );
}

/** A list of the configuration: what the file has, what the page adds, and what it takes away. */
export function SettingEntries(props: SectionProps): JSX.Element {
  const { settings, section, draft, edit } = props;
  const entries = listed(settings.values, settings.overlay, draft, section);
  return (
    <>
      {entries.length === 0 && <p class="hint">{say("entriesNone")}</p>}
      {entries.map((entry) => <EntryPanel key={entry.identity} {...props} entry={entry} />)}
      {edit && <NewEntry {...props} />}
    </>
  );
}
