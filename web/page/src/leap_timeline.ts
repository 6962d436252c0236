/** What clients will be told around the next leap second, as points to draw. Seconds count from now. */
import type { KnownLeap } from "./replies";

export interface TimelinePoint {
  at: number;
  /** Served minus UTC, in seconds. */
  offset: number;
}

export interface LeapTimeline {
  begins: number;
  ends: number;
  /** When UTC has its 61st second, or lacks its 60th. */
  leap: number;
  /** LI is so much from `begins` to `ends` of it; 0 outside. */
  indicator: { value: 1 | 2; begins: number; ends: number } | null;
  points: TimelinePoint[];
}

const SECOND = 1e9;

/** The daemon's own instants only: nothing is worked out here but where to draw them. */
export function timelineOf(leap: KnownLeap): LeapTimeline | null {
  const { next } = leap;
  if (next === null || next.kind === "none") return null;
  const window = next.smeared ?? next.announced;
  if (!window) return null;
  const [first, last] = [window.begins.in_ns / SECOND, window.ends.in_ns / SECOND];
  const margin = (last - first) * 0.12;
  const full = next.kind === "insert" ? -1 : 1;
  const value = next.kind === "insert" ? 1 : 2;
  const points: TimelinePoint[] = [{ at: first - margin, offset: 0 }];
  if (next.smeared) points.push({ at: first, offset: 0 }, { at: last, offset: full }, { at: last, offset: 0 });
  points.push({ at: last + margin, offset: 0 });
  return {
    begins: first - margin,
    ends: last + margin,
    leap: next.at.in_ns / SECOND,
    indicator: next.announced ? { value, begins: first, ends: last } : null,
    points,
  };
}
