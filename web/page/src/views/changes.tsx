import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { post, type User } from "../api";
import { useAsked } from "../parts/asked";
import { Failure } from "../parts/failure";
import { Pager } from "../parts/pager";
import { mayChange } from "../parts/role";
import { refused, tookEffect, usePending } from "../settings/pending";
import type { Difference as Change } from "../settings/table";
import { changeKinds } from "../text/setting_words";
import { say, wordFor } from "../text/language";
import { fullText } from "../zone";
import { Difference } from "./difference";

interface Changed {
  id: number;
  time: number;
  user: string;
  kind: string;
  difference: Change[];
}

interface Recorded {
  changes: Changed[];
  total: number;
  /** Of the settings that these led to; null where the daemon does not say. */
  base: string | null;
}

const PAGE = 20;

/** Who changed what and when, and the way back. */
export function Changes({ user }: { user: User }): JSX.Element {
  const { version, id: pending } = usePending();
  const [first, setFirst] = useState(0);
  const [failure, setFailure] = useState<unknown>(null);
  const { value, error } = useAsked<Recorded>(`settings/changes?first=${first}&count=${PAGE}`, 0, version);
  if (value === null) return error === null ? <p>{say("loading")}</p> : <Failure error={error} />;
  const undo = (id: number): void => {
    setFailure(null);
    if (confirm(say("confirmUndo"))) post("settings/undo", { id, base: value.base }).then(tookEffect, refused).catch(setFailure);
  };
  return (
    <>
      <Failure error={failure ?? error} />
      {value.changes.length === 0 && <p class="hint">{say("changesNone")}</p>}
      {value.changes.map((change) => (
        <section key={change.id} class="panel change">
          <header>
            <h2>{fullText(change.time)}</h2>
            <div class="aside">{wordFor(changeKinds, change.kind)} · {change.user}</div>
          </header>
          <Difference changes={change.difference} />
          {mayChange(user) && change.kind !== "return" && (
            <button type="button" class="secondary" disabled={pending !== null || value.base === null} aria-label={say("undoOf", { time: fullText(change.time) })} onClick={() => undo(change.id)}>{say("undo")}</button>
          )}
        </section>
      ))}
      <Pager first={first} shown={value.changes.length} total={value.total} size={PAGE} turn={setFirst} />
    </>
  );
}
