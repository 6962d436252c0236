import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { User } from "../api";
import { useLive } from "../live";
import { Badge } from "../parts/mark";
import { mayChange } from "../parts/role";
import { count } from "../quantities";
import type { Source, Status } from "../replies";
import { go } from "../router";
import { reasons, states } from "../text/codes";
import { say, wordFor } from "../text/language";
import { modeText } from "./leap_words";
import { SomeSettings } from "./some_settings";

const NOT_RECEIVERS = new Set(["pps-kernel", "pps-gpio", "local", "upstream"]);

function Found({ sources, found, yes, no, help }: { sources: readonly Source[]; found: boolean; yes: string; no: string; help: string }): JSX.Element {
  return (
    <>
      <p><Badge tone={found ? "good" : "warn"}>{found ? yes : no}</Badge></p>
      <ul class="plain">
        {sources.map((source) => (
          <li key={source.name}>
            <b>{source.name}</b> ({source.driver}): {wordFor(reasons, source.reason)}
          </li>
        ))}
      </ul>
      {!found && <p>{help}</p>}
    </>
  );
}

function Receiver({ status }: { status: Status }): JSX.Element {
  const sources = status.sources.filter((source) => !NOT_RECEIVERS.has(source.driver));
  return (
    <Found sources={sources} found={sources.some((source) => source.reach > 0)} yes={say("wizardReceiverFound")}
      no={say("wizardReceiverMissing")} help={say("wizardReceiverHelp")} />
  );
}

function Pulses({ status }: { status: Status }): JSX.Element {
  const sources = status.sources.filter((source) => source.from_pulses || source.driver.startsWith("pps"));
  return (
    <Found sources={sources} found={sources.some((source) => source.from_pulses && source.reach > 0)} yes={say("wizardPulsesFound")}
      no={say("wizardPulsesMissing")} help={say("wizardPulsesHelp")} />
  );
}

function Access({ status, user }: { status: Status; user: User }): JSX.Element {
  const { answered = 0, denied = 0 } = status.serverstats.verdicts;
  return (
    <>
      <p>{say("wizardAccessText")}</p>
      <p>{say("wizardAccessCounts", { answered: count(answered), denied: count(denied) })}</p>
      {mayChange(user) && <SomeSettings section="access" keys={["allow", "deny"]} />}
    </>
  );
}

function LeapMode({ status, user }: { status: Status; user: User }): JSX.Element {
  return (
    <>
      <p><b>{status.leap.known ? modeText(status.leap.policy) : say("leapNotKnownYet")}</b></p>
      <p>{say("wizardLeapText")}</p>
      {mayChange(user) && <SomeSettings section="leap" keys={["mode", "smear_minutes"]} />}
    </>
  );
}

function Done({ status }: { status: Status }): JSX.Element {
  const ready = status.at.state === "synchronised";
  return (
    <>
      <p><Badge tone={ready ? "good" : "warn"}>{wordFor(states, status.at.state)}</Badge></p>
      <p>{say(ready ? "wizardReady" : "wizardNotReady")}</p>
    </>
  );
}

const STEPS = [
  { title: "wizardReceiver", Step: Receiver },
  { title: "wizardPulses", Step: Pulses },
  { title: "wizardAccess", Step: Access },
  { title: "wizardLeap", Step: LeapMode },
  { title: "wizardDone", Step: Done },
] as const;

/** What to look at when the device is new: one thing at a time. */
export function FirstSteps({ user }: { user: User }): JSX.Element {
  const [at, setAt] = useState(0);
  const { status } = useLive();
  const { title, Step } = STEPS[at]!;
  const isLast = at === STEPS.length - 1;
  return (
    <section class="panel wizard" aria-live="polite">
      <header>
        <h2>{say(title)}</h2>
        <div class="aside">{say("wizardStep", { n: at + 1, total: STEPS.length })}</div>
      </header>
      {status === null ? <p>{say("loading")}</p> : <Step status={status} user={user} />}
      <p class="row">
        <button type="button" class="secondary" disabled={at === 0} onClick={() => setAt(at - 1)}>{say("previous")}</button>
        <button type="button" onClick={() => (isLast ? go("overview") : setAt(at + 1))}>{say(isLast ? "wizardToOverview" : "next")}</button>
      </p>
    </section>
  );
}
