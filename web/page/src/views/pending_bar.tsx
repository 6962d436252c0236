import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { User } from "../api";
import { Failure } from "../parts/failure";
import { Mark } from "../parts/mark";
import { mayChange } from "../parts/role";
import { keepPending, returnPending, secondsLeft, usePending } from "../settings/pending";
import { useSettings } from "../settings/use_settings";
import { say } from "../text/language";

function Buttons(): JSX.Element {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const decide = (what: () => Promise<void>): void => {
    setBusy(true);
    setError(null);
    what().catch(setError).finally(() => setBusy(false));
  };
  return (
    <>
      <p class="row">
        <button type="button" disabled={busy} onClick={() => decide(keepPending)}>{say("pendingKeep")}</button>
        <button type="button" class="secondary" disabled={busy} onClick={() => decide(returnPending)}>{say("pendingReturn")}</button>
      </p>
      <Failure error={error} />
    </>
  );
}

/** Above every part, while settings wait to be confirmed; whoever opens the page meanwhile sees it, too. */
export function PendingBar({ user }: { user: User }): JSX.Element | null {
  useSettings();
  const { id, whole, outcome, unsynced } = usePending();
  if (id === null) {
    if (unsynced) return <p class="outcome back" role="status"><Mark tone="warn" /> {say("pendingUnsynced")}</p>;
    return outcome === null ? null : (
      <p class={outcome === "kept" ? "outcome" : "outcome back"} role="status"><Mark tone={outcome === "kept" ? "good" : "warn"} /> {say(outcome === "kept" ? "pendingKept" : "pendingReturned")}</p>
    );
  }
  const left = secondsLeft();
  return (
    <section class="pending" role="alertdialog" aria-label={say("pendingKeep")}>
      <p><b>{say("pendingLeft", { n: Math.ceil(left) })}</b></p>
      <progress value={left} max={whole} aria-hidden="true" />
      {mayChange(user) && <Buttons />}
    </section>
  );
}
