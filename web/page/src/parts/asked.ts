import { useEffect, useRef, useState } from "preact/hooks";
import { get } from "../api";

export interface Asked<T> {
  value: T | null;
  error: unknown;
  /** The value is not of this question, or no newer one could be had. */
  isOld: boolean;
  ask: () => void;
}

/**
 * Asks once, again when the path or `version` changes, when told to, and every so many ms if that is not 0: these
 * are the page's own questions, which keep no session alive.
 */
export function useAsked<T>(path: string, every = 0, version = 0): Asked<T> {
  const [answer, setAnswer] = useState<{ path: string; value: T } | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [turn, setTurn] = useState({ n: 0, automatic: false });
  const asked = useRef(version);
  useEffect(() => {
    let wanted = true;
    // Somebody else may have made it another version.
    const automatic = turn.automatic || asked.current !== version;
    asked.current = version;
    get<T>(path, automatic).then(
      (value) => wanted && (setAnswer({ path, value }), setError(null)),
      (failure: unknown) => wanted && setError(failure),
    );
    const timer = every > 0 ? setTimeout(() => setTurn({ n: turn.n + 1, automatic: true }), every) : undefined;
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [path, turn, every, version]);
  const isOld = answer !== null && (answer.path !== path || error !== null);
  return { value: answer?.value ?? null, error, isOld, ask: () => setTurn({ n: turn.n + 1, automatic: false }) };
}
