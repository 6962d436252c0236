import type { Table } from "./text";

// The wording is tokictl's.

export const leapKinds = {
  insert: { en: "insertion", ja: "挿入" },
  delete: { en: "deletion", ja: "削除" },
  none: { en: "none", ja: "なし" },
} as const satisfies Table;

export const leapPhases = {
  quiet: { en: "no leap second is under way", ja: "うるう秒の予告・調整はしていません" },
  announced: { en: "announced: LI tells clients of the leap second", ja: "予告中: LI でクライアントに知らせています" },
  smearing: { en: "SMEARING", ja: "SMEAR 中 (時刻を徐々に調整しています)" },
} as const satisfies Table;

export const leapGrounds = {
  nobody: { en: "nobody who counts says that anything happens", ja: "有効な予告はありません" },
  table: { en: "by the table", ja: "うるう秒の表による" },
  laboratory: { en: "by the simulated sky", ja: "模擬時刻源による" },
  manual: { en: "by [[leap.manual]]", ja: "[[leap.manual]] による" },
  trusted: { en: "by sources with trust = true", ja: "trust = true の時刻源による" },
  majority: { en: "by a majority of the sources", ja: "時刻源の多数決による" },
  remembered: { en: "as announced before; those who did are silent", ja: "以前の予告による (予告元は受信できません)" },
} as const satisfies Table;

export const leapWeights = {
  voice: { en: "one voice", ja: "1 票" },
  trusted: { en: "trusted", ja: "信頼" },
  manual: { en: "entry", ja: "手動" },
  laboratory: { en: "laboratory", ja: "試験" },
} as const satisfies Table;

export const leapStandings = {
  decides: { en: "in force because of it", ja: "採用" },
  concurs: { en: "agrees with what is in force", ja: "一致" },
  outranked: { en: "CONTRADICTS who outranks it", ja: "上位の情報源と矛盾" },
  contradicted: { en: "trusted sources CONTRADICT each other", ja: "信頼する時刻源どうしが矛盾" },
  outvoted: { en: "OUTVOTED: as many or more say otherwise", ja: "多数と矛盾" },
  alone: { en: "alone: nobody bears it out", ja: "単独 (裏付けなし)" },
  wrong_month: { en: "no leap second ever fell in that month", ja: "うるう秒のない月" },
  too_early: { en: "March and September count on the last day only", ja: "時期尚早 (3 月・9 月は末日のみ)" },
  another_month: { en: "about another month", ja: "他の月の情報" },
  not_asked: { en: "not asked: source = \"manual\"", ja: "対象外 (source = \"manual\")" },
} as const satisfies Table;

export const clientKinds = {
  chrony_64s: { en: "chronyd, maxpoll 6 (64 s)", ja: "chronyd (maxpoll 6、64 秒)" },
  chrony_default: { en: "chronyd, default polls (to 1024 s)", ja: "chronyd (既定、最長 1024 秒)" },
  ntpd_64s: { en: "ntpd, maxpoll 6 (64 s)", ja: "ntpd (maxpoll 6、64 秒)" },
  ntpd_default: { en: "ntpd, default polls (to 1024 s)", ja: "ntpd (既定、最長 1024 秒)" },
  timesyncd: { en: "systemd-timesyncd (to 2048 s)", ja: "systemd-timesyncd (最長 2048 秒)" },
  windows: { en: "Windows, default (to 9 h)", ja: "Windows (既定、最長 9 時間)" },
  sntp_hourly: { en: "SNTP devices, once an hour", ja: "SNTP 機器 (1 時間ごと)" },
  sntp_daily: { en: "SNTP devices, once a day", ja: "SNTP 機器 (1 日ごと)" },
} as const satisfies Table;

export const forecasts = {
  yes: { en: "follows", ja: "追従できます" },
  doubtful: { en: "may be off for a while, at most about {worst}", ja: "しばらくずれるおそれがあります (最大約 {worst})" },
  no: {
    en: "CANNOT FOLLOW: time moves {between} from one poll to the next (limit 128 ms)",
    ja: "追従できません: 1 回の問い合わせ間隔で {between} 動きます (限界 128 ms)",
  },
} as const satisfies Table;
