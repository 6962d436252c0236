import type { Table } from "./text";
import { states } from "./codes";

export const eventKinds = {
  access: { ja: "ログイン", en: "Access" },
  accounts: { ja: "アカウント", en: "Accounts" },
  clock: { ja: "時計", en: "Clock" },
} as const satisfies Table;

export const eventCodes = {
  ...states,
  login: { ja: "ログインしました", en: "logged in" },
  login_failed: { ja: "ログインに失敗しました", en: "failed to log in" },
  logout: { ja: "ログアウトしました", en: "logged out" },
  setup: { ja: "最初のユーザーを登録しました", en: "the first user was made" },
  password_changed: { ja: "パスワードを変更しました", en: "changed the password" },
  user_added: { ja: "ユーザーを追加しました", en: "added a user" },
  user_removed: { ja: "ユーザーを削除しました", en: "removed a user" },
  token_added: { ja: "トークンを作成しました", en: "made a token" },
  token_removed: { ja: "トークンを削除しました", en: "removed a token" },
  no_daemon: { ja: "時刻サービスが応答しません", en: "the time service does not answer" },
} as const satisfies Table;
