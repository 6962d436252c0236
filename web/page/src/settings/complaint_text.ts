/** What is wrong with settings, in the language that is spoken. */
import { complaints, expectations } from "../text/complaint_words";
import { inWords, language, textFor } from "../text/language";
import type { Complaint, SettingRow } from "./table";

function expected(row: SettingRow | undefined, otherwise: string): string {
  const words = textFor(expectations, row?.type);
  if (row === undefined || words === undefined) return otherwise;
  const choices = (row.choices ?? []).map((each) => `"${each}"`).join(", ");
  return inWords(words, { minimum: row.minimum ?? "", maximum: row.maximum ?? "", choices });
}

/** The daemon's own sentence is English, and says more of why; other languages are put together here. */
export function complaintText(complaint: Complaint, table: readonly SettingRow[]): string {
  const words = textFor(complaints, complaint.code);
  if (language() === "en" || words === undefined) return complaint.message;
  const { section, key, values, other_file: file } = complaint;
  const row = table.find((each) => each.section === section && each.key === (values.key ?? key));
  const text = inWords(words, { ...values, expected: expected(row, values.expected ?? "") });
  return file === null ? text : `${file}: ${text}`;
}
