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

/** Rows of nulls where nothing was recorded: a line must not be drawn through a time of which nothing is known. */
export function withGaps(history: History): History {
  const at = history.columns.indexOf("time");
  const times = history.rows.map((row) => Number(row[at]));
  const steps = times.slice(1).map((time, i) => time - times[i]!).sort((one, other) => one - other);
  const usual = steps[Math.floor(steps.length / 2)] ?? 0;
  const rows = history.rows.flatMap((row, i) => {
    const step = i === 0 ? 0 : times[i]! - times[i - 1]!;
    if (step <= 2.5 * usual) return [row];
    return [history.columns.map((_, column) => (column === at ? times[i - 1]! + usual : null)), row];
  });
  return { columns: history.columns, rows };
}

/** A time in which the clock was not synchronised. */
export interface Shade {
  from: number;
  to: number;
  state: string;
}

/** All of them, each from its first row to the next row after it. */
export function shadesOf(history: History): Shade[] {
  const [time, state] = [history.columns.indexOf("time"), history.columns.indexOf("state")];
  const shades: Shade[] = [];
  history.rows.forEach((row, i) => {
    const now = row[state];
    if (state < 0 || typeof now !== "string" || now === "synchronised") return;
    const from = Number(row[time]);
    const to = Number(history.rows[i + 1]?.[time] ?? from);
    const last = shades[shades.length - 1];
    if (last !== undefined && last.to === from && last.state === now) last.to = to;
    else shades.push({ from, to, state: now });
  });
  return shades;
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
