import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { useAsked } from "../parts/asked";
import { Failure } from "../parts/failure";
import { ChoiceField } from "../parts/field";
import { Instant } from "../parts/instant";
import { say, wordFor } from "../text/language";
import { eventCodes, eventKinds } from "../text/event_codes";

interface Happening {
  time: number;
  kind: string;
  user: string;
  text_code: string;
  details: string;
}

const PAGE = 100;

// Of the clock: the state before.
function detailsOf({ kind, details }: Happening): string {
  return kind === "clock" && details !== "" ? say("eventBefore", { state: wordFor(eventCodes, details.replace(/^from /, "")) }) : details;
}

function Row({ event }: { event: Happening }): JSX.Element {
  return (
    <tr>
      <td><Instant seconds={event.time} /></td>
      <td>{wordFor(eventKinds, event.kind)}</td>
      <td>{wordFor(eventCodes, event.text_code)}</td>
      <td>{event.user}</td>
      <td class="details">{detailsOf(event)}</td>
    </tr>
  );
}

export function Events(): JSX.Element {
  const [first, setFirst] = useState(0);
  const [kind, setKind] = useState("");
  const { value, error, isOld } = useAsked<{ events: Happening[] }>(`events?${new URLSearchParams({ first: String(first), count: String(PAGE), ...(kind === "" ? {} : { kind }) })}`);
  if (value === null) return error === null ? <p>{say("loading")}</p> : <Failure error={error} />;
  const shown = value.events;
  const kinds = [["", say("all")], ...Object.keys(eventKinds).map((each) => [each, wordFor(eventKinds, each)])] as [string, string][];
  return (
    <section class="panel">
      <ChoiceField label={say("eventFilter")} value={kind} choices={kinds} change={(each) => (setKind(each), setFirst(0))} />
      <Failure error={error} />
      {shown.length === 0 ? <p class="hint">{say("nothingYet")}</p> : (
        <div class={isOld ? "wide stale" : "wide"}>
          <table class="stacked">
            <thead>
              <tr>
                <th scope="col">{say("time")}</th>
                <th scope="col">{say("eventKind")}</th>
                <th scope="col">{say("eventWhat")}</th>
                <th scope="col">{say("eventWho")}</th>
                <th scope="col">{say("eventDetails")}</th>
              </tr>
            </thead>
            <tbody>{shown.map((event, i) => <Row key={first + i} event={event} />)}</tbody>
          </table>
        </div>
      )}
      <p class="row pager">
        <button type="button" class="secondary" disabled={first === 0} onClick={() => setFirst(Math.max(0, first - PAGE))}>{say("previous")}</button>
        <button type="button" class="secondary" disabled={value.events.length < PAGE} onClick={() => setFirst(first + PAGE)}>{say("next")}</button>
      </p>
    </section>
  );
}
