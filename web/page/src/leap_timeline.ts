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
  /** Whether 0 is now; otherwise it is the end of the leap second. */
  fromNow: boolean;
  /** LI is so much from `begins` to `ends` of it; 0 outside. */
  indicator: { value: 1 | 2; begins: number; ends: number } | null;
  points: TimelinePoint[];
  /** When what clients notice begins, by the clocks of Japan. */
  start: { at: number; jst: string };
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
    fromNow: true,
    indicator: next.announced ? { value, begins: first, ends: last } : null,
    points,
    start: { at: first, jst: window.begins.jst },
  };
}

/** One instant of a preview; `from_end_ns` counts from the end of the leap second. */
export interface PreviewRow {
  from_end_ns: number;
  li: number;
  from_utc_ns: number;
  jst: string;
}

/** What would be served around an imagined leap second, as the daemon worked it out. */
export function timelineOfPreview(rows: readonly PreviewRow[]): LeapTimeline {
  const points = rows.map(({ from_end_ns, from_utc_ns }) => ({ at: from_end_ns / SECOND, offset: from_utc_ns / SECOND }));
  const [first, last] = [points[0]?.at ?? 0, points[points.length - 1]?.at ?? 0];
  const margin = Math.max(1, (last - first) * 0.12);
  const told = rows.filter(({ li }) => li === 1 || li === 2);
  const from = told[0]?.from_end_ns;
  const after = rows.find(({ from_end_ns, li }) => from !== undefined && from_end_ns > from && li === 0)?.from_end_ns ?? last * SECOND;
  return {
    begins: first - margin,
    ends: last + margin,
    leap: 0,
    fromNow: false,
    indicator: from === undefined ? null : { value: told[0]?.li === 2 ? 2 : 1, begins: from / SECOND, ends: after / SECOND },
    points: [{ at: first - margin, offset: 0 }, ...points, { at: last + margin, offset: 0 }],
    start: { at: first, jst: rows[0]?.jst ?? "" },
  };
}
