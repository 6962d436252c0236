import type { Text } from "./text";

export interface AlarmWords {
  what: Text;
  effect: Text;
  next: Text;
}

export const alarmWords = {
  never_synchronised: {
    what: { ja: "まだ一度も同期していません", en: "Never synchronised so far" },
    effect: {
      ja: "クライアントには「未同期」(LI = 3、stratum 0) と応答します。この装置の時刻は使われません。",
      en: "Clients are told “not synchronised” (LI = 3, stratum 0) and do not use this device.",
    },
    next: {
      ja: "アンテナと受信機の接続を確認し、「時刻源」で理由を確かめてください。",
      en: "Check the antenna and the receiver, and read the reasons under Sources.",
    },
  },
  unsynchronised: {
    what: { ja: "同期が外れています", en: "Synchronisation is lost" },
    effect: {
      ja: "クライアントには「未同期」(LI = 3) と応答します。各機器は自分の時計で動き続けます。",
      en: "Clients are told “not synchronised” (LI = 3) and go on by their own clocks.",
    },
    next: {
      ja: "「時刻源」で、いつからどの時刻源が聞こえないかを確認してください。",
      en: "See under Sources which one fell silent, and when.",
    },
  },
  holdover: {
    what: { ja: "ホールドオーバー中です", en: "Holdover" },
    effect: {
      ja: "時刻の配信は続きます。誤差の上限は少しずつ広がります。",
      en: "Time is served on; its error bound grows slowly.",
    },
    next: {
      ja: "有効期間が終わる前に、受信を回復させてください。",
      en: "Restore reception before the time left runs out.",
    },
  },
  local: {
    what: { ja: "自走クロックを配信しています", en: "The free counter is being served" },
    effect: {
      ja: "ネットワーク内の時刻はそろいますが、正しい時刻とは限りません (refid LOCL)。",
      en: "The network agrees with itself, but nobody vouches for the time (refid LOCL).",
    },
    next: { ja: "受信機または上位サーバーを回復させてください。", en: "Restore a receiver or another server." },
  },
  disputed: {
    what: { ja: "時刻源が互いに食い違っています", en: "Sources contradict each other" },
    effect: {
      ja: "配信は続きます。誤差の上限は、食い違う両方を含むように広げています。",
      en: "Time is served on; its error bound was widened to cover both sides.",
    },
    next: {
      ja: "「時刻源」で × や ~ の付いたものを調べてください。3 つ目の時刻源があれば、どちらが正しいか判断できます。",
      en: "Look at the contradicted ones under Sources. A third source would tell who is right.",
    },
  },
  storage_fault: {
    what: { ja: "ディスクに保存できません", en: "The disk takes nothing" },
    effect: {
      ja: "時刻の配信に影響はありません。設定の変更や学習した内容は、再起動すると失われることがあります。",
      en: "None on the time served. Changed settings and what was learned may be lost at a restart.",
    },
    next: {
      ja: "空き容量とカードの状態を確認してください: {details}",
      en: "Look at the room left and at the card: {details}",
    },
  },
  panel_fault: {
    what: { ja: "前面パネルのラインを使えません", en: "A line of the front panel cannot be used" },
    effect: {
      ja: "時刻の配信に影響はありません。警報リレーやランプが実際の状態を示さないことがあります。",
      en: "None on the time served. The alarm relay or a lamp may not show what is so.",
    },
    next: {
      ja: "[front_panel] の指定と配線を確認してください: {details}",
      en: "Look at [front_panel] and at the wiring: {details}",
    },
  },
  lab_mode: {
    what: { ja: "試験モードです (lab_mode)", en: "Laboratory mode" },
    effect: {
      ja: "模擬の時刻を本物として配信します。実際の時刻とは限りません。",
      en: "Simulated time is served as if it were real. It may be made up.",
    },
    next: {
      ja: "運用する前に設定ファイルの lab_mode を false にして再起動してください。",
      en: "Set lab_mode to false in the configuration and restart before real clients rely on it.",
    },
  },
  clients_replaced: {
    what: { ja: "クライアントの表がいっぱいになりました", en: "The table of clients was full" },
    effect: {
      ja: "時刻の配信に影響はありません。古いクライアントの記録から置き換えています。",
      en: "None on the time served. Records of clients not seen for long made room for others.",
    },
    next: {
      ja: "クライアントが本当に多い場合は [access] clients を増やしてください。",
      en: "If there really are so many clients, raise clients in [access].",
    },
  },
  system_clock_forbidden: {
    what: { ja: "この装置自身の時計を調整する権限がありません", en: "The right to set this device’s own clock is missing" },
    effect: { ja: "NTP の配信に影響はありません。ログの時刻がずれることがあります。", en: "None on NTP. The times in this device’s logs may be off." },
    next: { ja: "サービスに CAP_SYS_TIME を与えてください。", en: "Give the service CAP_SYS_TIME." },
  },
  system_clock_far_off: {
    what: { ja: "この装置自身の時計が大きくずれています", en: "This device’s own clock is far off" },
    effect: { ja: "NTP の配信に影響はありません。徐々に補正しています。", en: "None on NTP. It is being slewed." },
    next: { ja: "急ぐ場合は tokimorid に SIGUSR1 を送ると一度に合わせます。", en: "To set it at once, send SIGUSR1 to tokimorid." },
  },
  source_silent: {
    what: { ja: "時刻源「{source}」を受信できません", en: "Source “{source}” is not heard" },
    effect: {
      ja: "他の時刻源がある間は配信に影響しません。なくなるとホールドオーバーになります。",
      en: "None while another source is followed; holdover after that.",
    },
    next: { ja: "アンテナ、ケーブル、機器の設定を確認してください。", en: "Check the antenna, the cable and the device’s settings." },
  },
  source_refused: {
    what: { ja: "時刻源「{source}」を採用していません", en: "Source “{source}” is not believed" },
    effect: { ja: "この時刻源は配信時刻に影響しません。", en: "It has no influence on the time served." },
    next: { ja: "理由: {reason}。この時刻源の設定と配線を確認してください。", en: "Reason: {reason}. Check its settings and wiring." },
  },
  antenna_open: {
    what: { ja: "「{source}」のアンテナが開放です", en: "The antenna of “{source}” is open" },
    effect: { ja: "受信できなくなるおそれがあります。", en: "Reception may fail." },
    next: { ja: "アンテナのコネクターとケーブルを確認してください。", en: "Check the antenna’s connector and cable." },
  },
  antenna_short: {
    what: { ja: "「{source}」のアンテナが短絡しています", en: "The antenna of “{source}” is short-circuited" },
    effect: { ja: "受信できなくなるおそれがあります。", en: "Reception may fail." },
    next: { ja: "アンテナのケーブルを外して点検してください。", en: "Disconnect and inspect the antenna cable." },
  },
  leap_disagreement: {
    what: { ja: "今月末のうるう秒について情報源が食い違っています", en: "Sources disagree about a leap second at the end of this month" },
    effect: { ja: "採用した情報どおりに配信します。誤っていれば 1 秒ずれます。", en: "What is in force is served; if it is wrong, time will be off by 1 s." },
    next: { ja: "「うるう秒」の表で、どの情報源が異なるかを確認してください。", en: "See the votes under Leap second." },
  },
  leap_unconfirmed: {
    what: { ja: "裏付けのないうるう秒の予告があります", en: "A leap second is announced that nobody confirms" },
    effect: { ja: "実行しません。クライアントには影響ありません。", en: "It is not armed; clients notice nothing." },
    next: { ja: "公式の発表 (IERS、NICT) を確認してください。", en: "Check the official announcements (IERS, NICT)." },
  },
  leap_announced: {
    what: { ja: "うるう秒を予告中です", en: "A leap second is announced" },
    effect: { ja: "LI でクライアントに知らせています。", en: "LI tells clients of it." },
    next: { ja: "操作は不要です。", en: "Nothing needs to be done." },
  },
  smearing: {
    what: { ja: "smear 中です: 配信時刻は UTC ではありません", en: "Smearing: served time is not UTC" },
    effect: {
      ja: "すべてのクライアントが少しずつ遅らされ (または進められ) ます。",
      en: "All clients are led away from UTC slowly, until the leap second is absorbed.",
    },
    next: {
      ja: "操作は不要です。smear しない時刻サーバーと混ぜて使わないでください。",
      en: "Nothing needs to be done. Do not let clients also use servers that do not smear.",
    },
  },
  leap_change_waits: {
    what: { ja: "うるう秒の設定の変更を保留しています", en: "Changed leap settings wait" },
    effect: { ja: "うるう秒が終わるまで以前の設定で配信します。", en: "The former settings are served until the leap second is over." },
    next: { ja: "操作は不要です。終了後に反映します。", en: "Nothing needs to be done." },
  },
  leap_list_refused: {
    what: { ja: "leap-seconds.list を使えません", en: "leap-seconds.list was refused" },
    effect: { ja: "以前からの表で配信を続けます。", en: "Time is served by the table known before." },
    next: { ja: "正しいファイルに置き換えてください: {details}", en: "Replace the file: {details}" },
  },
  leap_table_expired: {
    what: { ja: "うるう秒の表の期限が切れています", en: "The leap second table has expired" },
    effect: { ja: "配信は続けます。新しいうるう秒は時刻源の予告だけが頼りです。", en: "Time is served on; new leap seconds are known from sources only." },
    next: { ja: "新しい leap-seconds.list を置いてください。", en: "Install a newer leap-seconds.list." },
  },
  leap_table_expires: {
    what: { ja: "うるう秒の表の期限が近づいています", en: "The leap second table expires soon" },
    effect: { ja: "まだ影響はありません。", en: "None yet." },
    next: { ja: "新しい leap-seconds.list を置いてください。", en: "Install a newer leap-seconds.list." },
  },
  certificate_expires: {
    what: { ja: "TLS 証明書の期限まで 30 日以内です", en: "The TLS certificate expires within 30 days" },
    effect: {
      ja: "時刻の配信に影響はありません。期限を過ぎると、ブラウザーがこの画面を開かなくなることがあります。",
      en: "None on the time served. After that browsers may refuse to open this page.",
    },
    next: {
      ja: "「設定」の「バックアップと再起動」で新しい証明書をアップロードするか、装置の証明書に戻してください (管理者のみ)。",
      en: "As an administrator, upload a new one under Settings, Backup and restart, or go back to the device’s own.",
    },
  },
  certificate_expired: {
    what: { ja: "TLS 証明書の期限が切れています", en: "The TLS certificate has expired" },
    effect: {
      ja: "時刻の配信に影響はありません。ブラウザーがこの画面を開かないことがあります (IP アドレスでは警告を確認して開けます)。",
      en: "None on the time served. Browsers may refuse to open this page by its name; by its IP address they only warn.",
    },
    next: {
      ja: "「設定」の「バックアップと再起動」で新しい証明書をアップロードするか、装置の証明書に戻してください (管理者のみ)。",
      en: "As an administrator, upload a new one under Settings, Backup and restart, or go back to the device’s own.",
    },
  },
  certificate_spoilt: {
    what: { ja: "アップロードした証明書を使えません", en: "The uploaded certificate cannot be used" },
    effect: {
      ja: "時刻の配信に影響はありません。起動時に読み出せなかったため、装置の証明書を使っています。",
      en: "None on the time served. It could not be used at the start, so the device’s own is in its place.",
    },
    next: {
      ja: "「設定」の「バックアップと再起動」で証明書を再度アップロードするか、装置の証明書に戻してください (管理者のみ)。カードの状態も確認してください。",
      en: "As an administrator, upload it again under Settings, Backup and restart, or go back to the device’s own. Look at the card, too.",
    },
  },
  certificate_passing: {
    what: { ja: "装置の証明書を使えません", en: "The device’s own certificate cannot be used" },
    effect: {
      ja: "時刻の配信に影響はありません。起動するたびに一時的な証明書を作るため、ブラウザーが毎回警告します。",
      en: "None on the time served. One is made anew at each start, so browsers warn each time.",
    },
    next: {
      ja: "tokimori-web のディレクトリの key.pem と certificate.pem を正しいものに置き換えるか、両方を削除して再起動してください。",
      en: "Replace key.pem and certificate.pem in the directory of tokimori-web, or remove both and restart.",
    },
  },
} as const satisfies Record<string, AlarmWords>;
