import type { ComponentChildren, JSX } from "preact";

export type Fact = readonly [name: string, value: ComponentChildren];

/** Names and values; one below the other where values are `long`. */
export function Facts({ facts, long = false }: { facts: readonly Fact[]; long?: boolean }): JSX.Element {
  return (
    <dl class={long ? "facts long" : "facts"}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
