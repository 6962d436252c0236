import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { User } from "../api";
import { Failure } from "../parts/failure";
import { mayChange } from "../parts/role";
import { usePlace } from "../router";
import type { Complaint, Settings, Tree } from "../settings/table";
import { useSettings } from "../settings/use_settings";
import { say, wordFor } from "../text/language";
import { sectionNames } from "../text/setting_words";
import { ChangeDesk } from "./change_desk";
import { Changes } from "./changes";
import { SettingEntries } from "./setting_entries";
import { SettingSection } from "./setting_section";
import { Upkeep } from "./upkeep";

const EVERY_MS = 15_000;

function Sections({ settings, chosen, choose, complaints }: { settings: Settings; chosen: string; choose: (name: string) => void; complaints: readonly Complaint[] }): JSX.Element {
  return (
    <div class="row toolbar" role="group" aria-label={say("settings")}>
      {settings.sections.map(({ name }) => {
        const wrong = complaints.filter((each) => each.section === name).length;
        return (
          <button key={name} type="button" class="choice" aria-pressed={chosen === name} onClick={() => choose(name)}>
            {wordFor(sectionNames, name)}{wrong > 0 ? ` (${wrong})` : ""}
          </button>
        );
      })}
    </div>
  );
}

interface FormsProps {
  user: User;
  settings: Settings;
  chosen: string;
  choose: (section: string) => void;
}

function Forms({ user, settings, chosen, choose }: FormsProps): JSX.Element {
  const [draft, setDraft] = useState<Tree | null>(null);
  const [complaints, setComplaints] = useState<Complaint[]>([]);
  const section = settings.sections.find(({ name }) => name === chosen) ?? settings.sections[0];
  if (section === undefined) return <p class="hint">{say("nothingYet")}</p>;
  const Part = section.repeated ? SettingEntries : SettingSection;
  const heading = section.repeated ? `[[${section.name}]]` : `[${section.name}]`;
  return (
    <>
      <Sections settings={settings} chosen={section.name} choose={choose} complaints={complaints} />
      <section class="panel settings" aria-label={wordFor(sectionNames, section.name)}>
        <header>
          <h2>{wordFor(sectionNames, section.name)}</h2>
          <div class="aside"><code>{heading}</code></div>
        </header>
        <Part key={section.name} settings={settings} section={section.name} draft={draft ?? settings.overlay} edit={mayChange(user) ? setDraft : undefined} complaints={complaints} />
      </section>
      {mayChange(user) && <ChangeDesk settings={settings} draft={draft} discard={() => setDraft(null)} complain={setComplaints} />}
      <p class="hint">{mayChange(user) ? say("settingsFiles", { file: settings.file, overlay: settings.overlay_file }) : say("settingsLookOnly")}</p>
    </>
  );
}

const PLACES = ["settings", "changes", "upkeep"] as const;
const FIRST_SECTION = "server";

export function SettingsView({ user }: { user: User }): JSX.Element {
  const { value, error } = useSettings(EVERY_MS);
  const [where, move] = usePlace(FIRST_SECTION);
  const places = PLACES.filter((each) => each !== "upkeep" || user.role === "admin");
  const place = places.find((each) => each === where) ?? "settings";
  return (
    <>
      <div class="row toolbar places" role="group">
        {places.map((each) => (
          <button key={each} type="button" class="choice" aria-pressed={place === each} onClick={() => move(each === "settings" ? FIRST_SECTION : each)}>{say(each)}</button>
        ))}
      </div>
      <Failure error={error} />
      {place === "changes" && <Changes user={user} />}
      {place === "upkeep" && <Upkeep />}
      {place === "settings" && (value === null ? error === null && <p>{say("loading")}</p> : <Forms user={user} settings={value} chosen={where} choose={move} />)}
    </>
  );
}
