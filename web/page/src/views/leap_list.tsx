import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ApiError, post, remove } from "../api";
import { leapListWhy, type Why } from "../leap_list_why";
import { FileField } from "../parts/file_field";
import { Form } from "../parts/form";
import { Panel } from "../parts/panel";
import { member } from "../settings/table";
import { say } from "../text/language";

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
      if (error instanceof ApiError && error.code === "leap_list_wrong") setWhy(leapListWhy((error.body as { why?: Why } | null)?.why, error.message));
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
