import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { get } from "../api";
import { computerOffset, type ComputerOffset } from "../computer_clock";
import { arrivals, isStale, useLive } from "../live";
import { span } from "../quantities";
import { say } from "../text/language";

const TRIES = 4;
const EVERY_MS = 60_000;

/** The shortest of some empty requests, in ms. */
async function shortestRoundTrip(): Promise<number> {
  let shortest = Infinity;
  for (let i = 0; i < TRIES; ++i) {
    const left = performance.now();
    await get("session", true);
    shortest = Math.min(shortest, performance.now() - left);
  }
  return shortest;
}

function words({ offset, within }: ComputerOffset): string {
  const value = { offset: span(Math.abs(offset) * 1e6) };
  if (Math.abs(offset) <= within + 1) return say("computerRight");
  return offset > 0 ? say("computerSlow", value) : say("computerFast", value);
}

/** How far the viewer's computer is off; nothing while the device does not know the time. */
export function ComputerLine(): JSX.Element | null {
  useLive();
  const [roundTrip, setRoundTrip] = useState<number | null>(null);
  useEffect(() => {
    const ask = (): void => void shortestRoundTrip().then(setRoundTrip, () => setRoundTrip(null));
    ask();
    const timer = setInterval(ask, EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  const measured = isStale() ? null : computerOffset(arrivals.all(), roundTrip);
  if (measured === null) return null;
  return (
    <p class="computer">
      <b>{say("yourComputer")}</b> <span>{words(measured)}</span>{" "}
      <small>{say("computerWithin", { within: span(Math.max(1, measured.within) * 1e6) })}</small>
    </p>
  );
}
