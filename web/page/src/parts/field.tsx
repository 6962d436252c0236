import type { JSX } from "preact";
import { useId } from "preact/hooks";

interface FieldProps {
  label: string;
  help?: string;
  children: (id: string, described: string | undefined) => JSX.Element;
}

/** A labelled control with its help. */
export function Field({ label, help, children }: FieldProps): JSX.Element {
  const id = useId();
  return (
    <p class="field">
      <label for={id}>{label}</label>
      {children(id, help === undefined ? undefined : `${id}-help`)}
      {help !== undefined && <small id={`${id}-help`}>{help}</small>}
    </p>
  );
}

interface TextFieldProps {
  label: string;
  value: string;
  change: (value: string) => void;
  type?: "text" | "password" | "search" | "date" | "datetime-local" | "number";
  complete?: string;
  help?: string;
  shortest?: number;
}

export function TextField({ label, value, change, type = "text", complete, help, shortest }: TextFieldProps): JSX.Element {
  return (
    <Field label={label} {...(help === undefined ? {} : { help })}>
      {(id, described) => (
        <input
          id={id}
          type={type}
          value={value}
          required={type !== "search"}
          minLength={shortest}
          autoComplete={complete ?? "off"}
          aria-describedby={described}
          onInput={(event) => change(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

interface ChoiceFieldProps {
  label: string;
  value: string;
  choices: readonly (readonly [value: string, text: string])[];
  change: (value: string) => void;
}

export function ChoiceField({ label, value, choices, change }: ChoiceFieldProps): JSX.Element {
  return (
    <Field label={label}>
      {(id) => (
        <select id={id} value={value} onChange={(event) => change(event.currentTarget.value)}>
          {choices.map(([each, text]) => (
            <option key={each} value={each}>{text}</option>
          ))}
        </select>
      )}
    </Field>
  );
}
