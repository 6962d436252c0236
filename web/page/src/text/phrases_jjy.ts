import type { Table } from "./text";

/** A minute of JJY. */
export const jjyPhrases = {
  jjyFrame: { ja: "受信した 1 分間の符号", en: "The minute as it was received" },
  jjyFrameIs: { ja: "60 秒の符号: {frame}", en: "The code of 60 seconds: {frame}" },
  jjyZero: { ja: "0 (0.8 秒)", en: "0 (0.8 s)" },
  jjyOne: { ja: "1 (0.5 秒)", en: "1 (0.5 s)" },
  jjyMarker: { ja: "マーカー (0.2 秒)", en: "marker (0.2 s)" },
  jjyUnread: { ja: "読み取れず", en: "not readable" },
  jjyAbsent: { ja: "なし (モールス符号など)", en: "nothing (Morse, or missed)" },
  jjyMinute: { ja: "分", en: "minute" },
  jjyHour: { ja: "時", en: "hour" },
  jjyDay: { ja: "通算日", en: "day of the year" },
  jjyYear: { ja: "年", en: "year" },
  jjyWeekday: { ja: "曜日", en: "weekday" },
  jjyParity: { ja: "パリティー", en: "parity" },
  jjyLeap: { ja: "うるう秒 (LS1, LS2)", en: "Leap second (LS1, LS2)" },
  jjyStop: { ja: "停波予告 (ST1–ST6)", en: "Planned stop (ST1–ST6)" },
  jjyNames: { ja: "示す時刻", en: "Names the minute" },
  jjyParityHour: { ja: "パリティー PA1 (時)", en: "Parity PA1 (hour)" },
  jjyParityMinute: { ja: "パリティー PA2 (分)", en: "Parity PA2 (minute)" },
  jjyParityRight: { ja: "正しい", en: "right" },
  jjyParityWrong: { ja: "誤り", en: "wrong" },
  jjyFault: { ja: "符号の検査", en: "Check of the frame" },
  jjySound: { ja: "誤りなし", en: "sound" },
  jjyAgreeing: { ja: "連続して一致した分数", en: "Minutes that agree in a row" },
} as const satisfies Table;
