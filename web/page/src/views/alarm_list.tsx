import type { JSX } from "preact";
import { alarmsOf, type Alarm, type Severity } from "../alarms";
import { staleness, useLive } from "../live";
import { Badge, type Tone } from "../parts/mark";
import { Panel } from "../parts/panel";
import { age } from "../quantities";
import type { Status } from "../replies";
import { alarmWords } from "../text/alarm_words";
import { reasons } from "../text/codes";
import { inWords, say, wordFor } from "../text/language";

const TONES: Record<Severity, Tone> = { alarm: "bad", warning: "warn", notice: "off" };
const NAMES = { alarm: "severityAlarm", warning: "severityWarning", notice: "severityNotice" } as const;

function AlarmItem({ alarm }: { alarm: Alarm }): JSX.Element {
  const words = alarmWords[alarm.code];
  const values = { source: alarm.source ?? "", details: alarm.details ?? "", reason: wordFor(reasons, alarm.details) };
  return (
    <li class={`alarm tone-${TONES[alarm.severity]}`}>
      <h3>
        <Badge tone={TONES[alarm.severity]}>{say(NAMES[alarm.severity])}</Badge> {inWords(words.what, values)}
        {alarm.since_ns !== null && <small>{say(alarm.at_least ? "forAtLeast" : "forSoLong", { age: age(alarm.since_ns + staleness()) })}</small>}
      </h3>
      <p><b>{say("effect")}</b> {inWords(words.effect, values)}</p>
      <p><b>{say("nextStep")}</b> {inWords(words.next, values)}</p>
    </li>
  );
}

export function AlarmList({ status }: { status: Status }): JSX.Element {
  const { standing, certificate } = useLive();
  const alarms = alarmsOf(status, standing, certificate);
  return (
    <Panel title={say("alarms")}>
      {alarms.length === 0 ? (
        <p><Badge tone="good">{say("noAlarms")}</Badge></p>
      ) : (
        <ul class="alarms">
          {alarms.map((alarm) => <AlarmItem key={alarm.code + (alarm.source ?? "")} alarm={alarm} />)}
        </ul>
      )}
    </Panel>
  );
}
