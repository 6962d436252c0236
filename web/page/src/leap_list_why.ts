/** Why the daemon does not take a leap-seconds.list. */
import { leapListFaults } from "./text/leap_list_words";
import { inWords, say, textFor } from "./text/language";

export interface Why {
  code: string;
  line: number | null;
  mark: string | null;
  updated: string | null;
  expires: string | null;
  in_use_updated: string | null;
  in_use_expires: string | null;
}

/** `sentence`: the daemon's own, where it is another version's and says no code, or one without words here. */
export function leapListWhy(why: Partial<Why> | undefined, sentence: string): string {
  const words = textFor(leapListFaults, why?.code);
  if (why === undefined || words === undefined) return sentence;
  const days = { updated: why.updated ?? "", expires: why.expires ?? "", used: why.in_use_updated ?? "–", until: why.in_use_expires ?? "–" };
  const text = inWords(words, { mark: why.mark ?? "", ...days });
  return typeof why.line === "number" ? say("leapListLine", { n: why.line, what: text }) : text;
}
