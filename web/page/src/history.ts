/** What was recorded, as columns for a chart. */

export interface History {
  columns: string[];
  rows: (number | string | null)[][];
}

export type Series = (number | null)[];

/** A column by its name, each number divided by `scale`; what is no number is null. */
export function column(history: History, name: string, scale = 1): Series {
  const at = history.columns.indexOf(name);
  return history.rows.map((row) => {
    const value = at < 0 ? null : row[at];
    return typeof value === "number" ? value / scale : null;
  });
}

export function isEmpty(series: readonly (number | null)[]): boolean {
  return series.every((value) => value === null);
}

/** The unit (in ns) in which these spans are best read. */
export function unitOf(...all: readonly Series[]): { size: number; name: string } {
  let most = 0;
  for (const series of all) for (const value of series) if (value !== null) most = Math.max(most, Math.abs(value));
  if (most < 2e3) return { size: 1, name: "ns" };
  if (most < 2e6) return { size: 1e3, name: "µs" };
  return most < 2e9 ? { size: 1e6, name: "ms" } : { size: 1e9, name: "s" };
}

/** "2026-11-28T09:30" of a clock nine hours ahead of UTC, as seconds since 1970; null where it is no time. */
export function secondsFromJst(text: string): number | null {
  const ms = Date.parse(`${text}:00+09:00`);
  return Number.isNaN(ms) ? null : ms / 1000;
}

/** The other way round. */
export function jstFromSeconds(seconds: number): string {
  return new Date((seconds + 9 * 3600) * 1000).toISOString().slice(0, 16);
}

/** "2026-11-28 09:30:05", in Japan. */
export function jstText(seconds: number): string {
  return new Date((seconds + 9 * 3600) * 1000).toISOString().slice(0, 19).replace("T", " ");
}
