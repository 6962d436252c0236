/** The stream of states, one a second, and how old the last one is. */
import { useEffect, useReducer } from "preact/hooks";
import type { CertificateAlarm } from "./alarms";
import { ApiError, get } from "./api";
import { Arrivals } from "./computer_clock";
import { PulseCollection } from "./pulses";
import { requestRate } from "./request_rate";
import type { Standing, Status } from "./replies";

export interface Live {
  status: Status | null;
  standing: Standing;
  certificate: readonly CertificateAlarm[];
  /** By performance.now(), when the status was true. */
  trueAt: number;
  connected: boolean;
  daemon: boolean;
  /** Requests per second between the last two states; null before there are two. */
  rate: number | null;
  /** Why there is no stream, where the device refuses it. */
  refused: unknown;
}

type Message = { daemon: true; asked_ms_ago: number; server_time_unix_ns: number | null; standing?: Standing; certificate?: readonly CertificateAlarm[]; status: Status } | { daemon: false; why: string };

const STALE_MS = 3500;
const RETRY_MS = 5000;

const state: Live = { status: null, standing: {}, certificate: [], trueAt: 0, connected: false, daemon: true, rate: null, refused: null };
const listeners = new Set<() => void>();
let stream: EventSource | null = null;
let retry: ReturnType<typeof setTimeout> | undefined;

export const pulses = new PulseCollection();
export const arrivals = new Arrivals();

function tell(): void {
  for (const listener of listeners) listener();
}

function take(message: Message): void {
  state.connected = true;
  state.refused = null;
  state.daemon = message.daemon;
  if (message.daemon) {
    state.rate = requestRate(state.status?.serverstats, message.status.serverstats) ?? state.rate;
    state.status = message.status;
    state.standing = message.standing ?? {};
    state.certificate = message.certificate ?? [];
    state.trueAt = performance.now() - message.asked_ms_ago;
    if (message.server_time_unix_ns !== null) {
      arrivals.add({ told: message.server_time_unix_ns / 1e6, came: Date.now() }, performance.now());
    }
    pulses.take(message.status.sources, state.trueAt);
  }
  tell();
}

export function openLive(ended: () => void): void {
  closeLive();
  stream = new EventSource("/api/v1/live");
  stream.addEventListener("status", (event) => take(JSON.parse((event as MessageEvent<string>).data) as Message));
  stream.addEventListener("ended", ended);
  stream.addEventListener("error", () => {
    state.connected = false;
    tell();
    if (stream?.readyState === EventSource.CLOSED) refused(ended);
  });
}

// The browser tries again by itself only where the connection broke, not where it was refused.
function refused(ended: () => void): void {
  closeLive();
  retry = setTimeout(() => openLive(ended), RETRY_MS);
  // Tells onSessionEnded if that is why; where other questions are answered, all seats are taken.
  get("tracking", true).then(
    () => refuse(new ApiError("busy", "", null)),
    (error: unknown) => refuse(error),
  );
}

function refuse(why: unknown): void {
  state.refused = why;
  tell();
}

export function closeLive(): void {
  clearTimeout(retry);
  stream?.close();
  stream = null;
}

/** How old the status is, in nanoseconds: to be added to every age in it. */
export function staleness(): number {
  return state.status === null ? 0 : Math.max(0, performance.now() - state.trueAt) * 1e6;
}

export function isStale(): boolean {
  return !state.daemon || staleness() > STALE_MS * 1e6;
}

/** The state as it is now, for once. */
export function liveNow(): Live {
  return state;
}

/** The state as it is now; the component is drawn anew with every message, and every second where none comes. */
export function useLive(): Live {
  const [, draw] = useReducer((n: number) => n + 1, 0);
  useEffect(() => {
    const listener = (): void => draw(undefined);
    listeners.add(listener);
    const timer = setInterval(() => isStale() && listener(), 1000);
    return () => {
      listeners.delete(listener);
      clearInterval(timer);
    };
  }, []);
  return state;
}
