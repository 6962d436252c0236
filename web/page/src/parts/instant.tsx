import type { JSX } from "preact";
import { localText, utcText, zoneWord } from "../zone";

/** A time by the clocks of whoever looks, and below it in UTC. */
export function Instant({ seconds }: { seconds: number }): JSX.Element {
  const utc = `${utcText(seconds)} UTC`;
  return zoneWord() === "UTC" ? <>{utc}</> : <>{localText(seconds)} {zoneWord()}<br /><small>{utc}</small></>;
}
