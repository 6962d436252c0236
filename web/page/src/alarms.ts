/** What somebody should know of, drawn from a status: what, since when; the words stand in text/alarm_words.ts. */
import type { alarmWords } from "./text/alarm_words";
import type { KnownLeap, Source, Standing, Status } from "./replies";

export type Severity = "alarm" | "warning" | "notice";
export type AlarmCode = keyof typeof alarmWords;

export interface Alarm {
  code: AlarmCode;
  severity: Severity;
  /** How long it has been so; null where nobody knows. */
  since_ns: number | null;
  /** It may have been so for longer. */
  at_least?: boolean;
  /** What of `Standing` tells the same, where a status does not. */
  thing?: string;
  /** The source it is about, if it is about one. */
  source?: string;
  details?: string;
}

const RANKS: Record<Severity, number> = { alarm: 0, warning: 1, notice: 2 };

function ofState({ at }: Status): Alarm[] {
  const since_ns = at.state_age_ns;
  switch (at.state) {
    case "synchronised":
      return [];
    case "never_synchronised":
      return [{ code: "never_synchronised", severity: "alarm", since_ns }];
    case "holdover":
      return [{ code: "holdover", severity: "warning", since_ns }];
    case "local":
      return [{ code: "local", severity: "alarm", since_ns }];
    default:
      return [{ code: "unsynchronised", severity: "alarm", since_ns }];
  }
}

function ofService(status: Status): Alarm[] {
  const found: Alarm[] = [];
  if (status.at.disputed) found.push({ code: "disputed", severity: "warning", since_ns: null, thing: "disputed" });
  if (status.at.storage_fault) {
    found.push({ code: "storage_fault", severity: "alarm", since_ns: null, thing: "storage_fault", details: status.at.storage_fault });
  }
  if (status.at.panel_fault) {
    found.push({ code: "panel_fault", severity: "alarm", since_ns: null, thing: "panel_fault", details: status.at.panel_fault });
  }
  if (status.at.lab_mode) found.push({ code: "lab_mode", severity: "warning", since_ns: status.at.uptime_ns });
  if (status.serverstats.clients_replaced > 0) found.push({ code: "clients_replaced", severity: "notice", since_ns: null, thing: "clients_replaced" });
  const clock = status.tracking.system_clock.state;
  if (clock === "forbidden" || clock === "far_off") {
    found.push({ code: `system_clock_${clock}`, severity: "notice", since_ns: null, thing: "system_clock" });
  }
  return found;
}

const SPEAKING_REASONS = ["falseticker", "wrong_second", "objects", "wrong_week", "before_last_time", "wrong_leap_seconds"] as const;

function ofSource(source: Source): Alarm[] {
  const found: Alarm[] = [];
  const thing = `reason:${source.name}`;
  if (source.reason === "silent") {
    found.push({ code: "source_silent", severity: "warning", since_ns: source.last_heard_age_ns, thing, source: source.name });
  }
  if (SPEAKING_REASONS.some((reason) => reason === source.reason)) {
    found.push({ code: "source_refused", severity: "warning", since_ns: null, thing, source: source.name, details: source.reason });
  }
  const antenna = source.receiver?.antenna;
  if (antenna === "open" || antenna === "short") {
    found.push({ code: `antenna_${antenna}`, severity: "warning", since_ns: null, thing: `antenna:${source.name}`, source: source.name });
  }
  return found;
}

function ofLeap(leap: KnownLeap): Alarm[] {
  const found: Alarm[] = [];
  if (leap.disagreement) found.push({ code: "leap_disagreement", severity: "alarm", since_ns: null, thing: "leap_disagreement" });
  else if (leap.unconfirmed) found.push({ code: "leap_unconfirmed", severity: "warning", since_ns: null, thing: "leap_unconfirmed" });
  if (leap.not_utc_until) found.push({ code: "smearing", severity: "warning", since_ns: smearedFor(leap) });
  else if (leap.phase === "announced") found.push({ code: "leap_announced", severity: "notice", since_ns: announcedFor(leap) });
  if (leap.policy.change_waits) found.push({ code: "leap_change_waits", severity: "notice", since_ns: null, thing: "leap_change_waits" });
  if (leap.table.refused) {
    found.push({ code: "leap_list_refused", severity: "warning", since_ns: null, thing: "leap_refused", details: leap.table.refused });
  }
  if (leap.table.state === "expired") found.push({ code: "leap_table_expired", severity: "warning", since_ns: null, thing: "leap_table" });
  if (leap.table.state === "expires_soon") found.push({ code: "leap_table_expires", severity: "notice", since_ns: null, thing: "leap_table" });
  return found;
}

function elapsed(inNs: number | undefined): number | null {
  return inNs === undefined || inNs > 0 ? null : -inNs;
}

function smearedFor(leap: KnownLeap): number | null {
  return elapsed(leap.next?.smeared?.begins.in_ns);
}

function announcedFor(leap: KnownLeap): number | null {
  return elapsed(leap.next?.announced?.begins.in_ns);
}

/** What the page's server says of its own certificate. */
export interface CertificateAlarm {
  code: string;
  since_ns: number;
  at_least: boolean;
}

const CERTIFICATE_ALARMS = ["certificate_expires", "certificate_expired", "certificate_spoilt", "certificate_passing"] as const;

function ofCertificate({ code, ...since }: CertificateAlarm): Alarm[] {
  const known = CERTIFICATE_ALARMS.find((each) => each === code);
  return known === undefined ? [] : [{ code: known, severity: "warning", ...since }];
}

function dated(alarm: Alarm, standing: Standing): Alarm {
  const stands = alarm.thing === undefined ? undefined : standing[alarm.thing];
  return alarm.since_ns !== null || stands === undefined ? alarm : { ...alarm, since_ns: stands[0], at_least: stands[1] };
}

/** The gravest first. */
export function alarmsOf(status: Status, standing: Standing = {}, certificate: readonly CertificateAlarm[] = []): Alarm[] {
  const found = [
    ...ofState(status),
    ...ofService(status),
    ...status.sources.flatMap(ofSource),
    ...(status.leap.known ? ofLeap(status.leap) : []),
    ...certificate.flatMap(ofCertificate),
  ];
  return found.map((alarm) => dated(alarm, standing)).sort((one, other) => RANKS[one.severity] - RANKS[other.severity]);
}
