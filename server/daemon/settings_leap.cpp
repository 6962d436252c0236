#include <array>

#include "server/daemon/settings_rows.h"

namespace tokimori {
namespace {

constexpr std::array kLeapModes{choice("insert", LeapMode::kInsert), choice("smear", LeapMode::kSmear)};
constexpr std::array kLeapSources{choice("auto", LeapSource::kAuto), choice("manual", LeapSource::kManual)};
constexpr std::array kManualLeapKinds{choice("insert", LeapKind::kInsert), choice("delete", LeapKind::kDelete)};

void fill_smear(Configuration& configuration, const SettingValue& value) {
    configuration.leap.smear = std::chrono::minutes{std::get<std::int64_t>(value)};
}

void fill_date(Configuration& configuration, const SettingValue& value) {
    configuration.leap_manual.back().day = std::get<UtcTime>(value).second.day;
}

constexpr std::array kRows{
    Setting{.section = "leap",
            .key = "mode",
            .type = SettingType::kChoice,
            .default_text = "insert",
            .choices = kLeapModes,
            .english = "How a leap second is served: inserted as UTC does it and announced by the leap indicator, or "
                       "smeared over the minutes before it without any announcement.",
            .japanese = "うるう秒の配信方法です。insert は予告して UTC のとおり挿入し、smear "
                        "は予告せずに直前の数十分から数時間で均等に調整します。",
            .fill = fill<&LeapPolicy::mode>},
    Setting{.section = "leap",
            .key = "smear_minutes",
            .type = SettingType::kInteger,
            .default_text = "120",
            .minimum = "60",
            .maximum = "400",
            .reason = "Shorter smears are faster than clients can follow (60 minutes are 278 ppm of the 500 they "
                      "have), longer ones would keep them off UTC for most of a day",
            .english = "The length of a smear, which ends with the leap second; without effect where leap seconds are "
                       "inserted. Clients that poll every 16 to 64 s follow any of them; an ntpd at its default polls "
                       "(up to 1024 s) follows none, and steps.",
            .japanese =
                "smear の長さ (分) で、うるう秒の終わりに完了します。insert では効果がありません。"
                "16〜64 秒ごとに問い合わせるクライアントはどの長さにも追従できますが、既定のまま (最大 1024 秒間隔) の "
                "ntpd はどの長さにも追従できず、時刻をステップします。",
            .fill = fill_smear},
    Setting{.section = "leap",
            .key = "announce",
            .type = SettingType::kDuration,
            .default_text = "24h",
            .minimum = "1h",
            .maximum = "24h",
            .english = "How long before an inserted leap second the leap indicator announces it.",
            .japanese = "うるう秒の挿入を閏秒指示子 (LI) で予告し始める時間です。",
            .fill = fill<&LeapPolicy::lead>},
    Setting{.section = "leap",
            .key = "mark_refid",
            .type = SettingType::kBool,
            .default_text = "true",
            .english = "Whether replies carry the reference ID 254.x.y.z (the offset from UTC, as ntpd tells it) while "
                       "time is smeared.",
            .japanese = "smear 中の応答の参照 ID を 254.x.y.z (ntpd と同じ UTC との差の表示) にするかどうかです。",
            .fill = fill<&LeapPolicy::mark_refid>},
    Setting{.section = "leap",
            .key = "smear_system_clock",
            .type = SettingType::kBool,
            .default_text = "false",
            .english = "Whether the clock of this host is smeared as well; otherwise it stays UTC, and its kernel "
                       "carries the leap second out.",
            .japanese = "このホストの時計も smear するかどうかです。しない場合は UTC のままで、うるう秒はカーネルが"
                        "実行します。",
            .fill = fill<&LeapPolicy::smear_host>},
    Setting{.section = "leap",
            .key = "change_at_once",
            .type = SettingType::kBool,
            .default_text = "false",
            .english = "Forces a change of these settings upon clients even while a leap second is being announced or "
                       "smeared; otherwise it waits until that is over.",
            .japanese = "うるう秒の予告中や smear 中でも、これらの設定の変更を直ちに反映させます。通常は終わるまで"
                        "待ちます。",
            .fill = fill<&Configuration::leap_change_at_once>},
    Setting{.section = "leap",
            .key = "source",
            .type = SettingType::kChoice,
            .default_text = "auto",
            .choices = kLeapSources,
            .english = "Where leap seconds are known from: auto weighs the list file, the sources and the entries "
                       "below; manual knows only the entries.",
            .japanese = "うるう秒の情報源です。auto はリストファイル、時刻源、下の項目から判断し、manual は下の項目"
                        "だけを使います。",
            .fill = fill<&Configuration::leap_source>},
    Setting{.section = "leap",
            .key = "list_file",
            .default_text = "/usr/share/zoneinfo/leap-seconds.list",
            .minimum = "0",
            .maximum = "1000",
            .english = "The leap-seconds.list to read besides the table built in; empty: none.",
            .japanese = "内蔵の表のほかに読む leap-seconds.list です。空なら読みません。",
            .fill = fill<&Configuration::leap_list_file>},
    Setting{.section = "leap.manual",
            .key = "date",
            .type = SettingType::kDate,
            .minimum = "1972-01-01",
            .maximum = "2105-12-31",
            .required = true,
            .english = "The UTC day whose last minute has 61 or 59 seconds: the last of a month.",
            .japanese = "最後の 1 分が 61 秒または 59 秒になる UTC の日付 (月の末日) です。",
            .fill = fill_date},
    Setting{.section = "leap.manual",
            .key = "kind",
            .type = SettingType::kChoice,
            .choices = kManualLeapKinds,
            .required = true,
            .english = "Whether a second is inserted or deleted.",
            .japanese = "秒を挿入するか削除するかです。",
            .fill = fill<&LeapEvent::kind>},
    enabled_row("leap.manual"),
};

}  // namespace

std::span<const Setting> leap_rows() {
    return kRows;
}

}  // namespace tokimori
