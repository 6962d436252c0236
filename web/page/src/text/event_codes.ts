import type { Table } from "./text";
import { states } from "./codes";

export const eventKinds = {
  access: { ja: "ログイン", en: "Access" },
  accounts: { ja: "アカウント", en: "Accounts" },
  settings: { ja: "設定", en: "Settings" },
  clock: { ja: "時計", en: "Clock" },
} as const satisfies Table;

export const eventCodes = {
  ...states,
  login: { ja: "ログインしました", en: "logged in" },
  login_failed: { ja: "ログインに失敗しました", en: "failed to log in" },
  setup_failed: { ja: "セットアップコードが誤っていました", en: "gave a wrong setup code" },
  password_failed: { ja: "パスワードの確認に失敗しました", en: "failed to show the own password" },
  logout: { ja: "ログアウトしました", en: "logged out" },
  setup: { ja: "最初のユーザーを登録しました", en: "the first user was made" },
  password_changed: { ja: "パスワードを変更しました", en: "changed the password" },
  user_added: { ja: "ユーザーを追加しました", en: "added a user" },
  user_removed: { ja: "ユーザーを削除しました", en: "removed a user" },
  token_added: { ja: "トークンを作成しました", en: "made a token" },
  token_removed: { ja: "トークンを削除しました", en: "removed a token" },
  certificate_uploaded: { ja: "証明書をアップロードしました", en: "uploaded a certificate" },
  certificate_forgotten: { ja: "証明書を装置のものに戻しました", en: "went back to the device’s own certificate" },
  settings_applied: { ja: "設定を変更しました", en: "changed the settings" },
  settings_undone: { ja: "設定の変更を取り消しました", en: "undid a change of the settings" },
  settings_restored: { ja: "設定を復元しました", en: "restored the settings" },
  factory_reset: { ja: "設定を初期状態に戻しました", en: "reset the settings" },
  settings_confirmed: { ja: "設定を確定しました", en: "kept the settings" },
  settings_returned: { ja: "元の設定に戻りました", en: "the settings went back" },
  leap_list_kept: { ja: "うるう秒リストを更新しました", en: "uploaded a leap second list" },
  leap_list_forgotten: { ja: "アップロードしたうるう秒リストを取り消しました", en: "took the uploaded leap second list back" },
  restart_asked: { ja: "時刻サービスを再起動しました", en: "restarted the time service" },
  no_daemon: { ja: "時刻サービスが応答しません", en: "the time service does not answer" },
} as const satisfies Table;
