/** Which of the clients that have asked this device cannot follow a smear: those who ask too seldom for how fast it goes. */
import type { Client, Clients } from "./replies";

/** From one poll to the next time may move by so much before clients step instead of following (RFC 5905). */
const STEP_NS = 128e6;

/** The longest interval with which served time is followed, in ns; null where it does not move by itself. */
export function longestInterval(rows: readonly { rate_ppm: number }[]): number | null {
  const rate = Math.max(0, ...rows.map(({ rate_ppm }) => Math.abs(rate_ppm)));
  return rate === 0 ? null : (STEP_NS / rate) * 1e6;
}

export interface LeftBehind {
  total: number;
  behind: number;
  /** Of them nobody knows how often they ask. */
  unknown: number;
  /** Of those left behind some, who ask the most seldom. */
  worst: Client[];
}

/** Some clients in the order of their intervals, the shortest first, those without one at the end. */
export type AskClients = (first: number, count: number) => Promise<Clients>;

const SHOWN = 50;

// The place of the first client of whom it is true; it is of all after him.
async function firstOf(ask: AskClients, total: number, isTrue: (client: Client) => boolean): Promise<number> {
  let [low, high] = [0, total];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const [client] = (await ask(middle, 1)).latest;
    if (client === undefined || isTrue(client)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Some dozens of questions at most, however many clients there are. */
export async function leftBehind(ask: AskClients, longest: number): Promise<LeftBehind> {
  const total = (await ask(0, 1)).matching;
  const unknownFrom = await firstOf(ask, total, ({ interval_ns }) => interval_ns === null);
  const behindFrom = await firstOf(ask, unknownFrom, ({ interval_ns }) => (interval_ns ?? 0) > longest);
  const first = Math.max(behindFrom, unknownFrom - SHOWN);
  const worst = first < unknownFrom ? (await ask(first, unknownFrom - first)).latest : [];
  return { total, behind: unknownFrom - behindFrom, unknown: total - unknownFrom, worst: [...worst].reverse() };
}
