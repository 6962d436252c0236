import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { useAsked } from "../parts/asked";
import { Failure } from "../parts/failure";
import { ChoiceField } from "../parts/field";
import { states } from "../text/codes";
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

function jst(seconds: number): string {
  return new Date((seconds + 9 * 3600) * 1000).toISOString().slice(0, 19).replace("T", " ");
}

function Row({ event }: { event: Happening }): JSX.Element {
  return (
    <tr>
      <td>{jst(event.time)}</td>
      <td>{wordFor(eventKinds, event.kind)}</td>
      <td>{wordFor(eventCodes, event.text_code)}</td>
      <td>{event.user}</td>
      <td class="details">{event.kind === "clock" ? wordFor(states, event.details) : event.details}</td>
    </tr>
  );
}

export function Events(): JSX.Element {
  const [first, setFirst] = useState(0);
  const [kind, setKind] = useState("");
  const { value, error } = useAsked<{ events: Happening[] }>(`events?first=${first}&count=${PAGE}`);
  if (value === null) return error === null ? <p>{say("loading")}</p> : <Failure error={error} />;
  const shown = value.events.filter((event) => kind === "" || event.kind === kind);
  const kinds = [["", say("all")], ...Object.keys(eventKinds).map((each) => [each, wordFor(eventKinds, each)])] as [string, string][];
  return (
    <section class="panel">
      <ChoiceField label={say("eventFilter")} value={kind} choices={kinds} change={setKind} />
      {shown.length === 0 ? <p class="hint">{say("nothingYet")}</p> : (
        <div class="wide">
          <table>
            <thead>
              <tr>
                <th scope="col">{say("time")} (JST)</th>
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
