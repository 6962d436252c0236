/** What the daemon's control socket says, as server/daemon/README.md describes it. What is not known is null. */

export type Known<T> = T | null;
export type State = "never_synchronised" | "synchronised" | "holdover" | "unsynchronised" | "local";

export interface At {
  utc: Known<string>;
  jst: Known<string>;
  uptime_ns: number;
  state: State;
  state_age_ns: Known<number>;
  disputed: boolean;
  lab_mode: boolean;
  /** Why something cannot be written; a daemon of before says nothing of it. */
  storage_fault?: string | null;
  /** Which line of the front panel cannot be had, and why not. */
  panel_fault?: string | null;
}

export interface Tracking {
  source: Known<string>;
  by_pulses: boolean;
  refid: string;
  stratum: number;
  leap: string;
  last_update_age_ns: Known<number>;
  last_offset_ns: Known<number>;
  pending_ns: Known<number>;
  jitter_ns: Known<number>;
  frequency_ppm: Known<number>;
  skew_ppm: Known<number>;
  wander_ppm: Known<number>;
  root_delay_ns: Known<number>;
  root_dispersion_ns: Known<number>;
  root_distance_ns: Known<number>;
  valid_for_ns: number;
  system_clock: { state: string; offset_ns?: Known<number> };
}

export interface Satellite {
  system: string;
  number: number;
  used: boolean;
  azimuth: Known<number>;
  elevation: Known<number>;
  signal_dbhz: Known<number>;
}

/** The last minute of JJY as it was received. */
export interface JjyFrame {
  /** 60 characters: 0, 1, M (marker), - (Morse, or missed), ? (could not be read). */
  frame: string;
  minute_utc: Known<string>;
  minute_jst: Known<string>;
  /** Of the hour. */
  parity_1: Known<boolean>;
  /** Of the minute. */
  parity_2: Known<boolean>;
  /** LS1 and LS2; minutes 15 and 45 have `stop_bits` instead. */
  leap_bits?: Known<string>;
  stop_bits?: Known<string>;
  fault: Known<string>;
  frames_agreeing: number;
  age_ns: Known<number>;
}

export interface Source {
  name: string;
  tally: string;
  reason: string;
  driver: string;
  refid: string;
  stratum: number;
  poll_ns: number;
  reach: number;
  from_pulses: boolean;
  last_heard_age_ns: Known<number>;
  last_sample_age_ns: Known<number>;
  last_offset_ns: Known<number>;
  offset_ns: Known<number>;
  jitter_ns: Known<number>;
  distance_ns: Known<number>;
  accepted: number;
  rejected: number;
  lost_pulses: number;
  sentence_delay_ns: Known<number>;
  satellites: Known<{ visible: number; used: number; age_ns: Known<number>; list: Satellite[] }>;
  jjy?: Known<JjyFrame>;
  receiver: Known<{ antenna: string; antenna_powered: Known<boolean>; jamming: number; age_ns: Known<number> }>;
}

export interface Instant {
  utc: string;
  jst: string;
  in_ns: number;
}

export interface Span {
  begins: Instant;
  ends: Instant;
}

export interface LeapEvent {
  kind: string;
  day: string;
  at: Instant;
  by?: string;
  announced?: Known<Span>;
  smeared?: Known<Span>;
}

export interface Vote {
  name: string;
  says: string;
  day: string;
  jst: string;
  weight: string;
  age_ns: Known<number>;
  standing: string;
}

export interface KnownLeap {
  known: true;
  policy: {
    mode: "insert" | "smear";
    smear_minutes: number;
    announce_ns: number;
    source: string;
    change_waits: boolean;
  };
  phase: string;
  tai_minus_utc: number;
  from_utc_ns: number;
  rate_ppm: number;
  not_utc_until: Known<Instant>;
  next: Known<LeapEvent>;
  last: Known<LeapEvent>;
  month_end: { day: string; jst: string; kind: string; by: string };
  disagreement: boolean;
  unconfirmed: boolean;
  table: {
    from: string;
    file: string;
    given: boolean;
    refused: Known<string>;
    updated: string;
    expires: string;
    expires_in_days: number;
    state: string;
  };
  votes: Vote[];
}

export type Leap = KnownLeap | { known: false };

export interface ServerStats {
  counted_for_ns: number;
  received: number;
  verdicts: Record<string, number>;
  versions: Record<string, number>;
  clients_replaced: number;
}

export interface Status {
  at: At;
  tracking: Tracking;
  sources: Source[];
  serverstats: ServerStats;
  leap: Leap;
  product: { name: string; version: string };
}

/** Of what has no age in a status, since when it is so: ns, and whether it was so before anybody looked. */
export type Standing = Readonly<Record<string, readonly [number, boolean]>>;

export interface Client {
  address: string;
  requests: number;
  limited: number;
  /** Absent from daemons that do not count it. */
  refused?: number;
  interval_ns: Known<number>;
  last_seen_age_ns: number;
  first_seen_age_ns: number;
  version: number;
  mode: number;
}

export interface Clients {
  known: number;
  matching: number;
  first: number;
  replaced: number;
  latest: Client[];
}
