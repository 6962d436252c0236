import type { Table } from "./text";
import { accountPhrases } from "./phrases_accounts";
import { clockPhrases } from "./phrases_clock";
import { jjyPhrases } from "./phrases_jjy";
import { leapPhrases } from "./phrases_leap";
import { settingsPhrases } from "./phrases_settings";

const common = {
  product: { ja: "時守", en: "Tokimori" },
  seconds: { ja: "{n} 秒", en: "{n} s" },
  minutes: { ja: "{n} 分", en: "{n} min" },
  hours: { ja: "{n} 時間", en: "{n} h" },
  days: { ja: "{n} 日", en: "{n} d" },
  ago: { ja: "{age}前", en: "{age} ago" },
  inFuture: { ja: "あと {age}", en: "in {age}" },
  never: { ja: "なし", en: "never" },
  yes: { ja: "はい", en: "yes" },
  no: { ja: "いいえ", en: "no" },
  skipToContent: { ja: "本文へ移動", en: "Skip to content" },
  menu: { ja: "メニュー", en: "Menu" },
  overview: { ja: "概要", en: "Overview" },
  sources: { ja: "時刻源", en: "Sources" },
  graphs: { ja: "グラフ", en: "Graphs" },
  clients: { ja: "クライアント", en: "Clients" },
  leap: { ja: "うるう秒", en: "Leap second" },
  events: { ja: "イベント", en: "Events" },
  users: { ja: "ユーザー", en: "Users" },
  account: { ja: "アカウント", en: "Account" },
  firstSteps: { ja: "初期確認", en: "First steps" },
  logOut: { ja: "ログアウト", en: "Log out" },
  otherLanguage: { ja: "English", en: "日本語" },
  name: { ja: "名前", en: "Name" },
  state: { ja: "状態", en: "State" },
  loading: { ja: "読み込み中…", en: "Loading…" },
  nothingYet: { ja: "まだ何もありません。", en: "Nothing yet." },
  live: { ja: "更新中", en: "Live" },
  stale: { ja: "{age}前から更新なし", en: "No news for {age}" },
  daemonAway: {
    ja: "時刻サービス (tokimorid) がこのページに応答していません。表示は最後に分かった値です。",
    en: "The time service (tokimorid) does not answer this page. Values are the last known ones.",
  },
  connectionLost: {
    ja: "装置との接続が切れています。再接続しています…",
    en: "The connection to the device is lost. Reconnecting…",
  },
  previous: { ja: "前へ", en: "Previous" },
  next: { ja: "次へ", en: "Next" },
  pageOf: { ja: "{total} 件中 {from}–{to} 件", en: "{from}–{to} of {total}" },
  search: { ja: "検索", en: "Search" },
  remove: { ja: "削除", en: "Remove" },
  confirmRemove: { ja: "「{name}」を削除しますか?", en: "Remove “{name}”?" },
  time: { ja: "時刻", en: "Time" },
} as const satisfies Table;

export const phrases = { ...common, ...clockPhrases, ...leapPhrases, ...accountPhrases, ...jjyPhrases, ...settingsPhrases };
