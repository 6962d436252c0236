import type { JSX } from "preact";
import { Field } from "./field";

/** A file of the viewer's computer, as text; null where none is chosen. */
export function FileField({ label, accept, help, read }: { label: string; accept: string; help?: string; read: (text: string | null) => void }): JSX.Element {
  const take = (file: File | undefined): void => {
    if (file === undefined) read(null);
    else file.text().then(read, () => read(null));
  };
  return (
    <Field label={label} {...(help === undefined ? {} : { help })}>
      {(id, described) => <input id={id} type="file" accept={accept} required aria-describedby={described} onChange={(event) => take(event.currentTarget.files?.[0])} />}
    </Field>
  );
}
