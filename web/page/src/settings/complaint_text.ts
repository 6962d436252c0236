/** What is wrong with settings, in the language that is spoken. */
import { complaints, expectations } from "../text/complaint_words";
import { fill, type Table } from "../text/text";
import { language, wordFor } from "../text/language";
import type { Complaint, SettingRow } from "./table";

function expected(row: SettingRow | undefined, otherwise: string): string {
  if (row === undefined || (expectations as Table)[row.type] === undefined) return otherwise;
  const choices = (row.choices ?? []).map((each) => `"${each}"`).join(", ");
  return fill(wordFor(expectations, row.type), { minimum: row.minimum ?? "", maximum: row.maximum ?? "", choices });
}

/** Whether there are words of this language for it. */
function isTranslated({ code }: Complaint): boolean {
  return Object.hasOwn(complaints, code);
}

/** The daemon's own sentence is English, and says more of why; other languages are put together here. */
export function complaintText(complaint: Complaint, table: readonly SettingRow[]): string {
  if (language() === "en" || !isTranslated(complaint)) return complaint.message;
  const { section, key, values, code, other_file: file } = complaint;
  const row = table.find((each) => each.section === section && each.key === (values.key ?? key));
  const text = fill(wordFor(complaints, code), { ...values, expected: expected(row, values.expected ?? "") });
  return file === null ? text : `${file}: ${text}`;
}
