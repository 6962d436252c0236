import type { JSX } from "preact";
import { Badge, type Tone } from "../parts/mark";
import { say } from "../text/language";
import type { phrases } from "../text/phrases";

const TALLIES: Readonly<Record<string, readonly [Tone, keyof typeof phrases]>> = {
  "*": ["good", "tallySelected"],
  o: ["good", "tallyPulses"],
  "+": ["good", "tallyCombined"],
  "-": ["fair", "tallyUsable"],
  x: ["bad", "tallyFalse"],
  "~": ["warn", "tallyVariable"],
  "?": ["off", "tallySilent"],
};

/** chronyc's mark of a source, in a shape and a word. */
export function Tally({ tally }: { tally: string }): JSX.Element {
  const [tone, word] = TALLIES[tally] ?? TALLIES["?"]!;
  return <Badge tone={tone}>{say(word)}</Badge>;
}
