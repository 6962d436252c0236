/** What people read: always in both languages. */
export interface Text {
  readonly ja: string;
  readonly en: string;
}

export type Language = keyof Text;

export type Table = Readonly<Record<string, Text>>;

/** Puts `values` where the text has `{name}`. */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** The names between braces, in a stable order. */
export function places(text: string): string {
  return [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).sort().join(" ");
}
