/** Rows of a table: which, in which order, and a page of them. */

export interface Order<Key extends string> {
  by: Key;
  descending: boolean;
}

export type Cell = string | number | null;

function compare(one: Cell, other: Cell): number {
  if (one === other) return 0;
  if (one === null) return 1;
  if (other === null) return -1;
  return typeof one === "number" && typeof other === "number" ? one - other : String(one).localeCompare(String(other), "en", { numeric: true });
}

/** What is not known stands last, whatever the direction. */
export function ordered<Key extends string, Row extends Record<Key, Cell>>(rows: readonly Row[], { by, descending }: Order<Key>): Row[] {
  const sign = (one: Row, other: Row): number => (one[by] === null || other[by] === null ? 1 : descending ? -1 : 1);
  return [...rows].sort((one, other) => sign(one, other) * compare(one[by], other[by]));
}

export interface Page<Row> {
  rows: Row[];
  first: number;
  total: number;
}

export function pageOf<Row>(rows: readonly Row[], first: number, size: number): Page<Row> {
  const last = Math.max(0, Math.floor((rows.length - 1) / size) * size);
  const from = Math.min(Math.max(0, first), last);
  return { rows: rows.slice(from, from + size), first: from, total: rows.length };
}
