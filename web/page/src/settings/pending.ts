/** Settings that go back by themselves unless somebody confirms them, and when settings have changed at all. */
import { useEffect, useReducer } from "preact/hooks";
import { ApiError, post } from "../api";
import { member, type Applied } from "./table";

export type PendingOutcome = "kept" | "returned" | null;

interface State {
  id: number | null;
  /** By performance.now(). */
  endsAt: number;
  whole: number;
  outcome: PendingOutcome;
  /** What is in force may be gone after a power cut: the disk reported an error. */
  unsynced: boolean;
  /** The last that was over, and when that was. */
  ended: { id: number; at: number } | null;
  /** Counts what changed the settings. */
  version: number;
}

const state: State = { id: null, endsAt: 0, whole: 60, outcome: null, unsynced: false, ended: null, version: 0 };
const OUTCOME_MS = 15_000;
/** A reply may have been under way for so long. */
const LATE_MS = 10_000;
let forgetting: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

function tell(): void {
  for (const listener of listeners) listener();
}

/** Seconds until the settings go back. */
export function secondsLeft(): number {
  return Math.max(0, (state.endsAt - performance.now()) / 1000);
}

/** Something waits to be confirmed; told by the daemon, maybe more than once, maybe by a reply that comes late. */
export function notePending(id: number, leftNs: number): void {
  if (state.ended?.id === id && performance.now() - state.ended.at < LATE_MS) return;
  const left = leftNs / 1e9;
  if (state.id !== id) state.whole = Math.max(left, 1);
  state.id = id;
  state.endsAt = performance.now() + left * 1000;
  state.outcome = null;
  tell();
}

export function settingsChanged(): void {
  state.version += 1;
  tell();
}

/** What every reply to an apply, undo, restore or reset means. */
export function tookEffect(reply: unknown): void {
  const applied = member<Applied>(reply, "applied");
  state.outcome = null;
  state.unsynced = applied.synced === false;
  state.ended = null;
  if (applied.confirm_within_ns !== null) notePending(applied.id, applied.confirm_within_ns);
  settingsChanged();
}

/** What every refusal of them means: settings that somebody else has changed are looked at again. Throws it on. */
export function refused(failure: unknown): never {
  if (failure instanceof ApiError && failure.code === "settings_changed") settingsChanged();
  throw failure;
}

function over(outcome: PendingOutcome): void {
  if (state.id !== null) state.ended = { id: state.id, at: performance.now() };
  state.id = null;
  state.outcome = outcome;
  settingsChanged();
  clearTimeout(forgetting);
  forgetting = setTimeout(() => ((state.outcome = null), tell()), OUTCOME_MS);
}

export async function keepPending(): Promise<void> {
  state.unsynced = member<boolean>(await post("settings/confirm", { id: state.id }), "synced") === false;
  over("kept");
}

export async function returnPending(): Promise<void> {
  await post("settings/return", { id: state.id });
  over("returned");
}

/** Nothing waits any more, as the daemon says; what waited here has gone back, or somebody else decided. */
export function noneIsPending(): void {
  if (state.id !== null) over(null);
}

/** Drawn anew with each change, and as time goes by while something waits. */
export function usePending(): Readonly<State> {
  const [, draw] = useReducer((n: number) => n + 1, 0);
  useEffect(() => {
    const listener = (): void => draw(undefined);
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, []);
  useEffect(() => {
    if (state.id === null) return undefined;
    const timer = setInterval(() => (secondsLeft() > 0 ? draw(undefined) : over("returned")), 250);
    return () => clearInterval(timer);
  }, [state.id]);
  return state;
}
