import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { post, remove, type User } from "../api";
import { useAsked } from "../parts/asked";
import { Failure } from "../parts/failure";
import { ChoiceField, TextField } from "../parts/field";
import { Form } from "../parts/form";
import { Panel } from "../parts/panel";
import { roles } from "../text/codes";
import { language, say, wordFor } from "../text/language";
import { zoneName } from "../zone";
import { Tokens } from "./tokens";

function AddUser({ done }: { done: () => void }): JSX.Element {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [role, setRole] = useState("viewer");
  const send = async (): Promise<void> => {
    await post("users", { name, password, role, language: language(), time_zone: zoneName() });
    setName("");
    setPassword("");
    done();
  };
  const choices = Object.keys(roles).map((each) => [each, wordFor(roles, each)] as const);
  return (
    <Panel title={say("addUser")}>
      <Form submit={say("add")} send={send}>
        <TextField label={say("name")} value={name} change={setName} />
        <TextField label={say("password")} value={password} change={setPassword} type="password" complete="new-password" help={say("passwordHelp")} shortest={12} />
        <ChoiceField label={say("role")} value={role} choices={choices} change={setRole} />
      </Form>
    </Panel>
  );
}

export function Users({ self }: { self: string }): JSX.Element {
  const { value, error, ask } = useAsked<{ users: User[] }>("users");
  const [failure, setFailure] = useState<unknown>(null);
  const drop = (name: string): void => {
    if (confirm(say("confirmRemove", { name }))) remove("users", { name }).then(ask, setFailure);
  };
  return (
    <>
      <Panel title={say("users")}>
        <Failure error={failure ?? error} />
        <div class="wide">
          <table>
            <thead>
              <tr><th scope="col">{say("name")}</th><th scope="col">{say("role")}</th><th scope="col" /></tr>
            </thead>
            <tbody>
              {value?.users.map((user) => (
                <tr key={user.name}>
                  <td>{user.name}</td>
                  <td>{wordFor(roles, user.role)}</td>
                  <td class="number">{user.name !== self && <button type="button" class="secondary" onClick={() => drop(user.name)}>{say("remove")}</button>}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </Panel>
      <div class="columns">
        <AddUser done={ask} />
        <Tokens />
      </div>
    </>
  );
}
