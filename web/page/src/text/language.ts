import { fill, type Language, type Table, type Text } from "./text";
import { phrases } from "./phrases";

/** Each in its own words, whichever is spoken. */
export const languageNames: Readonly<Record<Language, string>> = { ja: "日本語", en: "English" };

let current: Language = "ja";

export function language(): Language {
  return current;
}

export function setLanguage(next: Language): void {
  current = next;
  if (typeof document !== "undefined") document.documentElement.lang = next;
}

/** What the browser asks for: Japanese, or else English. */
export function browserLanguage(): Language {
  return navigator.language.toLowerCase().startsWith("ja") ? "ja" : "en";
}

export function inWords(text: Text, values: Readonly<Record<string, string | number>> = {}): string {
  return fill(text[current], values);
}

export function say(name: keyof typeof phrases, values: Readonly<Record<string, string | number>> = {}): string {
  return inWords(phrases[name], values);
}

/** The words for a code, in both languages; undefined where the table has none. The only look-up by what others say. */
export function textFor(table: Table, code: string | null | undefined): Text | undefined {
  return code !== null && code !== undefined && Object.hasOwn(table, code) ? table[code] : undefined;
}

/** What stands for a code of the daemon; the code itself where the table does not have it. */
export function wordFor(table: Table, code: string | null | undefined): string {
  if (code === null || code === undefined || code === "") return "–";
  return textFor(table, code)?.[current] ?? code;
}
