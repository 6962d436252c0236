#include <array>

#include "server/daemon/settings_rows.h"

namespace tokimori {
namespace {

constexpr std::array kRows{
    Setting{
        .section = "upstream",
        .key = "address",
        .minimum = "1",
        .maximum = "253",
        .required = true,
        .english = "Another NTP server by name or address, as a backup and to cross-check; of a name one address is "
                   "asked, the next where that fails.",
        .japanese = "予備と相互確認に使う他の NTP サーバの名前またはアドレスです。名前の場合は一つのアドレスに問い合"
                    "わせ、応答がなければ次を使います。",
        .fill = fill<&RefclockConfiguration::host>},
    Setting{.section = "upstream",
            .key = "name",
            .minimum = "1",
            .maximum = "64",
            .english = "The unique name of the source; left out: its address.",
            .japanese = "時刻源の一意な名前です。省略すると address と同じです。",
            .fill = fill<&RefclockConfiguration::name>},
    enabled_row("upstream"),
    Setting{.section = "upstream",
            .key = "port",
            .type = SettingType::kInteger,
            .default_text = "123",
            .minimum = "1",
            .maximum = "65535",
            .english = "The UDP port of the server.",
            .japanese = "サーバの UDP ポートです。",
            .fill = fill<&RefclockConfiguration::port>},
    Setting{.section = "upstream",
            .key = "iburst",
            .type = SettingType::kBool,
            .default_text = "true",
            .english = "Asks six times, 2 s apart, at the start and after the server was away.",
            .japanese = "起動時と、サーバが途絶えた後の再開時に、2 秒間隔で 6 回問い合わせます。",
            .fill = fill<&RefclockConfiguration::iburst>},
    Setting{.section = "upstream",
            .key = "minpoll",
            .type = SettingType::kInteger,
            .default_text = "8",
            .minimum = "3",
            .maximum = "12",
            .english =
                "Log2 of the shortest interval in seconds; from 8 on the server is asked 20 times an hour at most, "
                "the burst included.",
            .japanese = "問い合わせの最短間隔 (秒の log2) です。8 以上なら、最初の連続問い合わせも含め 1 時間に 20 "
                        "回を超えません。",
            .fill = fill<&RefclockConfiguration::minpoll>},
    Setting{.section = "upstream",
            .key = "maxpoll",
            .type = SettingType::kInteger,
            .default_text = "10",
            .minimum = "3",
            .maximum = "12",
            .english = "Log2 of the longest interval in seconds, where asking more often would tell little.",
            .japanese = "問い合わせの最長間隔 (秒の log2) です。頻度を上げても得るものが少ないときに使います。",
            .fill = fill<&RefclockConfiguration::maxpoll>},
    Setting{.section = "upstream",
            .key = "key",
            .type = SettingType::kInteger,
            .default_text = "0",
            .minimum = "0",
            .maximum = "4294967295",
            .english = "The number of the key in keys_file with which request and reply are authenticated; 0: none.",
            .japanese = "要求と応答を認証する keys_file の鍵番号です。0 は認証なしです。",
            .fill = fill<&RefclockConfiguration::key>},
    Setting{.section = "upstream",
            .key = "prefer",
            .type = SettingType::kBool,
            .default_text = "false",
            .english = "Prefers this server among the sources that tell the truth.",
            .japanese = "正しい時刻源の中でこのサーバを優先します。",
            .fill = fill<&RefclockConfiguration::prefer>},
    Setting{.section = "upstream",
            .key = "noselect",
            .type = SettingType::kBool,
            .default_text = "false",
            .english = "Only watches this server and never uses its time.",
            .japanese = "監視だけ行い、時刻としては使いません。",
            .fill = fill<&RefclockConfiguration::noselect>},
    Setting{.section = "upstream",
            .key = "trust",
            .type = SettingType::kBool,
            .default_text = "false",
            .english = "Takes this server for right where sources disagree, and lets it announce a leap second alone.",
            .japanese = "時刻源が食い違うときこのサーバを正しいとみなし、うるう秒も単独で予告させます。",
            .fill = fill<&RefclockConfiguration::trust>},
};

}  // namespace

std::span<const Setting> upstream_rows() {
    return kRows;
}

}  // namespace tokimori
