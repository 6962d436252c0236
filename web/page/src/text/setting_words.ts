import type { Table } from "./text";

/** Sections of the configuration. */
export const sectionNames = {
  server: { ja: "サーバー", en: "Server" },
  clock: { ja: "時計", en: "Clock" },
  refclock: { ja: "受信機・時刻源", en: "Receivers" },
  upstream: { ja: "上位 NTP サーバー", en: "Other NTP servers" },
  leap: { ja: "うるう秒", en: "Leap second" },
  "leap.manual": { ja: "うるう秒 (手動)", en: "Leap seconds by hand" },
  access: { ja: "アクセス", en: "Access" },
  "access.rule": { ja: "アクセス規則", en: "Access rules" },
  control: { ja: "制御ソケット", en: "Control socket" },
  state: { ja: "保存", en: "State" },
  statistics: { ja: "統計ファイル", en: "Statistics files" },
  front_panel: { ja: "前面パネル", en: "Front panel" },
  log: { ja: "ログ", en: "Log" },
} as const satisfies Table;

export const changeKinds = {
  apply: { ja: "変更", en: "change" },
  undo: { ja: "取り消し", en: "undo" },
  restore: { ja: "復元", en: "restore" },
  factory_reset: { ja: "初期設定", en: "factory reset" },
  return: { ja: "元に戻った", en: "gone back" },
} as const satisfies Table;
