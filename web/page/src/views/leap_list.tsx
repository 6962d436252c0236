import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ApiError, post, remove } from "../api";
import { FileField } from "../parts/file_field";
import { Form } from "../parts/form";
import { Panel } from "../parts/panel";
import { member } from "../settings/table";
import { say, wordFor } from "../text/language";
import { leapListFaults } from "../text/leap_list_words";
import { fill } from "../text/text";

interface Why {
  code: string;
  line: number | null;
  mark: string | null;
  updated: string | null;
  expires: string | null;
  in_use_updated: string | null;
  in_use_expires: string | null;
}

/** The daemon's own sentence where it is another version's and says no code, or one without words here. */
function whyText(error: ApiError): string {
  const { code, line, mark, updated, expires, in_use_updated: used, in_use_expires: until } = member<Partial<Why>>(error.body, "why");
  if (code === undefined || !Object.hasOwn(leapListFaults, code)) return error.message;
  const days = { updated: updated ?? "", expires: expires ?? "", used: used ?? "–", until: until ?? "–" };
  const text = fill(wordFor(leapListFaults, code), { mark: mark ?? "", ...days });
  return line === null || line === undefined ? text : say("leapListLine", { n: line, what: text });
}

interface Taken {
  updated: string;
  expires: string;
}

function Forget({ done }: { done: (waits: boolean) => void }): JSX.Element {
  const send = async (): Promise<void> => {
    if (!confirm(say("confirmLeapListForget"))) return;
    const { waits } = await remove<{ waits?: boolean }>("leap/list", {});
    done(waits === true);
  };
  return <Form submit={say("leapListForget")} send={send}><p class="hint">{say("leapListGiven")}</p></Form>;
}

/** For networks without any download. `given`: the list that counts was uploaded. */
export function LeapList({ given }: { given: boolean }): JSX.Element {
  const [text, setText] = useState<string | null>(null);
  const [taken, setTaken] = useState<Taken | null>(null);
  const [why, setWhy] = useState("");
  const send = async (): Promise<void> => {
    setTaken(null);
    setWhy("");
    const reply = await post("leap/list", { text: text ?? "" }).catch((error: unknown) => {
      if (error instanceof ApiError && error.code === "leap_list_wrong") setWhy(whyText(error));
      throw error;
    });
    setTaken(member<Taken>(reply, "leap_list"));
  };
  return (
    <Panel title={say("leapList")}>
      <p>{say("leapListHelp")}</p>
      <Form submit={say("leapListSend")} send={send}>
        <FileField label={say("leapListFile")} accept=".list,text/plain" read={setText} />
      </Form>
      {why !== "" && <p class="hint">{why}</p>}
      {taken !== null && <p class="outcome" role="status">{say("leapListTaken", { updated: taken.updated, expires: taken.expires })}</p>}
      {given && <Forget done={(waits) => { setTaken(null); setWhy(waits ? say("leapListForgetWaits") : ""); }} />}
    </Panel>
  );
}
