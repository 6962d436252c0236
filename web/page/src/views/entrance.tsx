import type { ComponentChildren, JSX } from "preact";
import type { Session } from "../api";
import { otherLanguage } from "../shell";
import { say } from "../text/language";
import type { Language } from "../text/text";

export interface EntranceProps {
  begin: (session: Session) => void;
  speak: (language: Language) => void;
}

/** What surrounds the forms for those who are not logged in. */
export function Entrance({ title, speak, children }: { title: string; speak: EntranceProps["speak"]; children: ComponentChildren }): JSX.Element {
  return (
    <main class="alone">
      <p class="brand">
        <img src="/icon.svg" alt="" width="36" height="36" />
        <span>{say("product")}</span>
        <button type="button" class="quiet" lang={otherLanguage()} onClick={() => speak(otherLanguage())}>{say("otherLanguage")}</button>
      </p>
      <h1>{title}</h1>
      {children}
    </main>
  );
}
