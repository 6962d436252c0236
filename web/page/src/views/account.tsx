import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { post, useCsrf, type Session, type User } from "../api";
import { Facts } from "../parts/facts";
import { TextField } from "../parts/field";
import { Form } from "../parts/form";
import { Panel } from "../parts/panel";
import { roles } from "../text/codes";
import { say, wordFor } from "../text/language";

export function Account({ user }: { user: User }): JSX.Element {
  const [old, setOld] = useState("");
  const [fresh, setFresh] = useState("");
  const [done, setDone] = useState(false);
  const send = async (): Promise<void> => {
    setDone(false);
    const session = await post<Session | null>("password", { old, new: fresh });
    if (session !== null) useCsrf(session.csrf);
    setOld("");
    setFresh("");
    setDone(true);
  };
  return (
    <>
      <Panel title={user.name}>
        <Facts facts={[[say("role"), wordFor(roles, user.role)], [say("timeZone"), user.time_zone]]} />
      </Panel>
      <Panel title={say("changePassword")}>
        <Form submit={say("change")} send={send}>
          <TextField label={say("oldPassword")} value={old} change={setOld} type="password" complete="current-password" />
          <TextField label={say("newPassword")} value={fresh} change={setFresh} type="password" complete="new-password" help={say("passwordHelp")} shortest={12} />
        </Form>
        {done && <p role="status">{say("passwordChanged")}</p>}
      </Panel>
    </>
  );
}
