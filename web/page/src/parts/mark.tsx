import type { JSX } from "preact";

/** How something is: told by shape and word, and only then by colour. */
export type Tone = "good" | "fair" | "warn" | "bad" | "off";

const SHAPES: Record<Tone, JSX.Element> = {
  good: (
    <>
      <circle cx="8" cy="8" r="7" />
      <path class="mark-sign" d="M4.5 8.2l2.4 2.4 4.6-5" />
    </>
  ),
  fair: (
    <>
      <path d="M8 1a7 7 0 0 1 0 14z" />
      <circle class="mark-outline" cx="8" cy="8" r="6.2" />
    </>
  ),
  warn: (
    <>
      <path d="M8 1.2L15.4 14.6H.6z" />
      <path class="mark-sign" d="M8 6v4M8 12.2v.4" />
    </>
  ),
  bad: (
    <>
      <path d="M5 1h6l4 4v6l-4 4H5l-4-4V5z" />
      <path class="mark-sign" d="M5.2 5.2l5.6 5.6M10.8 5.2l-5.6 5.6" />
    </>
  ),
  off: <circle class="mark-outline" cx="8" cy="8" r="6.2" />,
};

export function Mark({ tone }: { tone: Tone }): JSX.Element {
  return (
    <svg class={`mark mark-${tone}`} viewBox="0 0 16 16" aria-hidden="true">
      {SHAPES[tone]}
    </svg>
  );
}

export function Badge({ tone, children }: { tone: Tone; children: string }): JSX.Element {
  return (
    <span class={`badge tone-${tone}`}>
      <Mark tone={tone} />
      {children}
    </span>
  );
}
