#include <array>
#include <boost/json.hpp>
#include <cmath>

#include "server/tokictl/leap_words.h"
#include "server/tokictl/reply_member.h"
#include "server/tokictl/reply_text.h"
#include "server/tokictl/text_table.h"
#include "server/tokictl/units.h"

namespace tokimori {
namespace {

namespace json = boost::json;

using Line = std::pair<std::string, std::string>;

constexpr std::int64_t kSecond = 1'000'000'000;

// "2016-12-31T23:59:60Z" as "2016-12-31 23:59:60 UTC", and the same in Japan.
std::string both_times(const json::object& instant) {
    std::string utc = text_in(instant, "utc");
    if (utc.size() < 20) {
        return "-";
    }
    utc[10] = ' ';
    utc.pop_back();
    return utc + " UTC (" + text_in(instant, "jst") + ")";
}

// "in 3 d 4 h", "3 min ago" would need a grammar; one unit is enough for people.
std::string distance(const json::object& instant, Language language) {
    const std::int64_t span = integer_in(instant, "in_ns").value_or(0);
    std::string shown = age(std::abs(span));
    shown += shown.back() >= '0' && shown.back() <= '9' ? "s" : "";
    return span >= 0 ? say(language, "in {}", "あと {}", shown) : say(language, "{} ago", "{} 前", shown);
}

std::string event_of(const json::object& event, Language language) {
    if (event.empty()) {
        return say(language, "none known", "予定なし");
    }
    const json::object& at = object_in(event, "at");
    return say(language, "{} at {}, {}", "{} {} ({})", leap_kind_text(text_in(event, "kind"), language), both_times(at),
               distance(at, language));
}

std::string mode_of(const json::object& policy, Language language) {
    if (text_in(policy, "mode") == "smear") {
        return say(language, "smear over {} min, LI stays 0", "smear ({} 分間で調整、LI は 0 のまま)",
                   integer_in(policy, "smear_minutes").value_or(0));
    }
    return say(language, "insert, announced {} h before", "挿入・削除 ({} 時間前から予告)",
               integer_in(policy, "announce_ns").value_or(0) / (3600 * kSecond));
}

std::string source_of(const json::object& policy, Language language) {
    return text_in(policy, "source") == "manual"
               ? say(language, "manual: only the entries in [[leap.manual]]", "手動: [[leap.manual]] の項目のみ")
               : say(language, "auto: table, sources and entries", "自動: 表、時刻源、手動の項目");
}

// In plain words, since it is easily overlooked.
std::string served_time(const json::object& leap, Language language) {
    const json::object& until = object_in(leap, "not_utc_until");
    if (until.empty()) {
        return say(language, "UTC", "UTC");
    }
    const std::string off = full_seconds(integer_in(leap, "from_utc_ns"));
    return say(language, "NOT UTC: {} s from it ({} ppm), until {}", "UTC ではありません: 差 {} 秒 ({} ppm)、{} まで",
               off, decimal(number_in(leap, "rate_ppm"), 1, true), both_times(until));
}

std::string table_of(const json::object& leap, Language language) {
    const json::object& table = object_in(leap, "table");
    std::string text = text_in(table, "from") == "list" ? text_in(table, "file") : say(language, "built in", "内蔵");
    text += say(language, ", as of {}, expires {}", " ({} 更新、期限 {})", text_in(table, "updated"),
                text_in(table, "expires"));
    const std::string state = text_in(table, "state");
    if (state == "expired") {
        text += say(language, ": EXPIRED; time is served all the same", "。期限切れですが、配信は続けます");
    } else if (state == "expires_soon") {
        text += say(language, ": in {} days", "。あと {} 日です", integer_in(table, "expires_in_days").value_or(0));
    }
    const std::string refused = text_in(table, "refused");
    return refused.empty()
               ? text
               : text + say(language, "; {} was refused: {}", "。{} は使えません: {}", text_in(table, "file"), refused);
}

std::string month_end(const json::object& leap, Language language) {
    const json::object& end = object_in(leap, "month_end");
    return say(language, "{} UTC ({}): {} ({})", "{} UTC ({}): {} ({})", text_in(end, "day"), text_in(end, "jst"),
               leap_kind_text(text_in(end, "kind"), language), leap_ground_text(text_in(end, "by"), language));
}

std::vector<Line> lines_of(const json::object& leap, Language language) {
    const json::object& policy = object_in(leap, "policy");
    std::vector<Line> lines{
        {say(language, "State", "状態"), leap_phase_text(text_in(leap, "phase"), language)},
        {say(language, "Served time", "配信時刻"), served_time(leap, language)},
        {"TAI - UTC", count(integer_in(leap, "tai_minus_utc")) + say(language, " s", " 秒")},
        {say(language, "Next", "次回"), event_of(object_in(leap, "next"), language)},
        {say(language, "Last", "前回"), event_of(object_in(leap, "last"), language)},
        {say(language, "End of month", "今月末"), month_end(leap, language)},
        {say(language, "Mode", "方式"), mode_of(policy, language)},
        {say(language, "Source", "情報源"), source_of(policy, language)},
        {say(language, "Table", "うるう秒の表"), table_of(leap, language)},
    };
    const json::object& next = object_in(leap, "next");
    for (const auto& [member, name] : {std::pair{"announced", say(language, "Announced", "予告期間")},
                                       {"smeared", say(language, "Smeared", "調整期間")}}) {
        const json::object& span = object_in(next, member);
        if (!span.empty()) {
            lines.insert(lines.begin() + 4,
                         {name, both_times(object_in(span, "begins")) + " - " + both_times(object_in(span, "ends"))});
        }
    }
    if (flag_in(policy, "change_waits")) {
        lines.emplace_back(say(language, "Waiting", "保留"),
                           say(language, "changed settings take effect when the leap second is over",
                               "変更した設定は、うるう秒の終了後に反映します"));
    }
    return lines;
}

std::string alarms(const json::object& leap, Language language) {
    std::string text;
    if (flag_in(leap, "disagreement")) {
        text += say(language, "\nALARM: the sources disagree about the end of this month; see below.\n",
                    "\n警報: 今月末のうるう秒について情報源が食い違っています。下の表を確認してください。\n");
    } else if (flag_in(leap, "unconfirmed")) {
        text += say(language, "\nWARNING: a leap second is announced that nobody confirms; it is not armed.\n",
                    "\n警告: 裏付けのないうるう秒の予告があります。実行しません。\n");
    }
    return text;
}

std::string votes(const json::object& leap, Language language) {
    const json::array& list = list_in(leap, "votes");
    if (list.empty()) {
        return {};
    }
    TextTable table{{{say(language, "Source", "情報源")},
                     {say(language, "Day (UTC)", "日付 (UTC)")},
                     {"JST"},
                     {say(language, "Says", "内容")},
                     {say(language, "Age", "経過"), TextTable::Align::kRight},
                     {say(language, "Weight", "重み")},
                     {say(language, "Result", "結果")}}};
    for (const json::value& each : list) {
        const json::object& vote = each.as_object();
        table.add({text_in(vote, "name"), text_in(vote, "day"), text_in(vote, "jst"),
                   leap_kind_text(text_in(vote, "says"), language), age(integer_in(vote, "age_ns")),
                   leap_weight_text(text_in(vote, "weight"), language),
                   leap_standing_text(text_in(vote, "standing"), language)});
    }
    return "\n" + table.text();
}

}  // namespace

std::string leap_text(const json::object& reply, Language language) {
    const json::object& leap = object_in(reply, "leap");
    if (!flag_in(leap, "known")) {
        return say(language, "The time is not known yet, so nothing can be said about leap seconds.\n",
                   "まだ時刻が分からないため、うるう秒について表示できません。\n");
    }
    return text_of_lines(lines_of(leap, language)) + alarms(leap, language) + votes(leap, language);
}

}  // namespace tokimori
