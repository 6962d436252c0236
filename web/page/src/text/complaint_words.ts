import type { Table } from "./text";

/** What can be wrong with settings. The English is the daemon's own (server/daemon/complaint_words.cpp); a test compares them. */
export const complaints = {
  syntax: {
    en: "This is not valid TOML; correct the line, then the rest can be checked: {what}.",
    ja: "TOML の書式に誤りがあります。この行を直すと、残りを検査できます: {what}。",
  },
  file_too_large: { en: "The file is larger than 1 MiB; is it the right one?", ja: "ファイルが 1 MiB を超えています。正しいファイルですか?" },
  line_too_long: { en: "The line is longer than {most} bytes; break it up.", ja: "行が {most} バイトを超えています。分けてください。" },
  not_a_section: {
    en: "{section} is not written as a section; give it a line {section} that stands once.",
    ja: "{section} がセクションになっていません。{section} の行を 1 つ書いてください。",
  },
  not_sections: {
    en: "{section} is not written as a section; give it a line {section} for each of them.",
    ja: "{section} がセクションになっていません。項目ごとに {section} の行を書いてください。",
  },
  not_an_entry: {
    en: "{section} is {value}; write its keys below a line {section}.",
    ja: "{section} が {value} になっています。{section} の行の下にキーを書いてください。",
  },
  too_many_entries: { en: "There are more than {most} of {section}; remove some.", ja: "{section} が {most} 個を超えています。減らしてください。" },
  value_wrong: { en: "{key} in {section} is {value}; write {expected}.", ja: "{section} の {key} が {value} になっています。{expected}を指定してください。" },
  word_unknown: {
    en: "{key} in {section} is {value}; did you mean \"{nearest}\"? Write {expected}.",
    ja: "{section} の {key} が {value} になっています。「{nearest}」ではありませんか? {expected}を指定してください。",
  },
  twice_in_list: { en: "{value} stands twice in {key}; remove one.", ja: "{key} に {value} が 2 回あります。1 つ消してください。" },
  too_many_addresses: { en: "{key} has more than {most} addresses; remove some.", ja: "{key} のアドレスが {most} 個を超えています。減らしてください。" },
  missing: {
    en: "This {section} has no {key}; add {key} = …, {expected}.",
    ja: "この {section} に {key} がありません。{key} に{expected}を指定してください。",
  },
  refid_of_simulated: {
    en: "refid cannot be set for a simulated source, which always says SIM; remove it.",
    ja: "模擬時刻源の refid は常に SIM です。refid を消してください。",
  },
  interface_missing: {
    en: "address {value} is link-local and may be on any network; say through which interface, as in {nearest}.",
    ja: "アドレス {value} はリンクローカルで、どのネットワークにもありえます。{nearest} のようにインターフェースを指定してください。",
  },
  interface_needless: {
    en: "address {value} has an interface, and only a link-local address (fe80::…) needs one; write {nearest}.",
    ja: "アドレス {value} にインターフェースが付いていますが、必要なのはリンクローカル (fe80::…) だけです。{nearest} と書いてください。",
  },
  maxpoll_below_minpoll: {
    en: "maxpoll {maxpoll} is below minpoll, which is {minpoll}; write at least that.",
    ja: "maxpoll {maxpoll} が minpoll ({minpoll}) より小さいです。minpoll 以上にしてください。",
  },
  burst_too_long: {
    en: "A burst of {burst} is paid for only after more than {hours} hours at this interval, longer than is kept of a client; write at most {most}, or a shorter interval.",
    ja: "この間隔では burst {burst} 回ぶんが元に戻るまで {hours} 時間を超え、クライアントの記録に収まりません。{most} 以下にするか、interval を短くしてください。",
  },
  chip_missing: {
    en: "{key} {value} is a number, and lines are counted on each chip; write chip = … too (gpiodetect lists them), or the line's name.",
    ja: "{key} {value} は番号で、番号はチップごとに数えます。chip も指定するか (gpiodetect で一覧できます)、ラインの名前を指定してください。",
  },
  host_is_name: {
    en: "host {value} is a name, and workers = 0 leaves no thread to resolve it; write a numeric address or \"localhost\".",
    ja: "host {value} は名前ですが、workers = 0 では名前を解決できません。数値のアドレスか \"localhost\" を指定してください。",
  },
  address_is_name: {
    en: "address {value} is a name, and workers = 0 leaves no thread to resolve it; write a numeric address.",
    ja: "address {value} は名前ですが、workers = 0 では名前を解決できません。数値のアドレスを指定してください。",
  },
  baud_wrong: {
    en: "baud {value} is no speed of a serial port; write one of {speeds}.",
    ja: "baud {value} はシリアルポートの速度ではありません。{speeds} のいずれかを指定してください。",
  },
  not_end_of_month: {
    en: "date {value} is not the last day of a month, and leap seconds fall nowhere else (ITU-R TF.460); write \"{nearest}\".",
    ja: "date {value} は月末ではありません。うるう秒が入るのは月末だけです (ITU-R TF.460)。「{nearest}」ではありませんか?",
  },
  date_twice: { en: "date {value} stands twice in [[leap.manual]]; remove one.", ja: "[[leap.manual]] に date {value} が 2 回あります。1 つ消してください。" },
  name_taken: {
    en: "The name {value} is already used in line {line}; give every source a name of its own.",
    ja: "名前 {value} は {line} 行目ですでに使われています。時刻源ごとに別の名前を付けてください。",
  },
  name_taken_elsewhere: {
    en: "The name {value} is already used in another file, line {line}; give every source a name of its own.",
    ja: "名前 {value} は別のファイルの {line} 行目ですでに使われています。時刻源ごとに別の名前を付けてください。",
  },
  outside_section: {
    en: "{key} stands outside its section; move it below {section}.",
    ja: "{key} がセクションの外にあります。{section} の下に移してください。",
  },
  section_unknown: {
    en: "There is no section {value}; did you mean {nearest}?",
    ja: "{value} というセクションはありません。{nearest} ではありませんか?",
  },
  of_another_driver: {
    en: "{key} belongs to the driver {owners}, not to \"{driver}\"; remove it from this {section}.",
    ja: "{key} は driver {owners} のもので、\"{driver}\" では使えません。この {section} から消してください。",
  },
  in_another_section: {
    en: "{key} belongs in {home}, not in {section}; move it.",
    ja: "{key} は {section} ではなく {home} のものです。移してください。",
  },
  key_unknown: {
    en: "There is no key {value} in {section}; did you mean \"{nearest}\"?",
    ja: "{section} に {value} というキーはありません。「{nearest}」ではありませんか?",
  },
  files_alone: { en: "This is changed in the configuration file only.", ja: "この項目は設定ファイルでのみ変更できます。" },
  name_too_long: { en: "A name is too long to be that of a setting.", ja: "設定の名前として長すぎます。" },
  no_value: {
    en: "This is no value of a setting; send text, a number, true or false, or a list of these.",
    ja: "設定の値ではありません。文字列、数値、true・false、またはそのリストにしてください。",
  },
  file_unreadable: { en: "{what}", ja: "設定ファイルを読めません: {what}" },
  not_in_force: { en: "{what}", ja: "この設定は有効にできませんでした: {what}" },
} as const satisfies Table;

/** What may be written, by the type of the setting: for where the daemon says so in English only. */
export const expectations = {
  bool: { en: "true or false", ja: "true または false " },
  integer: { en: "an integer from {minimum} to {maximum}", ja: "{minimum}～{maximum} の整数" },
  integer_or_auto: { en: "\"auto\" or an integer from {minimum} to {maximum}", ja: "\"auto\" または {minimum}～{maximum} の整数" },
  duration: { en: "a duration from {minimum} to {maximum}", ja: "{minimum}～{maximum} の時間 (例 \"24h\")" },
  frequency: { en: "a frequency from {minimum} to {maximum}", ja: "{minimum}～{maximum} の周波数" },
  degrees: { en: "degrees from {minimum} to {maximum}", ja: "{minimum}～{maximum} の角度 (度)" },
  choice: { en: "one of {choices}", ja: "{choices} のいずれか" },
  choices: { en: "a list of {choices}, none of them twice", ja: "{choices} のリスト (重複なし) " },
  text: { en: "{minimum} to {maximum} bytes of text", ja: "{minimum}～{maximum} バイトの文字列 (制御文字を除く) " },
  refid: { en: "1 to 4 visible ASCII characters", ja: "ASCII の図形文字 1～4 文字" },
  addresses: { en: "numeric addresses with a port from 1 to 65535", ja: "ポート (1～65535) 付きの数値アドレス (例 \"0.0.0.0:123\") " },
  prefixes: { en: "a list of networks", ja: "ネットワークのリスト (例 \"192.168.1.0/24\"、または \"private\"・\"loopback\"・\"any\") " },
  instant: { en: "a UTC time from {minimum} to {maximum}", ja: "{minimum}～{maximum} の UTC 時刻" },
  date: { en: "a date from {minimum} to {maximum}", ja: "{minimum}～{maximum} の日付" },
  sky_script: { en: "faults separated by semicolons", ja: "セミコロンで区切った障害" },
} as const satisfies Table;
