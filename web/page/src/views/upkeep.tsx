import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ApiError, post } from "../api";
import { leapListWhy, type Why } from "../leap_list_why";
import { TextField } from "../parts/field";
import { FileField } from "../parts/file_field";
import { Form } from "../parts/form";
import { Panel } from "../parts/panel";
import { refused, settingsChanged, tookEffect } from "../settings/pending";
import { useSettings } from "../settings/use_settings";
import { errors } from "../text/codes";
import { say, wordFor } from "../text/language";
import { Certificate } from "./certificate";

function documentIn(text: string): object {
  try {
    const found = JSON.parse(text) as { tokimori_backup?: unknown } | null;
    if (found?.tokimori_backup !== undefined) return found;
  } catch {
    // The same is to be said of it.
  }
  throw new ApiError("bad_backup", "", null);
}

interface Restored {
  /** `taken`, or why not; not there where the backup has none. */
  leap_list?: string;
  why?: Why;
}

// The settings are in force all the same.
function listNotRestored({ leap_list: list = "taken", why }: Restored): string | null {
  if (list === "taken") return null;
  const reason = list === "leap_list_wrong" ? leapListWhy(why, wordFor(errors, list)) : wordFor(errors, list);
  return say("restoreListNot", { why: reason });
}

function Backup({ base }: { base: string }): JSX.Element {
  const [text, setText] = useState<string | null>(null);
  const [done, setDone] = useState(false);
  const [notRestored, setNotRestored] = useState<string | null>(null);
  const send = async (): Promise<void> => {
    setDone(false);
    setNotRestored(null);
    const reply = await post<Restored>("restore", { ...documentIn(text ?? ""), base }).catch(refused);
    tookEffect(reply);
    setNotRestored(listNotRestored(reply));
    setDone(true);
  };
  return (
    <Panel title={say("backup")}>
      <p>{say("backupHelp")}</p>
      <p><a href="/api/v1/backup" download>{say("backupDownload")}</a></p>
      <Form submit={say("restore")} send={send}>
        <FileField label={say("restoreFile")} accept=".json,application/json" read={setText} />
      </Form>
      {done && <p class="outcome" role="status">{say("applied")}</p>}
      {notRestored !== null && <p class="failure" role="alert">{notRestored}</p>}
    </Panel>
  );
}

function FactoryReset({ base }: { base: string }): JSX.Element {
  const [password, setPassword] = useState("");
  const [done, setDone] = useState(false);
  const send = async (): Promise<void> => {
    setDone(false);
    const reply = await post<{ leap_list?: string }>("factory-reset", { password, base }).catch(refused);
    tookEffect(reply);
    setPassword("");
    setDone(true);
    const { leap_list: list = "forgotten" } = reply;
    if (!["forgotten", "no_leap_list"].includes(list)) throw new ApiError(list, "", null);
  };
  return (
    <Panel title={say("factoryReset")}>
      <p>{say("factoryResetHelp")}</p>
      <Form submit={say("factoryReset")} send={send}>
        <TextField label={say("ownPassword")} value={password} change={setPassword} type="password" complete="current-password" />
      </Form>
      {done && <p class="outcome" role="status">{say("applied")}</p>}
    </Panel>
  );
}

function Restart(): JSX.Element {
  const [done, setDone] = useState(false);
  const send = async (): Promise<void> => {
    if (!confirm(say("confirmRestart"))) return;
    await post("restart");
    setDone(true);
    settingsChanged();
  };
  return (
    <Panel title={say("restart")}>
      <p>{say("restartHelp")}</p>
      <Form submit={say("restartNow")} send={send}>{done && <p class="outcome" role="status">{say("restarting")}</p>}</Form>
    </Panel>
  );
}

/** What is done with all settings at once, and with the service; for administrators. */
export function Upkeep(): JSX.Element {
  const base = useSettings().value?.base;
  return (
    <div class="columns">
      {base !== undefined && <Backup base={base} />}
      {base !== undefined && <FactoryReset base={base} />}
      <Certificate />
      <Restart />
      <Panel title={say("support")}>
        <p>{say("supportHelp")}</p>
        <p><a href="/api/v1/support" download>{say("supportDownload")}</a></p>
      </Panel>
    </div>
  );
}
