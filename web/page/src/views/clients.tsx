import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { useLive } from "../live";
import { ordered, pageOf, type Order } from "../order";
import { useAsked } from "../parts/asked";
import { Failure } from "../parts/failure";
import { TextField } from "../parts/field";
import { Mark } from "../parts/mark";
import { Pager } from "../parts/pager";
import { Panel } from "../parts/panel";
import { age, count, span } from "../quantities";
import type { Client, Clients as ClientsReply } from "../replies";
import { verdicts } from "../text/codes";
import { say, wordFor } from "../text/language";

const PAGE = 50;
const EVERY_MS = 5000;

const COLUMNS = [
  ["address", "address"],
  ["requests", "requests"],
  ["limited", "limited"],
  ["interval_ns", "interval"],
  ["last_seen_age_ns", "lastSeen"],
  ["first_seen_age_ns", "firstSeen"],
  ["version", "version"],
  ["mode", "mode"],
] as const;

type Key = (typeof COLUMNS)[number][0];

function Heads({ order, choose }: { order: Order<Key>; choose: (order: Order<Key>) => void }): JSX.Element {
  return (
    <tr>
      {COLUMNS.map(([key, title]) => {
        const isChosen = order.by === key;
        const direction = isChosen ? (order.descending ? "descending" : "ascending") : "none";
        return (
          <th key={key} scope="col" aria-sort={direction} class={key === "address" ? "" : "number"}>
            <button type="button" onClick={() => choose({ by: key, descending: isChosen ? !order.descending : key === "requests" || key === "limited" })}>
              {say(title)}<span aria-hidden="true">{isChosen ? (order.descending ? " ▾" : " ▴") : ""}</span>
            </button>
          </th>
        );
      })}
    </tr>
  );
}

function Row({ client }: { client: Client }): JSX.Element {
  return (
    <tr>
      <td class="address">{client.address}</td>
      <td class="number">{count(client.requests)}</td>
      <td class="number">{client.limited > 0 && <Mark tone="warn" />} {count(client.limited)}</td>
      <td class="number">{span(client.interval_ns)}</td>
      <td class="number">{age(client.last_seen_age_ns)}</td>
      <td class="number">{age(client.first_seen_age_ns)}</td>
      <td class="number">{client.version}</td>
      <td class="number">{client.mode}</td>
    </tr>
  );
}

function Refusals(): JSX.Element | null {
  const { status } = useLive();
  const refused = Object.entries(status?.serverstats.verdicts ?? {}).filter(([code, n]) => code !== "answered" && n > 0);
  if (refused.length === 0) return null;
  return (
    <Panel title={say("refusals")}>
      <ul class="plain">
        {refused.map(([code, n]) => <li key={code}>{wordFor(verdicts, code)}: <b>{count(n)}</b></li>)}
      </ul>
    </Panel>
  );
}

export function Clients(): JSX.Element {
  const { value, error } = useAsked<{ clients: ClientsReply }>("clients?first=0&count=500", EVERY_MS);
  const [wanted, setWanted] = useState("");
  const [order, setOrder] = useState<Order<Key>>({ by: "last_seen_age_ns", descending: false });
  const [first, setFirst] = useState(0);
  if (value === null) return error === null ? <p>{say("loading")}</p> : <Failure error={error} />;
  const { known, latest } = value.clients;
  const matching = latest.filter((client) => client.address.includes(wanted.trim()));
  const page = pageOf(ordered(matching as (Client & Record<Key, string | number | null>)[], order), first, PAGE);
  return (
    <>
      <section class="panel">
        <p>{known === 0 ? say("noClients") : say("clientsKnown", { known: count(known), shown: count(latest.length) })}</p>
        <Failure error={error} />
        {known > 0 && (
          <>
            <TextField label={say("clientSearch")} type="search" value={wanted} change={(text) => (setWanted(text), setFirst(0))} />
            <div class="wide">
              <table>
                <thead><Heads order={order} choose={setOrder} /></thead>
                <tbody>{page.rows.map((client) => <Row key={client.address} client={client} />)}</tbody>
              </table>
            </div>
            {page.total === 0 && <p class="hint">{say("noneMatches")}</p>}
            <Pager first={page.first} shown={page.rows.length} total={page.total} size={PAGE} turn={setFirst} />
          </>
        )}
      </section>
      <Refusals />
    </>
  );
}
