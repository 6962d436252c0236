import type { Table } from "./text";

/** Why a leap-seconds.list is not taken: the codes of leap/leap_list.cpp and of the daemon beside them. */
export const leapListFaults = {
  mark_twice: { en: "The line {mark} is there twice.", ja: "{mark} の行が 2 つあります。" },
  mark_wrong: { en: "{mark} is not followed by one time in NTP seconds.", ja: "{mark} の後が NTP 秒の時刻になっていません。" },
  mark_missing: { en: "There is no line {mark}.", ja: "{mark} の行がありません。" },
  hash_wrong: { en: "#h is not followed by five hexadecimal words.", ja: "#h の後が 16 進数 5 語になっていません。" },
  hash_long: { en: "#h is followed by more than five words.", ja: "#h の後が 5 語を超えています。" },
  hash_differs: { en: "The hash (#h) is not that of the list: it is damaged or was changed.", ja: "ハッシュ (#h) が一致しません。壊れているか、変更されています。" },
  first_row: { en: "The first row is not 2272060800 10 (1972-01-01).", ja: "最初の行が 2272060800 10 (1972-01-01) ではありません。" },
  row_too_late: { en: "A row lies after the year 2261.", ja: "2261 年より後の行があります。" },
  row_no_month: { en: "A row is not the first day of a month, 00:00:00 UTC.", ja: "月初 00:00:00 UTC ではない行があります。" },
  row_order: { en: "A row is not later than the one before it.", ja: "前の行より後になっていない行があります。" },
  row_step: { en: "TAI-UTC changes by something other than one second.", ja: "TAI-UTC の変化が 1 秒ではありません。" },
  line_unknown: { en: "This is neither a comment nor a row of two whole numbers.", ja: "注釈でも、整数 2 つの行でもありません。" },
  no_rows: { en: "It has no rows.", ja: "うるう秒の行がありません。" },
  changed_too_late: { en: "It says that it was changed after the year 2261.", ja: "更新日時が 2261 年より後になっています。" },
  too_large: { en: "The file is larger than 1 MiB.", ja: "ファイルが 1 MiB を超えています。" },
  older: {
    en: "It is of {updated} and expires {expires}; the table in use is newer: of {used}, expires {until}.",
    ja: "使用中の表より古いリストです。リスト: {updated} 更新、期限 {expires}。使用中: {used} 更新、期限 {until}。",
  },
  changes_past: { en: "It changes leap seconds of the past, which nobody does.", ja: "過去のうるう秒が書き換えられています。" },
} as const satisfies Table;
