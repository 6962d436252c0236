#include <array>

#include "server/daemon/settings_rows.h"

namespace tokimori {
namespace {

constexpr std::array kPanelLines{choice("time_led", PanelLine::kTimeLed),
                                 choice("reference_led", PanelLine::kReferenceLed),
                                 choice("alarm_led", PanelLine::kAlarmLed),
                                 choice("alarm_relay", PanelLine::kAlarmRelay), choice("button", PanelLine::kButton)};

constexpr Setting line_row(std::string_view key, std::string_view english, std::string_view japanese,
                           void (*fill_it)(Configuration&, const SettingValue&)) {
    return {.section = "front_panel",
            .key = key,
            .minimum = "0",
            .maximum = "255",
            .english = english,
            .japanese = japanese,
            .fill = fill_it};
}

constexpr std::array kRows{
    line_row("chip",
             "The GPIO chip of the panel by name or label, such as gpiochip0, which lines by number need; empty: the "
             "first that has the line by name.",
             "パネルの GPIO チップの名前またはラベルです (gpiochip0 など)。ラインを番号で指定するときは必須です。"
             "空なら各ラインの名前を持つ最初のチップを使います。",
             fill<&FrontPanelConfiguration::chip>),
    line_row("time_led",
             "The GPIO line of the lamp that shows served time, by name or number, such as GPIO17; empty: none.",
             "配信時刻の状態を示すランプの GPIO ラインの名前または番号です (GPIO17 など)。空なら使いません。",
             fill<&FrontPanelConfiguration::time_led>),
    line_row("reference_led", "The GPIO line of the lamp that shows what is received; empty: none.",
             "受信の状態を示すランプの GPIO ラインです。空なら使いません。",
             fill<&FrontPanelConfiguration::reference_led>),
    line_row("alarm_led", "The GPIO line of the lamp that shows faults and warnings; empty: none.",
             "異常と警告を示すランプの GPIO ラインです。空なら使いません。", fill<&FrontPanelConfiguration::alarm_led>),
    line_row("alarm_relay",
             "The GPIO line of the alarm relay, which is energised only while the time that is served is good; empty: "
             "none.",
             "警報リレーの GPIO ラインです。正しい時刻を配信している間だけ励磁します。空なら使いません。",
             fill<&FrontPanelConfiguration::alarm_relay>),
    line_row("button", "The GPIO line of a button that lights all lamps for three seconds; empty: none.",
             "押すとすべてのランプを 3 秒間点灯する (ランプテスト) ボタンの GPIO ラインです。空なら使いません。",
             fill<&FrontPanelConfiguration::button>),
    Setting{.section = "front_panel",
            .key = "active_low",
            .type = SettingType::kChoices,
            .default_text = "button",
            .choices = kPanelLines,
            .english = "Which of these lines are lit, energised or pressed while they are low.",
            .japanese = "Low のときに点灯、励磁、または押下となるラインです。",
            .fill = fill<&FrontPanelConfiguration::active_low>},
    Setting{
        .section = "front_panel",
        .key = "holdover_alarm",
        .type = SettingType::kDuration,
        .default_text = "10m",
        .minimum = "0s",
        .maximum = "30d",
        .english = "How long a holdover is only a warning; after that it is a fault, and the relay drops.",
        .japanese = "ホールドオーバーを警告にとどめる時間です。過ぎると異常とみなし、リレーを復旧 (非励磁) します。",
        .fill = fill<&FrontPanelConfiguration::holdover_alarm>},
};

}  // namespace

std::span<const Setting> front_panel_rows() {
    return kRows;
}

}  // namespace tokimori
