/** The minute of JJY as NICT lays it out: what stands in each second. */

/** Names are those of the time code: digits by what they count, PA1, PA2 (parity), SU1, SU2, LS1, LS2, P0 … P5, M. */
const DIGITS: Readonly<Record<number, string>> = {
  1: "40", 2: "20", 3: "10", 5: "8", 6: "4", 7: "2", 8: "1",
  12: "20", 13: "10", 15: "8", 16: "4", 17: "2", 18: "1",
  22: "200", 23: "100", 25: "80", 26: "40", 27: "20", 28: "10", 30: "8", 31: "4", 32: "2", 33: "1",
  36: "PA1", 37: "PA2", 38: "SU1", 40: "SU2",
  41: "80", 42: "40", 43: "20", 44: "10", 45: "8", 46: "4", 47: "2", 48: "1",
  50: "4", 51: "2", 52: "1", 53: "LS1", 54: "LS2",
};

// Minutes 15 and 45 have the call sign in Morse, and planned stops.
const STOPS: Readonly<Record<number, string>> = { 50: "ST1", 51: "ST2", 52: "ST3", 53: "ST4", 54: "ST5", 55: "ST6" };

export type JjyGroup = "minute" | "hour" | "dayOfYear" | "year" | "weekday" | "check" | "leap" | "stop" | "none";

export interface JjyCell {
  second: number;
  /** As the daemon tells it: 0, 1, M, ? or -. */
  heard: string;
  name: string;
  group: JjyGroup;
}

function groupOf(second: number, stops: boolean): JjyGroup {
  if (second >= 1 && second <= 8) return "minute";
  if (second >= 12 && second <= 18) return "hour";
  if (second >= 22 && second <= 33) return "dayOfYear";
  if (second === 36 || second === 37) return "check";
  if (stops && second >= 50) return second <= 55 ? "stop" : "none";
  if (!stops && second >= 41 && second <= 48) return "year";
  if (second >= 50 && second <= 52) return "weekday";
  return second === 53 || second === 54 ? "leap" : "none";
}

function nameOf(second: number, stops: boolean): string {
  if (second === 0) return "M";
  if (second % 10 === 9) return `P${((second + 1) / 10) % 6}`;
  if (stops && second >= 40) return STOPS[second] ?? "";
  return DIGITS[second] ?? "";
}

/** The seconds of a frame; `stops`: it is of minute 15 or 45. The one that a leap second inserts is the last. */
export function jjyCells(frame: string, stops: boolean): JjyCell[] {
  return [...frame].map((heard, second) => {
    const name = nameOf(second, stops);
    return { second, heard, name, group: name === "" || /^[MP]\d?$/.test(name) ? "none" : groupOf(second, stops) };
  });
}
