import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { post, type Session } from "../api";
import { ChoiceField, TextField } from "../parts/field";
import { Form } from "../parts/form";
import { language, languageNames, say } from "../text/language";
import type { Language } from "../text/text";
import { Entrance, type EntranceProps } from "./entrance";

const SHORTEST_PASSWORD = 12;

function timeZones(): readonly (readonly [string, string])[] {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return [...new Set(["Asia/Tokyo", "UTC", own])].map((zone) => [zone, zone] as const);
}

export function Setup({ begin, speak }: EntranceProps): JSX.Element {
  const [code, setCode] = useState("");
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const [zone, setZone] = useState("Asia/Tokyo");
  const differ = again !== "" && again !== password;
  const send = async (): Promise<void> => {
    if (again !== password) return;
    begin(await post<Session>("setup", { code: code.trim(), name, password, language: language(), time_zone: zone }));
  };
  return (
    <Entrance title={say("setup")} speak={speak}>
      <p>{say("setupIntro")}</p>
      <Form submit={say("begin")} send={send}>
        <TextField label={say("setupCode")} value={code} change={setCode} />
        <TextField label={say("name")} value={name} change={setName} complete="username" />
        <TextField label={say("password")} value={password} change={setPassword} type="password" complete="new-password"
          help={say("passwordHelp")} shortest={SHORTEST_PASSWORD} />
        <TextField label={say("passwordAgain")} value={again} change={setAgain} type="password" complete="new-password" />
        {differ && <p class="failure" role="alert">{say("passwordsDiffer")}</p>}
        <ChoiceField label={say("languageName")} value={language()} choices={Object.entries(languageNames)} change={(next) => speak(next as Language)} />
        <ChoiceField label={say("timeZone")} value={zone} choices={timeZones()} change={setZone} />
      </Form>
    </Entrance>
  );
}
