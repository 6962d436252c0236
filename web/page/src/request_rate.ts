import type { ServerStats } from "./replies";

/** Requests per second between two states; null where they tell of no time in between, as after a restart. */
export function requestRate(before: ServerStats | undefined, after: ServerStats): number | null {
  if (before === undefined) return null;
  const seconds = (after.counted_for_ns - before.counted_for_ns) / 1e9;
  return seconds > 0 && after.received >= before.received ? (after.received - before.received) / seconds : null;
}
