import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { computerOffset, type ComputerOffset, type Exchange } from "../computer_clock";
import { say } from "../text/language";
import { span } from "../quantities";

const EXCHANGES = 5;
const EVERY_MS = 60_000;

// NICT's shape: `st` is the served time in seconds since 1970 when the reply was made.
async function exchange(): Promise<Exchange | null> {
  const left = Date.now();
  const response = await fetch("/cgi-bin/json", { cache: "no-store" });
  const came = Date.now();
  if (!response.ok) return null;
  const { st } = (await response.json()) as { st?: number };
  return typeof st === "number" ? { left, came, answer: st * 1000 } : null;
}

async function measure(): Promise<ComputerOffset | null> {
  const exchanges: Exchange[] = [];
  for (let i = 0; i < EXCHANGES; ++i) {
    const each = await exchange();
    if (each === null) break;
    exchanges.push(each);
  }
  return computerOffset(exchanges);
}

function words({ offset, within }: ComputerOffset): string {
  const value = { offset: span(Math.abs(offset) * 1e6) };
  if (Math.abs(offset) <= within + 1) return say("computerRight");
  return offset > 0 ? say("computerSlow", value) : say("computerFast", value);
}

/** How far the viewer's computer is off; nothing where the device does not tell the time to pages. */
export function ComputerLine(): JSX.Element | null {
  const [measured, setMeasured] = useState<ComputerOffset | null>(null);
  useEffect(() => {
    const ask = (): void => void measure().then(setMeasured, () => setMeasured(null));
    ask();
    const timer = setInterval(ask, EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  if (measured === null) return null;
  return (
    <p class="computer">
      <b>{say("yourComputer")}</b> <span>{words(measured)}</span>{" "}
      <small>{say("computerWithin", { within: span(Math.max(1, measured.within) * 1e6) })}</small>
    </p>
  );
}
