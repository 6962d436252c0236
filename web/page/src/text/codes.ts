import type { Table } from "./text";

// The wording is tokictl's, so that people read the same on both.

export const reasons = {
  silent: { en: "nothing heard of it lately", ja: "最近、何も受信していません" },
  laboratory_only: { en: "simulated, and lab_mode is off", ja: "模擬時刻源です (lab_mode が無効です)" },
  noselect: { en: "only watched, as configured", ja: "設定により監視だけを行っています" },
  waiting_for_agreement: { en: "its reports do not agree with each other yet", ja: "報告どうしの一致を確認しています" },
  wrong_week: { en: "its date lies before this product was built", ja: "日付が製品の製造日より前です" },
  before_last_time: {
    en: "its date lies before the last trusted time; if that was wrong: tokimorid --forget-state",
    ja: "日付が前回までの信頼できた時刻より前です (その時刻が誤りなら tokimorid --forget-state)",
  },
  wrong_second: { en: "it names another second than our clock", ja: "秒が当方の時計と異なります" },
  wrong_leap_seconds: { en: "its GPS-UTC is not that of the leap table", ja: "GPS-UTC がうるう秒の表と異なります" },
  no_such_second: { en: "it names a second that UTC did not have", ja: "UTC に存在しない秒を示しています" },
  unlabelled: {
    en: "pulses, but nobody trustworthy numbers them",
    ja: "パルスはありますが、秒を示す時刻源がありません",
  },
  ambiguous_delay: {
    en: "its sentences fit two seconds; set its delay",
    ja: "文の遅れから秒を決められません (delay を設定してください)",
  },
  waiting_for_pulses: { en: "would do, but pulses are expected", ja: "使用できますが、パルスを待っています" },
  distant: { en: "its pulses lie off their own line", ja: "パルスがこれまでの並びから外れています" },
  too_far: { en: "its error bound is too large to set a clock by", ja: "誤差の上限が大きすぎて時計を合わせられません" },
  falseticker: {
    en: "a majority of the sources, or our own clock, says otherwise",
    ja: "多数の時刻源、または当方の時計と食い違っています",
  },
  disputed: {
    en: "it contradicts another source; nobody can tell who is right",
    ja: "他の時刻源と食い違い、どちらが正しいか判断できません",
  },
  not_enough: { en: "fewer sources agree than minimum_sources", ja: "一致する時刻源が minimum_sources より少ないです" },
  panic: { en: "further off than panic_threshold allows", ja: "補正量が panic_threshold を超えています" },
  objects: { en: "trusted, and names another second: nobody is served", ja: "信頼する時刻源が別の秒を示したため配信を止めています" },
  withheld: { en: "would do, but a trusted source objects to our second", ja: "使用できますが、信頼する時刻源が現在の秒を否定しています" },
  outlier: { en: "agrees, but too far off to be combined", ja: "一致していますが、離れているため合成していません" },
  selectable: { en: "believed, but another is better", ja: "使用できますが、より良い時刻源があります" },
  combined: { en: "combined with the one that is followed", ja: "追従中の時刻源と合成しています" },
  last_resort: {
    en: "the free counter: served only where nobody else is heard",
    ja: "自走クロックです (他の時刻源を受信できないときだけ配信します)",
  },
  selected: { en: "the clock follows it", ja: "時計はこの時刻源に追従しています" },
} as const satisfies Table;

export const states = {
  never_synchronised: { en: "not synchronised yet", ja: "まだ同期していません" },
  synchronised: { en: "synchronised", ja: "同期しています" },
  holdover: { en: "holdover: goes on by itself, within its bound", ja: "ホールドオーバー中 (自走、誤差範囲内)" },
  unsynchronised: { en: "not synchronised any more", ja: "同期が外れています" },
  local: {
    en: "not synchronised: the free counter is served as a last resort",
    ja: "未同期です。自走クロックを配信しています",
  },
} as const satisfies Table;

export const leapIndicators = {
  none: { en: "Normal", ja: "通常" },
  insert: { en: "Insert second", ja: "うるう秒の挿入を予告中" },
  delete: { en: "Delete second", ja: "うるう秒の削除を予告中" },
  unsynchronised: { en: "Not synchronised", ja: "未同期" },
} as const satisfies Table;

export const systemClocks = {
  left: { en: "left alone", ja: "調整していません" },
  forbidden: { en: "left alone: the right to set it is missing", ja: "調整する権限がありません" },
  waiting: { en: "waits for the time", ja: "時刻の確定を待っています" },
  following: { en: "follows", ja: "追従しています" },
  far_off: { en: "far off, being slewed", ja: "大きくずれており、徐々に補正しています" },
  unsynchronised: { en: "left to itself", ja: "自走しています" },
} as const satisfies Table;

export const verdicts = {
  answered: { en: "answered", ja: "応答" },
  too_short: { en: "refused: too short", ja: "拒否: 短すぎる" },
  bad_length: { en: "refused: bad length", ja: "拒否: 長さが不正" },
  bad_version: { en: "refused: bad version", ja: "拒否: 版が不正" },
  not_a_request: { en: "refused: not a request", ja: "拒否: 要求ではない" },
  control: { en: "refused: control (mode 6)", ja: "拒否: 制御 (mode 6)" },
  private: { en: "refused: private (mode 7)", ja: "拒否: 内部用 (mode 7)" },
  malformed: { en: "refused: malformed", ja: "拒否: 形式が不正" },
  unauthenticated: { en: "refused: unknown key", ja: "拒否: 鍵が不明" },
  forbidden_source: { en: "refused: forbidden source", ja: "拒否: 送信元が不正" },
  denied: { en: "refused: denied by a rule", ja: "拒否: アクセス規則" },
  rate_limited: { en: "refused: too often", ja: "拒否: 頻度が高すぎる" },
  queried: { en: "control messages answered (mode 6)", ja: "応答した制御メッセージ (mode 6)" },
  kissed: { en: "refused with a kiss code", ja: "拒否: kiss code を返答" },
} as const satisfies Table;

export const antennas = {
  unknown: { en: "unknown", ja: "不明" },
  ok: { en: "connected", ja: "接続" },
  open: { en: "open: nothing is connected", ja: "開放 (接続されていません)" },
  short: { en: "short circuit", ja: "短絡" },
} as const satisfies Table;

export const roles = {
  viewer: { en: "viewer", ja: "閲覧者" },
  operator: { en: "operator", ja: "運用者" },
  admin: { en: "administrator", ja: "管理者" },
} as const satisfies Table;

const OTHER_VERSION = {
  en: "The time service is of another version than this page. Restart the device.",
  ja: "時刻サービスとこの画面のバージョンが異なります。装置を再起動してください。",
};

/** The error codes of the page's own server, and of the page where it cannot be reached. */
export const errors = {
  wrong_login: { en: "Name or password is wrong.", ja: "名前またはパスワードが違います。" },
  wrong_setup_code: { en: "The setup code is wrong.", ja: "セットアップコードが違います。" },
  already_set_up: { en: "There are users already. Please log in.", ja: "すでにユーザーがいます。ログインしてください。" },
  too_many_failures: {
    en: "Too many failed attempts. Please wait before you try again.",
    ja: "失敗が続いたため、しばらく待ってから再試行してください。",
  },
  bad_password: {
    en: "The password needs at least 12 characters and at most 256 bytes.",
    ja: "パスワードは 12 文字以上、256 バイト以下にしてください。",
  },
  bad_name: { en: "The name must have 1 to 64 bytes and no blanks at its ends.", ja: "名前は 1～64 バイトで、前後に空白を入れないでください。" },
  bad_language: { en: "This language is not known.", ja: "この言語は使えません。" },
  bad_time_zone: { en: "This time zone is not known.", ja: "このタイムゾーンは使えません。" },
  bad_role: { en: "This role is not known.", ja: "この権限は使えません。" },
  bad_request: { en: "Please fill in all fields.", ja: "すべての項目を入力してください。" },
  name_taken: { en: "There is one of that name already.", ja: "同じ名前がすでにあります。" },
  too_many: { en: "There are 64 already.", ja: "すでに 64 件あります。" },
  last_admin: { en: "The last administrator cannot be removed.", ja: "最後の管理者は削除できません。" },
  unknown: { en: "It does not exist any more.", ja: "すでに存在しません。" },
  not_stored: { en: "The change could not be written to the disk.", ja: "変更をディスクに書き込めませんでした。" },
  not_logged_in: { en: "The session has ended. Please log in again.", ja: "セッションが終了しました。再度ログインしてください。" },
  not_allowed: { en: "Your role may not do this.", ja: "この操作を行う権限がありません。" },
  wrong_origin: { en: "The request came from another page.", ja: "別のページからの要求です。" },
  wrong_csrf_token: { en: "The session has changed. Please reload this page.", ja: "セッションが変わりました。ページを再読み込みしてください。" },
  only_https: { en: "Please open this page by https.", ja: "https で開いてください。" },
  settings_wrong: { en: "The settings are not right as they are; see the complaints.", ja: "設定に誤りがあります。指摘を確認してください。" },
  settings_changed: {
    en: "Somebody else changed the settings meanwhile. Look at them, then try once more.",
    ja: "その間に別の人が設定を変更しました。内容を確認してから、もう一度操作してください。",
  },
  settings_pending: {
    en: "An earlier change waits to be kept or taken back first.",
    ja: "先に、前の変更を確定するか戻してください。",
  },
  not_pending: { en: "Nothing waits to be confirmed any more.", ja: "確定を待つ変更はもうありません。" },
  not_written: {
    en: "The device could not write its settings: the directory of the page's file must be writable for tokimorid.",
    ja: "設定を書き込めませんでした。設定用のディレクトリに tokimorid が書き込める必要があります。",
  },
  disk_silent: {
    en: "The disk of the device does not answer, and an earlier change or reload still waits for it. Nothing was done; try again later.",
    ja: "機器のディスクが応答せず、前の変更または再読み込みが完了していません。今回の操作は行っていません。しばらくしてから再度操作してください。",
  },
  files_wrong: {
    en: "The files of settings have errors, so the service would not come back. Mend them first; tokimorid --check tells what is wrong.",
    ja: "設定ファイルに誤りがあり、再起動するとサービスが起動できません。先に修正してください。誤りは tokimorid --check で確認できます。",
  },
  leap_list_wrong: { en: "This list is not accepted.", ja: "このリストは使えません。" },
  certificate_wrong: {
    en: "Browsers would not take this certificate with this key. Nothing has changed.",
    ja: "この証明書と鍵はブラウザーで使えません。何も変更していません。",
  },
  no_certificate: { en: "No certificate was uploaded.", ja: "アップロードされた証明書はありません。" },
  no_leap_list: { en: "No list was uploaded.", ja: "アップロードされたリストはありません。" },
  leap_list_unreadable: {
    en: "The uploaded list is in use, but it cannot be read from the disk, so a backup would lack it. Upload it again.",
    ja: "使用中のアップロード済みリストをディスクから読み出せないため、バックアップに含められません。リストを再度アップロードしてください。",
  },
  leap_list_needed: {
    en: "The uploaded list stays: it alone knows of a leap second that has been, and without it the time would jump.",
    ja: "アップロードしたリストは取り消せません。実施済みのうるう秒を含むのはこのリストだけで、取り消すと時刻が飛びます。",
  },
  leap_list_not_forgotten: {
    en: "The uploaded list could not be removed from the disk.",
    ja: "アップロードしたリストをディスクから削除できませんでした。",
  },
  not_returned: { en: "The settings before could not be put back.", ja: "元の設定に戻せませんでした。" },
  unknown_change: { en: "This change is not recorded any more.", ja: "この変更の記録はもうありません。" },
  not_a_backup: {
    en: "This is no backup of settings, or one of another version.",
    ja: "設定のバックアップではないか、別の版のものです。",
  },
  bad_backup: { en: "This is no backup of Tokimori.", ja: "時守のバックアップではありません。" },
  busy: { en: "The device is busy. Please try again in a few seconds.", ja: "混み合っています。数秒後に再試行してください。" },
  no_daemon: { en: "The time service is not running.", ja: "時刻サービスが動いていません。" },
  daemon_silent: { en: "The time service does not answer.", ja: "時刻サービスが応答しません。" },
  body_too_long: { en: "This is longer than the device takes.", ja: "大きすぎるため受け付けられません。" },
  request_too_long: { en: "This is longer than the time service takes (64 KiB).", ja: "時刻サービスが受け付けられる大きさ (64 KiB) を超えています。" },
  reply_too_long: { en: "The time service has more to say than fits into a reply.", ja: "時刻サービスの応答が大きすぎます。" },
  unsupported_version: OTHER_VERSION,
  unknown_request: OTHER_VERSION,
  not_found: { en: "This does not exist in this version.", ja: "このバージョンにはありません。" },
  unreachable: { en: "The device cannot be reached.", ja: "装置に接続できません。" },
} as const satisfies Table;
