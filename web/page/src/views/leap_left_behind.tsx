import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { get } from "../api";
import { leftBehind, type LeftBehind } from "../leap_clients";
import { Failure } from "../parts/failure";
import { age } from "../quantities";
import type { Clients } from "../replies";
import { member } from "../settings/table";
import { say } from "../text/language";

async function ask(first: number, count: number): Promise<Clients> {
  return member<Clients>(await get<unknown>(`clients?${new URLSearchParams({ sort: "interval", first: String(first), count: String(count) })}`), "clients");
}

/** Of the clients that have asked this device, those who ask too seldom to follow. */
export function LeapLeftBehind({ longest }: { longest: number }): JSX.Element {
  const [found, setFound] = useState<LeftBehind | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  useEffect(() => {
    let wanted = true;
    setFound(null);
    setFailure(null);
    leftBehind(ask, longest).then((each) => wanted && setFound(each), (error: unknown) => wanted && setFailure(error));
    return () => void (wanted = false);
  }, [longest]);
  if (found === null) return failure === null ? <p>{say("loading")}</p> : <Failure error={failure} />;
  const { total, behind, unknown, worst } = found;
  return (
    <>
      <h3>{say("leftBehind")}</h3>
      <p class={behind > 0 ? "emphatic" : ""}>{say(behind > 0 ? "leftBehindSome" : "leftBehindNone", { n: behind, total, longest: age(longest) })}</p>
      {unknown > 0 && <p class="hint">{say("leftBehindUnknown", { n: unknown })}</p>}
      {worst.length > 0 && (
        <div class="wide">
          <table>
            <thead><tr><th scope="col">{say("address")}</th><th scope="col">{say("leftBehindAsks")}</th></tr></thead>
            <tbody>{worst.map((client) => <tr key={client.address}><td class="address">{client.address}</td><td>{age(client.interval_ns ?? 0)}</td></tr>)}</tbody>
          </table>
        </div>
      )}
    </>
  );
}
