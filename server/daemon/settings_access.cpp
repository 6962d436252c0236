#include <array>

#include "server/daemon/settings_rows.h"

namespace tokimori {
namespace {

constexpr std::array kRefusals{choice("silent", Refusal::kSilence), choice("deny", Refusal::kDeny),
                               choice("restrict", Refusal::kRestrict)};
constexpr std::array kFlags{
    choice("ignore", AccessFlag::kIgnore),     choice("noserve", AccessFlag::kNoServe),
    choice("noquery", AccessFlag::kNoQuery),   choice("limited", AccessFlag::kLimited),
    choice("kod", AccessFlag::kKod),           choice("notrust", AccessFlag::kNoTrust),
    choice("ntpport", AccessFlag::kNtpPort),   choice("nomrulist", AccessFlag::kNoMruList),
    choice("deny", AccessFlag::kDeny),         choice("restrict", AccessFlag::kRestrict),
    choice("nomodify", AccessFlag::kNoModify), choice("nopeer", AccessFlag::kNoPeer),
    choice("notrap", AccessFlag::kNoTrap),
};

constexpr std::array kRows{
    Setting{.section = "access",
            .key = "allow",
            .type = SettingType::kPrefixes,
            .default_text = "private",
            .english = "Networks that get the time, within the limits; private is those of RFC 1918 and RFC 6598, "
                       "link-local and unique local IPv6. Of all networks that hold a client the smallest decides.",
            .japanese = "時刻を配信するネットワークです (制限の範囲内)。private は RFC 1918・RFC 6598・リンクローカル・"
                        "IPv6 ULA です。クライアントを含む最も狭いネットワークの指定が優先します。",
            .fill = fill<&AccessPolicy::allow>},
    Setting{.section = "access",
            .key = "deny",
            .type = SettingType::kPrefixes,
            .english = "Networks that do not get the time; where allow names the same network, deny counts.",
            .japanese = "時刻を配信しないネットワークです。allow と同じネットワークなら deny が優先します。",
            .fill = fill<&AccessPolicy::deny>},
    Setting{.section = "access",
            .key = "query",
            .type = SettingType::kPrefixes,
            .default_text = "loopback",
            .english = "Networks whose ntpq gets an answer (NTP mode 6, reading only).",
            .japanese = "ntpq (NTP mode 6、読み取りのみ) に応答するネットワークです。",
            .fill = fill<&AccessPolicy::query>},
    Setting{.section = "access",
            .key = "refuse",
            .type = SettingType::kChoice,
            .default_text = "silent",
            .choices = kRefusals,
            .english = "What clients are told that are denied the time: nothing, or a kiss code DENY or RSTR, once in "
                       "ten seconds at most.",
            .japanese = "拒否したクライアントへの返答です。silent は無応答、deny と restrict は kiss code DENY と RSTR "
                        "を返します (10 秒に 1 回まで)。",
            .fill = fill<&AccessPolicy::refusal>},
    Setting{.section = "access",
            .key = "interval",
            .type = SettingType::kDuration,
            .default_text = "1s",
            .minimum = "1ms",
            .maximum = "1h",
            .english = "How often one client may ask in the long run; loopback is never limited.",
            .japanese = "1 クライアントが平均して問い合わせてよい間隔です。ループバックは制限しません。",
            .fill = fill<&RateLimit::interval>},
    Setting{.section = "access",
            .key = "burst",
            .type = SettingType::kInteger,
            .default_text = "16",
            .minimum = "8",
            .maximum = "255",
            .english = "How many requests one client may send at once; times interval at most 19 hours.",
            .japanese = "1 クライアントが一度に送ってよい要求の数です。interval との積は 19 時間までです。",
            .fill = fill<&RateLimit::burst>},
    Setting{
        .section = "access",
        .key = "leak",
        .type = SettingType::kInteger,
        .default_text = "5",
        .minimum = "0",
        .maximum = "15",
        .english = "Of so many requests over the limit one is answered all the same, lest a forger silence a client; "
                   "0: none.",
        .japanese = "制限を超えた要求のうち、この数につき 1 つには応答します (送信元の詐称で本物が締め出されないため)。"
                    "0 なら応答しません。",
        .fill = fill<&RateLimit::leak>},
    Setting{.section = "access",
            .key = "kod",
            .type = SettingType::kBool,
            .default_text = "false",
            .english = "Whether a client over the limit is told so by a kiss code RATE, once in ten seconds at most.",
            .japanese = "制限を超えたクライアントに kiss code RATE を返すかどうかです (10 秒に 1 回まで)。",
            .fill = fill<&AccessPolicy::kiss>},
    Setting{.section = "access",
            .key = "clients",
            .type = SettingType::kInteger,
            .default_text = "65536",
            .minimum = "1024",
            .maximum = "1048576",
            .at_restart = true,
            .english = "How many clients are remembered, of each worker as many as a power of two; each takes 44 bytes "
                       "of memory, 52 if it was turned down.",
            .japanese = "記憶するクライアントの数です (ワーカーごとに 2 のべき乗に切り上げます)。1 つあたり 44 "
                        "バイト、拒否したものは 52 バイトのメモリを使います。",
            .fill = fill<&AccessPolicy::clients>},
    Setting{.section = "access",
            .key = "ipv6_prefix",
            .type = SettingType::kInteger,
            .default_text = "128",
            .minimum = "32",
            .maximum = "128",
            .at_restart = true,
            .english = "IPv6 clients count as one where so many bits are equal; 64 where the server is public.",
            .japanese = "先頭のこのビット数が等しい IPv6 クライアントを 1 つと数えます。公開サーバでは 64 にします。",
            .fill = fill<&AccessPolicy::ipv6_prefix>},
    Setting{.section = "access",
            .key = "keys_file",
            .minimum = "0",
            .maximum = "1000",
            .english =
                "The file with the keys of clients that authenticate, in the format of chrony, readable by nobody "
                "else; empty: none. A reload reads it again.",
            .japanese = "認証するクライアントの鍵ファイルです (chrony の形式、他人が読めないこと)。空なら使いません。"
                        "再読み込みで読み直します。",
            .fill = fill<&Configuration::keys_file>},
    Setting{.section = "access.rule",
            .key = "from",
            .type = SettingType::kPrefixes,
            .required = true,
            .english = "The networks of this rule; of all rules, allow and deny the smallest network decides.",
            .japanese = "この規則のネットワークです。規則・allow・deny のうち最も狭いネットワークの指定が優先します。",
            .fill = fill<&AccessRule::from>},
    Setting{.section = "access.rule",
            .key = "flags",
            .type = SettingType::kChoices,
            .choices = kFlags,
            .english = "What these networks may not do, in the words of ntpd's restrict; none: everything is allowed. "
                       "nomodify, nopeer and notrap change nothing, as nothing of the kind is ever possible.",
            .japanese = "これらのネットワークに許さないことを ntpd の restrict の語で書きます。空ならすべて許します。"
                        "nomodify・nopeer・notrap は、もともとできないことなので何も変えません。",
            .fill = fill<&AccessRule::flags>},
    Setting{.section = "access.rule",
            .key = "interval",
            .type = SettingType::kDuration,
            .minimum = "1ms",
            .maximum = "1h",
            .english = "The same as in [access], for limited clients of this rule.",
            .japanese = "この規則で limited のクライアントに使う値です ([access] と同じ意味)。",
            .fill = fill<&AccessRule::interval>},
    Setting{.section = "access.rule",
            .key = "burst",
            .type = SettingType::kInteger,
            .minimum = "1",
            .maximum = "255",
            .english = "The same as in [access], for limited clients of this rule.",
            .japanese = "この規則で limited のクライアントに使う値です ([access] と同じ意味)。",
            .fill = fill<&AccessRule::burst>},
    Setting{.section = "access.rule",
            .key = "leak",
            .type = SettingType::kInteger,
            .minimum = "0",
            .maximum = "15",
            .english = "The same as in [access], for limited clients of this rule.",
            .japanese = "この規則で limited のクライアントに使う値です ([access] と同じ意味)。",
            .fill = fill<&AccessRule::leak>},
    enabled_row("access.rule"),
};

}  // namespace

std::span<const Setting> access_rows() {
    return kRows;
}

}  // namespace tokimori
