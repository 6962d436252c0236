import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Failure } from "../parts/failure";
import type { Complaint, Tree } from "../settings/table";
import { useSettings } from "../settings/use_settings";
import { ChangeDesk } from "./change_desk";
import { SettingSection } from "./setting_section";

/** A few settings of one section, where they are of use. */
export function SomeSettings({ section, keys }: { section: string; keys: readonly string[] }): JSX.Element {
  const { value: settings, error } = useSettings();
  const [draft, setDraft] = useState<Tree | null>(null);
  const [complaints, setComplaints] = useState<Complaint[]>([]);
  return (
    <>
      <Failure error={error} />
      {settings !== null && (
        <>
          <SettingSection settings={settings} section={section} keys={keys} draft={draft ?? settings.overlay} edit={setDraft} complaints={complaints} />
          <ChangeDesk settings={settings} draft={draft} discard={() => setDraft(null)} complain={setComplaints} />
        </>
      )}
    </>
  );
}
