import type { ComponentChildren, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { User } from "../api";
import { useLive } from "../live";
import { useAsked } from "../parts/asked";
import { Failure } from "../parts/failure";
import { TextField } from "../parts/field";
import { Mark } from "../parts/mark";
import { Pager } from "../parts/pager";
import { Panel } from "../parts/panel";
import { mayChange } from "../parts/role";
import { age, count, span } from "../quantities";
import type { Client, Clients as ClientsReply } from "../replies";
import { verdicts } from "../text/codes";
import { say, wordFor } from "../text/language";
import { ClientRule } from "./client_rule";

const PAGE = 50;
const EVERY_MS = 5000;
const TYPING_MS = 300;

/** By what the daemon sorts, each in the one direction that is of use. */
const COLUMNS = [
  ["address", "address"],
  ["received", "requests"],
  ["limited", "limited"],
  ["refused", "refused"],
  ["interval", "interval"],
  ["last_seen", "lastSeen"],
  ["first_seen", "firstSeen"],
] as const;

type Sort = (typeof COLUMNS)[number][0];
const ASCENDING: readonly Sort[] = ["address", "interval"];

function Heads({ sort, choose, isOperator }: { sort: Sort; choose: (sort: Sort) => void; isOperator: boolean }): JSX.Element {
  return (
    <tr>
      {COLUMNS.map(([key, title]) => {
        const direction = ASCENDING.includes(key) ? "ascending" : "descending";
        const head = (
          <th key={key} scope="col" aria-sort={sort === key ? direction : "none"} class={key === "address" ? "" : "number"}>
            <button type="button" onClick={() => choose(key)}>
              {say(title)}<span aria-hidden="true">{sort === key ? (direction === "ascending" ? " ▴" : " ▾") : ""}</span>
            </button>
          </th>
        );
        return key === "address" && isOperator ? [head, <th key="rule" scope="col">{say("rule")}</th>] : head;
      })}
      <th scope="col" class="number">{say("version")}</th>
      <th scope="col" class="number">{say("mode")}</th>
    </tr>
  );
}

/** Says what it is by itself where the heads do not stand above it. */
function Figure({ what, children }: { what: Parameters<typeof say>[0]; children: ComponentChildren }): JSX.Element {
  return <td class="number" data-title={say(what)}>{children}</td>;
}

function Row({ client, rule }: { client: Client; rule: (() => void) | null }): JSX.Element {
  return (
    <tr>
      <td class={rule === null ? "address across" : "address"}>{client.address}</td>
      {rule !== null && <td><button type="button" class="secondary small" aria-label={say("ruleOf", { address: client.address })} onClick={rule}>{say("rule")}</button></td>}
      <Figure what="requests">{count(client.requests)}</Figure>
      <Figure what="limited">{client.limited > 0 && <Mark tone="warn" />} {count(client.limited)}</Figure>
      <Figure what="refused">{count(client.refused)}</Figure>
      <Figure what="interval">{span(client.interval_ns)}</Figure>
      <Figure what="lastSeen">{age(client.last_seen_age_ns)}</Figure>
      <Figure what="firstSeen">{age(client.first_seen_age_ns)}</Figure>
      <Figure what="version">{client.version}</Figure>
      <Figure what="mode">{client.mode}</Figure>
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

/** What was typed, once nobody goes on typing. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

/** Who asks; found and sorted by the daemon, which knows all of them. */
export function Clients({ user }: { user: User }): JSX.Element {
  const [wanted, setWanted] = useState("");
  const [sort, setSort] = useState<Sort>("last_seen");
  const [first, setFirst] = useState(0);
  const [ruled, setRuled] = useState<string | null>(null);
  const match = useSettled(wanted.trim());
  const { value, error, isOld } = useAsked<{ clients: ClientsReply }>(`clients?${new URLSearchParams({ first: String(first), count: String(PAGE), sort, match })}`, EVERY_MS);
  if (value === null) return error === null ? <p>{say("loading")}</p> : <Failure error={error} />;
  const { known, matching, latest } = value.clients;
  const isOperator = mayChange(user);
  return (
    <>
      {ruled !== null && <ClientRule key={ruled} address={ruled} close={() => setRuled(null)} />}
      <section class="panel">
        <p>{known === 0 ? say("noClients") : say("clientsKnown", { known: count(known), matching: count(matching) })}</p>
        <Failure error={error} />
        {known > 0 && (
          <>
            <TextField label={say("clientSearch")} type="search" value={wanted} change={(text) => (setWanted(text), setFirst(0))} />
            <div class={isOld ? "wide stale" : "wide"}>
              <table class="titled">
                <thead><Heads sort={sort} choose={(by) => (setSort(by), setFirst(0))} isOperator={isOperator} /></thead>
                <tbody>{latest.map((client) => <Row key={client.address} client={client} rule={isOperator ? () => setRuled(client.address) : null} />)}</tbody>
              </table>
            </div>
            {matching === 0 && <p class="hint">{say("noneMatches")}</p>}
            <Pager first={first} shown={latest.length} total={matching} size={PAGE} turn={setFirst} />
          </>
        )}
      </section>
      <Refusals />
    </>
  );
}
