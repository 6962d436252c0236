/** How far the clock of the viewer's computer is from ours, from what the stream tells each second. */

/** Our time when a message was sent, and the computer's when it came, in ms since 1970. */
export interface Arrival {
  told: number;
  came: number;
}

export interface ComputerOffset {
  /** Ours minus the computer's, in ms: positive where the computer is slow. */
  offset: number;
  /** It is within so many ms of that. */
  within: number;
}

const KEPT = 30;

/**
 * The message that was under way for the shortest time knows best. How short that was is not known, but it is between nothing
 * and `roundTrip` (ms, of an empty request). Null where either is missing.
 */
export function computerOffset(arrivals: readonly Arrival[], roundTrip: number | null): ComputerOffset | null {
  if (arrivals.length === 0 || roundTrip === null) return null;
  const least = Math.max(...arrivals.map(({ told, came }) => told - came));
  return { offset: least + roundTrip / 2, within: roundTrip / 2 };
}

/** Messages may be late by less than that. */
const STEP_MS = 100;
const DEVICE_STEP_MS = 500;

/** The newest arrivals; begins anew where the computer's clock was set meanwhile, or ours stepped (a leap second, the first time that is known). */
export class Arrivals {
  private kept: Arrival[] = [];

  /** `elapsed` is what a clock says that nobody sets, in ms. */
  add(arrival: Arrival, elapsed: number): void {
    const [shift, ours] = [arrival.came - elapsed, arrival.told - elapsed];
    const wasSet = this.shift !== null && Math.abs(shift - this.shift) > STEP_MS;
    if (wasSet || (this.ours !== null && Math.abs(ours - this.ours) > DEVICE_STEP_MS)) this.kept = [];
    this.shift = shift;
    this.ours = ours;
    this.kept.push(arrival);
    if (this.kept.length > KEPT) this.kept.shift();
  }

  all(): readonly Arrival[] {
    return this.kept;
  }

  private shift: number | null = null;
  private ours: number | null = null;
}
