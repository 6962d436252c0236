import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import { Failure } from "./failure";
import { useUnsaved } from "./unsaved";

interface FormProps {
  submit: string;
  /** Sends what was entered; what it throws is shown. */
  send: () => Promise<unknown>;
  children: ComponentChildren;
}

export function Form({ submit, send, children }: FormProps): JSX.Element {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [typed, setTyped] = useState(false);
  useUnsaved(typed);
  const onSubmit = (event: Event): void => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    send().then(() => setTyped(false), setError).finally(() => setBusy(false));
  };
  return (
    <form onSubmit={onSubmit} onInput={() => setTyped(true)}>
      {children}
      <Failure error={error} />
      <button type="submit" disabled={busy}>{submit}</button>
    </form>
  );
}
