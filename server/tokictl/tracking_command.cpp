#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cmath>
#include <vector>

#include "server/tokictl/asking.h"
#include "server/tokictl/reason_text.h"
#include "server/tokictl/reply_member.h"
#include "server/tokictl/reply_text.h"
#include "server/tokictl/text_table.h"
#include "server/tokictl/units.h"
#include "server/tokictl/words.h"

namespace tokimori {
namespace {

namespace json = boost::json;

constexpr const char* kUnknown = "-";

using Lines = std::vector<std::pair<std::string, std::string>>;

std::string or_dash(std::string text) {
    return text.empty() ? kUnknown : std::move(text);
}

// Milliseconds are enough for people.
constexpr std::size_t kDecimals = 3;

// "2026-11-28T07:12:00.250000000Z" as "2026-11-28 07:12:00.250 UTC".
std::string shown_utc(const std::string& text) {
    if (!text.ends_with('Z')) {
        return or_dash(text);
    }
    std::string shown = text.substr(0, std::min(text.find('.') + kDecimals + 1, text.size() - 1));
    std::ranges::replace(shown, 'T', ' ');
    return shown + " UTC";
}

// "2026-11-28 16:12:00.250000000 JST", likewise.
std::string shown_jst(const std::string& text) {
    const std::size_t point = text.find('.');
    const std::size_t zone = text.rfind(' ');
    return point < zone && zone != std::string::npos
               ? text.substr(0, std::min(point + kDecimals + 1, zone)) + text.substr(zone)
               : or_dash(text);
}

std::string refid_of(const json::object& tracking) {
    const std::string source = text_in(tracking, "source");
    return or_dash(text_in(tracking, "refid")) + (source.empty() ? "" : " (" + source + ")");
}

std::string ago(std::optional<std::int64_t> nanoseconds, Language language) {
    return nanoseconds ? say(language, "{} s ago", "{} 秒前", decimal(static_cast<double>(*nanoseconds) * 1e-9, 3))
                       : kUnknown;
}

std::string seconds(std::optional<std::int64_t> nanoseconds, Language language) {
    return nanoseconds ? say(language, "{} seconds", "{} 秒", full_seconds(nanoseconds)) : kUnknown;
}

std::string pending(std::optional<std::int64_t> nanoseconds, Language language) {
    if (!nanoseconds) {
        return kUnknown;
    }
    const std::string magnitude = full_seconds(std::abs(*nanoseconds));
    return *nanoseconds < 0 ? say(language, "{} seconds fast", "{} 秒進んでいます", magnitude)
                            : say(language, "{} seconds slow", "{} 秒遅れています", magnitude);
}

// As chronyc: what the counter would do if nobody corrected it.
std::string frequency(std::optional<double> ppm, Language language) {
    if (!ppm) {
        return kUnknown;
    }
    const std::string magnitude = decimal(std::abs(*ppm), 3);
    return *ppm < 0 ? say(language, "{} ppm fast", "{} ppm 進み", magnitude)
                    : say(language, "{} ppm slow", "{} ppm 遅れ", magnitude);
}

std::string ppm(std::optional<double> value) {
    return value ? decimal(value, 3) + " ppm" : kUnknown;
}

constexpr std::array kLeaps{
    Word{"none", {"Normal", "通常"}},
    Word{"insert", {"Insert second", "うるう秒の挿入を予告中"}},
    Word{"delete", {"Delete second", "うるう秒の削除を予告中"}},
    Word{"unsynchronised", {"Not synchronised", "未同期"}},
};

constexpr std::array kSystemClocks{
    Word{"left", {"left alone", "調整していません"}},
    Word{"forbidden", {"left alone: the right to set it is missing", "調整する権限がありません"}},
    Word{"waiting", {"waits for the time", "時刻の確定を待っています"}},
    Word{"following", {"follows", "追従しています"}},
    Word{"far_off", {"far off, being slewed", "大きくずれており、徐々に補正しています"}},
    Word{"unsynchronised", {"left to itself", "自走しています"}},
};

std::string system_clock(const json::object& clock, Language language) {
    const std::string text = or_dash(in_words(kSystemClocks, text_in(clock, "state"), language));
    const auto offset = integer_in(clock, "offset_ns");
    return offset ? text + say(language, ", {}", "、{}", pending(offset, language)) : text;
}

std::string state(const json::object& at, Language language) {
    const auto since = integer_in(at, "state_age_ns");
    std::string text = state_text(text_in(at, "state"), language);
    if (since) {
        text += say(language, ", for {} s", " ({} 秒間)", *since / 1'000'000'000);
    }
    if (flag_in(at, "disputed")) {
        text += say(language, "; sources contradict each other", "。時刻源が食い違っています");
    }
    if (flag_in(at, "lab_mode")) {
        text += say(language, "; LABORATORY", "。試験モードです");
    }
    return text;
}

std::string bound(const json::object& tracking, Language language) {
    const auto distance = integer_in(tracking, "root_distance_ns");
    return distance ? say(language, "+/- {}", "± {}", short_span(distance)) : kUnknown;
}

Lines lines_of(const json::object& reply, Language language) {
    const json::object& at = object_in(reply, "at");
    const json::object& tracking = object_in(reply, "tracking");
    const auto span = [&](std::string_view name) { return seconds(integer_in(tracking, name), language); };
    Lines lines{
        {say(language, "Reference ID", "参照 ID"), refid_of(tracking)},
        {say(language, "Stratum", "Stratum"), count(integer_in(tracking, "stratum"))},
        {say(language, "State", "状態"), state(at, language)},
        {say(language, "Time", "時刻"), shown_utc(text_in(at, "utc")) + "   " + shown_jst(text_in(at, "jst"))},
        {say(language, "Error bound", "誤差の上限"), bound(tracking, language)},
        {say(language, "Ref time", "基準時刻"),
         shown_utc(text_in(tracking, "reference_utc")) + "   " + shown_jst(text_in(tracking, "reference_jst"))},
        {say(language, "Last update", "最終更新"), ago(integer_in(tracking, "last_update_age_ns"), language)},
        {say(language, "Served time", "配信時刻"), pending(integer_in(tracking, "pending_ns"), language)},
        {say(language, "System clock", "システム時計"), system_clock(object_in(tracking, "system_clock"), language)},
        {say(language, "Last offset", "最終オフセット"), span("last_offset_ns")},
        {say(language, "RMS offset", "オフセット RMS"), span("jitter_ns")},
        {say(language, "Frequency", "周波数"), frequency(number_in(tracking, "frequency_ppm"), language)},
        {say(language, "Skew", "周波数の不確かさ"), ppm(number_in(tracking, "skew_ppm"))},
        {say(language, "Wander", "周波数の変動"), ppm(number_in(tracking, "wander_ppm"))},
        {say(language, "Root delay", "ルート遅延"), span("root_delay_ns")},
        {say(language, "Root dispersion", "ルート分散"), span("root_dispersion_ns")},
        {say(language, "Valid for", "有効期間の残り"), span("valid_for_ns")},
        {say(language, "Leap status", "うるう秒"), or_dash(in_words(kLeaps, text_in(tracking, "leap"), language))},
    };
    if (const std::string fault{text_in(at, "storage_fault")}; !fault.empty()) {
        lines.push_back({say(language, "NOT WRITTEN", "保存できません"), fault});
    }
    if (const std::string fault{text_in(at, "panel_fault")}; !fault.empty()) {
        lines.push_back({say(language, "FRONT PANEL", "前面パネルの異常"), fault});
    }
    return lines;
}

}  // namespace

std::string tracking_text(const json::object& reply, Language language) {
    return text_of_lines(lines_of(reply, language));
}

Action prepare_tracking(CLI::App& app, Language language) {
    return ask_for(app, language, {"tracking", tracking_text});
}

}  // namespace tokimori
