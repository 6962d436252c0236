/** How far the clock of the viewer's computer is from ours, by asking as NTP does. */

/** One question: when it left and when its answer came by the computer's clock, and the answer, in ms since 1970. */
export interface Exchange {
  left: number;
  came: number;
  answer: number;
}

export interface ComputerOffset {
  /** Ours minus the computer's, in ms: positive where the computer is slow. */
  offset: number;
  /** It is within so many ms of that: half the shortest round trip. */
  within: number;
}

/** The exchange with the shortest round trip knows best; null where there is none. */
export function computerOffset(exchanges: readonly Exchange[]): ComputerOffset | null {
  let best: Exchange | null = null;
  for (const each of exchanges) {
    const usable = each.came >= each.left;
    if (usable && (best === null || each.came - each.left < best.came - best.left)) best = each;
  }
  if (best === null) return null;
  return { offset: best.answer - (best.left + best.came) / 2, within: (best.came - best.left) / 2 };
}
