import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { post, type Session } from "../api";
import { TextField } from "../parts/field";
import { Form } from "../parts/form";
import { say } from "../text/language";
import { Entrance, type EntranceProps } from "./entrance";

/** Why somebody is here who was logged in a moment ago. */
export type Ended = "no" | "ended" | "typed";

export function Login({ begin, speak, ended }: EntranceProps & { ended: Ended }): JSX.Element {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  return (
    <Entrance title={say("logIn")} speak={speak}>
      {ended !== "no" && <p class="outcome back" role="alert">{say("sessionEnded")}{ended === "typed" && <strong> {say("typedLost")}</strong>}</p>}
      <Form submit={say("logIn")} send={() => post<Session>("login", { name, password }).then(begin)}>
        <TextField label={say("name")} value={name} change={setName} complete="username" />
        <TextField label={say("password")} value={password} change={setPassword} type="password" complete="current-password" />
      </Form>
    </Entrance>
  );
}
