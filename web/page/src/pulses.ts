/** The offsets of single pulses, collected from the stream while the page is open. */
import type { Source } from "./replies";

export interface Pulse {
  /** When, in ms by the caller's count. */
  at: number;
  offset_ns: number;
}

export interface Bin {
  from_ns: number;
  to_ns: number;
  count: number;
}

const MOST = 3600;

export class PulseCollection {
  private readonly bySource = new Map<string, Pulse[]>();

  /** `now` in ms. The same sample told twice counts once. */
  take(sources: readonly Source[], now: number): void {
    for (const source of sources) {
      if (!source.from_pulses || source.last_offset_ns === null || source.last_sample_age_ns === null) continue;
      const at = now - source.last_sample_age_ns / 1e6;
      const list = this.bySource.get(source.name) ?? [];
      const last = list[list.length - 1];
      if (last !== undefined && Math.abs(at - last.at) < 400) continue;
      list.push({ at, offset_ns: source.last_offset_ns });
      if (list.length > MOST) list.shift();
      this.bySource.set(source.name, list);
    }
  }

  of(name: string): readonly Pulse[] {
    return this.bySource.get(name) ?? [];
  }
}

export function mean(pulses: readonly Pulse[]): number {
  return pulses.reduce((sum, pulse) => sum + pulse.offset_ns, 0) / pulses.length;
}

/** The same pulses, counted from their mean. */
export function centred(pulses: readonly Pulse[]): Pulse[] {
  const middle = mean(pulses);
  return pulses.map(({ at, offset_ns }) => ({ at, offset_ns: offset_ns - middle }));
}

export function deviation(pulses: readonly Pulse[]): number | null {
  if (pulses.length < 2) return null;
  const squares = centred(pulses).reduce((sum, pulse) => sum + pulse.offset_ns ** 2, 0);
  return Math.sqrt(squares / (pulses.length - 1));
}

/** Equal bins from the least to the greatest. */
export function histogram(pulses: readonly Pulse[], bins = 21): Bin[] {
  if (pulses.length === 0) return [];
  const values = pulses.map((pulse) => pulse.offset_ns);
  const low = Math.min(...values);
  const width = Math.max((Math.max(...values) - low) / bins, 1);
  const result = Array.from({ length: bins }, (_, i) => ({ from_ns: low + i * width, to_ns: low + (i + 1) * width, count: 0 }));
  for (const value of values) {
    const bin = result[Math.min(bins - 1, Math.floor((value - low) / width))];
    if (bin) bin.count += 1;
  }
  return result;
}
