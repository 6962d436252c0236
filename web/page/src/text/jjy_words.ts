import type { Table } from "./text";

/** What is wrong with a frame: words of refclocks/jjy_frame.h. */
export const jjyFaults = {
  length: { ja: "秒の数が合いません", en: "not as many seconds as there should be" },
  unheard: { ja: "読み取れない秒があります", en: "a second could not be read" },
  markers: { ja: "マーカーの位置が合いません", en: "a marker is missing, or there is one too many" },
  zeros: { ja: "常に 0 のはずのビットが 1 です", en: "a digit that is always 0 is 1" },
  parity: { ja: "パリティーが合いません", en: "wrong parity" },
  range: { ja: "範囲外の値があります", en: "a value is out of its range" },
  leap_bits: { ja: "うるう秒のビットが規定にない組み合わせです", en: "the leap bits are none that are defined" },
} as const satisfies Table;

/** LS1 and LS2. */
export const jjyLeapBits = {
  "00": { ja: "うるう秒なし", en: "no leap second" },
  "10": { ja: "今月末に削除", en: "deleted at the end of this month" },
  "11": { ja: "今月末に挿入", en: "inserted at the end of this month" },
  "01": { ja: "規定なし", en: "not defined" },
} as const satisfies Table;
