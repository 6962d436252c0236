import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ApiError, post } from "../api";
import { Failure } from "../parts/failure";
import { useUnsaved } from "../parts/unsaved";
import { complaintText } from "../settings/complaint_text";
import { refused, tookEffect, usePending } from "../settings/pending";
import { member, type Check, type Complaint, type SettingRow, type Settings, type Tree } from "../settings/table";
import { say } from "../text/language";
import { Difference, placeText } from "./difference";

interface ChangeDeskProps {
  settings: Settings;
  /** The whole overlay as it should become; null: nothing was edited. */
  draft: Tree | null;
  discard: () => void;
  /** Complaints to be shown beside their fields. */
  complain?: (complaints: Complaint[]) => void;
}

function Notes({ check }: { check: Check }): JSX.Element {
  return (
    <ul class="plain notes">
      {check.needs_confirmation && <li>{say("noteConfirm")}</li>}
      {check.waits && <li>{say("noteWaits")}</li>}
      {check.restart.length > 0 && <li>{say("noteRestart", { keys: check.restart.join(", ") })}</li>}
    </ul>
  );
}

function Complaints({ complaints, table }: { complaints: readonly Complaint[]; table: readonly SettingRow[] }): JSX.Element {
  return (
    <div class="failure" role="alert">
      <p><b>{say("checkWrong")}</b></p>
      <ul>
        {complaints.map((complaint) => <li key={placeText(complaint) + complaint.message}><code>{placeText(complaint)}</code> {complaintText(complaint, table)}</li>)}
      </ul>
    </div>
  );
}

function complaintsOf(error: unknown): Check | null {
  if (!(error instanceof ApiError) || error.code !== "settings_wrong") return null;
  return (error.body as { check?: Check } | null)?.check ?? null;
}

// Two drafts that say the same are the same.
function same(one: Tree, other: Tree): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Check, look at the difference, apply: the only way by which this page changes settings. */
export function ChangeDesk({ settings, draft, discard, complain = () => undefined }: ChangeDeskProps): JSX.Element | null {
  const [checked, setChecked] = useState<{ draft: Tree; base: string; check: Check } | null>(null);
  const [busy, setBusy] = useState(false);
  const [done, setDone] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const { id, outcome } = usePending();
  const isEdited = draft !== null && !same(draft, settings.overlay);
  useUnsaved(isEdited);
  const pending = id !== null;
  const begin = (what: Promise<void>): void => {
    setBusy(true);
    setError(null);
    setDone(false);
    what.catch(setError).finally(() => setBusy(false));
  };
  const judge = (overlay: Tree, base: string, check: Check): void => {
    setChecked({ draft: overlay, base, check });
    complain(check.complaints);
  };
  const check = async (overlay: Tree): Promise<void> => judge(overlay, settings.base, member<Check>(await post("settings/check", { overlay }), "check"));
  // The base of what was shown, not that of what others have done since.
  const apply = async (overlay: Tree, base: string): Promise<void> => {
    try {
      tookEffect(await post("settings/apply", { overlay, base }));
    } catch (failure) {
      const wrong = complaintsOf(failure);
      if (wrong !== null) return judge(overlay, base, wrong);
      setChecked(null);
      return refused(failure);
    }
    setChecked(null);
    setDone(true);
    complain([]);
    discard();
  };
  if (draft === null || !isEdited) return done && !pending && outcome === null ? <p class="outcome" role="status">{say("applied")}</p> : null;
  const current = checked !== null && checked.draft === draft ? checked : null;
  const found = current?.check ?? null;
  const isRight = found !== null && found.complaints.length === 0;
  return (
    <section class="panel desk" aria-label={say(found === null ? "unsaved" : "difference")} aria-live="polite">
      <h2>{say(found === null ? "unsaved" : "difference")}</h2>
      {found !== null && found.complaints.length > 0 && <Complaints complaints={found.complaints} table={settings.table} />}
      {isRight && <><Difference changes={found.difference} /><Notes check={found} /></>}
      <Failure error={error} />
      <p class="row">
        {isRight && current !== null && found.difference.length > 0 ? (
          <button type="button" disabled={busy || pending} onClick={() => begin(apply(draft, current.base))}>{say("apply")}</button>
        ) : (
          <button type="button" disabled={busy} onClick={() => begin(check(draft))}>{say("check")}</button>
        )}
        {isRight && <button type="button" class="secondary" onClick={() => setChecked(null)}>{say("goOnEditing")}</button>}
        <button type="button" class="secondary" onClick={() => (setChecked(null), setError(null), complain([]), discard())}>{say("discard")}</button>
      </p>
    </section>
  );
}
