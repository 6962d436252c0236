import { useEffect, useState } from "preact/hooks";
import { get } from "../api";

export interface Asked<T> {
  value: T | null;
  error: unknown;
  ask: () => void;
}

/** Asks once, again when the path changes, when told to, and every so many ms if that is not 0. */
export function useAsked<T>(path: string, every = 0): Asked<T> {
  const [value, setValue] = useState<T | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let wanted = true;
    get<T>(path).then(
      (answer) => wanted && (setValue(answer), setError(null)),
      (failure: unknown) => wanted && setError(failure),
    );
    const timer = every > 0 ? setTimeout(() => setTurn(turn + 1), every) : undefined;
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [path, turn, every]);
  return { value, error, ask: () => setTurn(turn + 1) };
}
