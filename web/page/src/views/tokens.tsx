import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { post, remove } from "../api";
import { useAsked } from "../parts/asked";
import { Failure } from "../parts/failure";
import { TextField } from "../parts/field";
import { Form } from "../parts/form";
import { Panel } from "../parts/panel";
import { say } from "../text/language";
import { fullText } from "../zone";

interface Token {
  id: number;
  name: string;
  created: number;
}

/** What monitoring systems show instead of a password. */
export function Tokens(): JSX.Element {
  const { value, error, ask } = useAsked<{ tokens: Token[] }>("tokens");
  const [name, setName] = useState("");
  const [made, setMade] = useState("");
  const [failure, setFailure] = useState<unknown>(null);
  const add = async (): Promise<void> => {
    const { token } = await post<{ token: string }>("tokens", { name });
    setMade(token);
    setName("");
    ask();
  };
  const drop = (token: Token): void => {
    if (confirm(say("confirmRemove", { name: token.name }))) remove("tokens", { id: token.id }).then(ask, setFailure);
  };
  return (
    <Panel title={say("tokens")}>
      <p class="hint">{say("tokensHelp")}</p>
      <Failure error={failure ?? error} />
      <ul class="plain tokens">
        {value?.tokens.map((token) => (
          <li key={token.id}>
            <span><b>{token.name}</b> <small>{say("tokenCreated")} {fullText(token.created)}</small></span>
            <button type="button" class="secondary" onClick={() => drop(token)}>{say("remove")}</button>
          </li>
        ))}
      </ul>
      {made !== "" && <p class="made" role="status">{say("tokenMade")}<br /><code>{made}</code></p>}
      <Form submit={say("add")} send={add}>
        <TextField label={say("name")} value={name} change={setName} />
      </Form>
    </Panel>
  );
}
