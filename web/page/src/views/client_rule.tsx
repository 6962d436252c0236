import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Failure } from "../parts/failure";
import { ChoiceField, TextField } from "../parts/field";
import { Panel } from "../parts/panel";
import { addressRule, listed, withEntry, withoutEntry, type AddressRule } from "../settings/overlay";
import { shownValue } from "../settings/values";
import type { Settings, Tree } from "../settings/table";
import { useSettings } from "../settings/use_settings";
import { say } from "../text/language";
import { ChangeDesk } from "./change_desk";

const SECTION = "access.rule";
type Wanted = AddressRule | "none";

function draftOf(settings: Settings, address: string, wanted: Wanted, interval: string): Tree {
  const { values, overlay } = settings;
  if (wanted !== "none") return withEntry(overlay, SECTION, address, addressRule(address, wanted, interval));
  const present = listed(values, overlay, overlay, SECTION).find(({ identity }) => identity === address);
  return present === undefined ? overlay : withoutEntry(overlay, SECTION, present);
}

function Choices({ settings, address, close }: { settings: Settings; address: string; close: () => void }): JSX.Element {
  const [wanted, setWanted] = useState<Wanted>("deny");
  const [interval, setInterval] = useState("16s");
  const [draft, setDraft] = useState<Tree | null>(null);
  const present = listed(settings.values, settings.overlay, settings.overlay, SECTION).find(({ identity, removed }) => identity === address && !removed);
  const choices: [Wanted, string][] = [["deny", say("ruleDeny")], ["allow", say("ruleAllow")], ["limit", say("ruleLimit")]];
  if (present !== undefined) choices.push(["none", say("ruleNone")]);
  const choose = (rule: Wanted, every: string): void => (setWanted(rule), setInterval(every), setDraft(draftOf(settings, address, rule, every)));
  // What is chosen at first is meant, too.
  useEffect(() => choose(wanted, interval), []);
  return (
    <>
      {present !== undefined && <p>{say("ruleHas")} <code>{shownValue(present.written.flags)}</code></p>}
      <div class="row">
        <ChoiceField label={say("rule")} value={wanted} choices={choices} change={(rule) => choose(rule as Wanted, interval)} />
        {wanted === "limit" && <TextField label={say("ruleInterval")} value={interval} change={(every) => choose(wanted, every)} />}
      </div>
      <ChangeDesk settings={settings} draft={draft} discard={close} />
    </>
  );
}

/** What one address may do: a rule of its own. */
export function ClientRule({ address, close }: { address: string; close: () => void }): JSX.Element {
  const { value: settings, error } = useSettings();
  const room = useRef<HTMLDivElement>(null);
  useEffect(() => room.current?.focus(), []);
  return (
    <div ref={room} tabIndex={-1}>
      <Panel title={say("ruleOf", { address })} aside={<button type="button" class="quiet" onClick={close}>{say("close")}</button>}>
        <Failure error={error} />
        {settings !== null && <Choices settings={settings} address={address} close={close} />}
      </Panel>
    </div>
  );
}
