import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ApiError } from "../api";
import { errors } from "../text/codes";
import { say, wordFor } from "../text/language";

/** What went wrong, in words; counts down where the server said how long to wait. */
export function Failure({ error }: { error: unknown }): JSX.Element | null {
  const [left, setLeft] = useState(0);
  useEffect(() => {
    setLeft(error instanceof ApiError ? (error.retryAfter ?? 0) : 0);
    const timer = setInterval(() => setLeft((seconds) => Math.max(0, seconds - 1)), 1000);
    return () => clearInterval(timer);
  }, [error]);
  if (error === null || error === undefined) return null;
  const words = error instanceof ApiError ? wordFor(errors, error.code) : String(error);
  return (
    <p class="failure" role="alert">
      {words} {left > 0 && say("waitSeconds", { n: left })}
    </p>
  );
}
