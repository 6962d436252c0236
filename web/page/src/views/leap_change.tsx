import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Failure } from "../parts/failure";
import { Panel } from "../parts/panel";
import type { Complaint, Tree } from "../settings/table";
import { useSettings } from "../settings/use_settings";
import { say } from "../text/language";
import { ChangeDesk } from "./change_desk";
import { SettingSection } from "./setting_section";

const KEYS = ["mode", "smear_minutes", "announce"];

/** How the next leap second is to be served. */
export function LeapChange(): JSX.Element {
  const { value: settings, error } = useSettings();
  const [draft, setDraft] = useState<Tree | null>(null);
  const [complaints, setComplaints] = useState<Complaint[]>([]);
  return (
    <>
      <Panel title={say("leapChange")}>
        <Failure error={error} />
        {settings !== null && <SettingSection settings={settings} section="leap" keys={KEYS} draft={draft ?? settings.overlay} edit={setDraft} complaints={complaints} />}
        <p class="hint">{say("leapChangeMore")}</p>
      </Panel>
      {settings !== null && <ChangeDesk settings={settings} draft={draft} discard={() => setDraft(null)} complain={setComplaints} />}
    </>
  );
}
