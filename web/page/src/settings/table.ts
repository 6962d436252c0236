/** What the daemon says of its settings: the table that every form is drawn from, and what is written. */

/** As TOML has them; a table is an object. */
export type Value = string | number | boolean | Value[] | Tree;
export interface Tree {
  [key: string]: Value;
}

export interface SettingRow {
  section: string;
  key: string;
  driver: string | null;
  type: string;
  default: string | null;
  minimum: string | null;
  maximum: string | null;
  choices: string[];
  required: boolean;
  reason: string;
  english: string;
  japanese: string;
  applies: string;
}

export interface SettingSection {
  name: string;
  repeated: boolean;
  /** The key by which entries of the file and of the page are the same, in a list. */
  identity: string | null;
}

export interface Settings {
  file: string;
  overlay_file: string;
  sections: SettingSection[];
  table: SettingRow[];
  /** What is in force, as written. */
  values: Tree;
  /** What this page has set. */
  overlay: Tree;
  base: string;
  pending: { id: number; left_ns: number } | null;
}

/** Where something is to be found; `name` is null outside of lists. */
export interface Place {
  section: string;
  name: string | null;
  key: string | null;
}

export interface Complaint extends Place {
  /** In English. */
  message: string;
  /** For other languages, with what its sentence fills in. */
  code: string;
  values: Record<string, string>;
  /** FILE:LINE, where it is not in what the page has set. */
  other_file: string | null;
}

export interface Difference extends Place {
  before: Value | null;
  after: Value | null;
}

export interface Check {
  complaints: Complaint[];
  difference: Difference[];
  needs_confirmation: boolean;
  restart: string[];
  waits: boolean;
}

export interface Applied {
  id: number;
  confirm_within_ns: number | null;
  base: string;
  synced: boolean;
}

/** The rows of a section; in a list, those that an entry with this driver may use. */
export function rowsOf(settings: Settings, section: string, driver = ""): SettingRow[] {
  return settings.table.filter((row) => row.section === section && (!row.driver || row.driver === driver));
}

/** The daemon's reply has it as a member beside what it says of itself. */
export function member<T>(reply: unknown, name: string): T {
  const members = reply as Record<string, unknown>;
  return (members[name] ?? members) as T;
}
