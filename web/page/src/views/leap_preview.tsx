import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { get } from "../api";
import { LeapTimeline } from "../drawing/leap_timeline";
import { plain } from "../instants";
import { timelineOfPreview, type PreviewRow } from "../leap_timeline";
import { longestInterval } from "../leap_clients";
import { ChoiceField, TextField } from "../parts/field";
import { Form } from "../parts/form";
import { Badge, type Tone } from "../parts/mark";
import { Panel } from "../parts/panel";
import { partsPerMillion, span } from "../quantities";
import type { KnownLeap } from "../replies";
import { member } from "../settings/table";
import { clientKinds, forecasts } from "../text/leap_codes";
import { fill } from "../text/text";
import { say, wordFor } from "../text/language";
import { LeapLeftBehind } from "./leap_left_behind";

interface Preview {
  rows: (PreviewRow & { utc: string; jst: string; served: string; rate_ppm: number })[];
  clients: { client: string; follows: string; between_polls_ns: number; worst_ns: number }[];
}

const TONES: Readonly<Record<string, Tone>> = { yes: "good", doubtful: "warn", no: "bad" };

function Rows({ rows }: { rows: Preview["rows"] }): JSX.Element {
  return (
    <div class="wide">
      <table>
        <thead>
          <tr><th scope="col">JST</th><th scope="col">UTC</th><th scope="col">{say("previewServed")}</th><th scope="col">LI</th><th scope="col">{say("timelineOffset")}</th><th scope="col">ppm</th></tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.utc}>
              <td>{plain(row.jst)}</td>
              <td>{plain(row.utc)}</td>
              <td>{row.served.replace("T", " ").slice(0, 23)}</td>
              <td class="number">{row.li}</td>
              <td class="number">{(row.from_utc_ns / 1e9).toFixed(6)}</td>
              <td class="number">{partsPerMillion(row.rate_ppm, 1)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Forecasts({ clients }: { clients: Preview["clients"] }): JSX.Element {
  const left = clients.filter(({ follows }) => follows === "no").length;
  return (
    <>
      <h3>{say("previewClients")}</h3>
      <p class={left > 0 ? "emphatic" : ""}>{left > 0 ? say("previewCannot", { n: left, total: clients.length }) : say("previewAllFollow")}</p>
      <ul class="plain">
        {clients.map(({ client, follows, between_polls_ns, worst_ns }) => (
          <li key={client}>
            {wordFor(clientKinds, client)}{" "}
            <Badge tone={TONES[follows] ?? "off"}>{fill(wordFor(forecasts, follows), { worst: span(worst_ns), between: span(between_polls_ns) })}</Badge>
          </li>
        ))}
      </ul>
    </>
  );
}

/** Any leap second, past or imagined, as it would be served: asked of the device, which alone knows. */
export function LeapPreview({ policy }: { policy: KnownLeap["policy"] }): JSX.Element {
  const [day, setDay] = useState("2016-12-31");
  const [kind, setKind] = useState("insert");
  const [mode, setMode] = useState<string>(policy.mode);
  const [minutes, setMinutes] = useState(String(policy.smear_minutes));
  const [preview, setPreview] = useState<Preview | null>(null);
  const send = async (): Promise<void> => {
    const query = new URLSearchParams({ day, kind, mode, smear_minutes: minutes });
    setPreview(member<Preview>(await get<unknown>(`leap/preview?${query}`), "preview"));
  };
  const longest = preview === null ? null : longestInterval(preview.rows);
  return (
    <Panel title={say("preview")}>
      <Form submit={say("previewShow")} send={send}>
        <div class="row">
          <TextField label={say("previewDate")} type="date" value={day} change={setDay} />
          <ChoiceField label={say("leap")} value={kind} change={setKind} choices={[["insert", say("insertion")], ["delete", say("deletion")]]} />
          <ChoiceField label={say("leapMode")} value={mode} change={setMode} choices={[["insert", "insert"], ["smear", "smear"]]} />
          {mode === "smear" && <TextField label={say("smearMinutes")} type="number" value={minutes} change={setMinutes} />}
        </div>
      </Form>
      {preview !== null && (
        <>
          <LeapTimeline timeline={timelineOfPreview(preview.rows)} />
          <Forecasts clients={preview.clients} />
          {longest !== null && <LeapLeftBehind longest={longest} />}
          <Rows rows={preview.rows} />
        </>
      )}
    </Panel>
  );
}
