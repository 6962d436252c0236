import type { JSX } from "preact";
import { JjyFrameDrawing } from "../drawing/jjy_frame";
import { plain } from "../instants";
import { staleness } from "../live";
import { Facts } from "../parts/facts";
import { Badge } from "../parts/mark";
import { age } from "../quantities";
import type { JjyFrame } from "../replies";
import { jjyFaults, jjyLeapBits } from "../text/jjy_words";
import { say, wordFor } from "../text/language";

function Parity({ right }: { right: boolean | null }): JSX.Element {
  if (right === null) return <Badge tone="off">{say("jjyUnread")}</Badge>;
  return <Badge tone={right ? "good" : "bad"}>{say(right ? "jjyParityRight" : "jjyParityWrong")}</Badge>;
}

/** The last minute of JJY, bit by bit. */
export function JjyMinute({ jjy }: { jjy: JjyFrame }): JSX.Element {
  const stops = (jjy.stop_bits ?? null) !== null;
  const last = stops ? ([say("jjyStop"), <code>{jjy.stop_bits ?? ""}</code>] as const)
    : ([say("jjyLeap"), <><code>{jjy.leap_bits ?? ""}</code> {wordFor(jjyLeapBits, jjy.leap_bits)}</>] as const);
  return (
    <div>
      <h3>{say("jjyFrame")} {jjy.age_ns !== null && <small>{say("ago", { age: age(jjy.age_ns + staleness()) })}</small>}</h3>
      <p class="legend jjy-legend">
        <span class="jjy-bit jjy-zero">0</span> {say("jjyZero")} <span class="jjy-bit jjy-one">1</span> {say("jjyOne")}{" "}
        <span class="jjy-bit jjy-marker">M</span> {say("jjyMarker")} <span class="jjy-bit jjy-unread">?</span> {say("jjyUnread")}{" "}
        <span class="jjy-bit jjy-absent">-</span> {say("jjyAbsent")}
      </p>
      <JjyFrameDrawing frame={jjy.frame} stops={stops} />
      <Facts facts={[
        [say("jjyNames"), jjy.minute_jst ? `${plain(jjy.minute_jst)} JST` : jjy.minute_utc ? `${plain(jjy.minute_utc)} UTC` : "–"],
        [say("jjyParityHour"), <Parity right={jjy.parity_1} />],
        [say("jjyParityMinute"), <Parity right={jjy.parity_2} />],
        last,
        [say("jjyFault"), jjy.fault ? <Badge tone="warn">{wordFor(jjyFaults, jjy.fault)}</Badge> : <Badge tone="good">{say("jjySound")}</Badge>],
        [say("jjyAgreeing"), jjy.frames_agreeing],
      ]} />
    </div>
  );
}
