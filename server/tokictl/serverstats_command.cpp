#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <vector>

#include "server/tokictl/asking.h"
#include "server/tokictl/reply_member.h"
#include "server/tokictl/reply_text.h"
#include "server/tokictl/text_table.h"
#include "server/tokictl/units.h"

namespace tokimori {
namespace {

namespace json = boost::json;

struct Row {
    std::string_view name;
    Text text;
};

constexpr std::array kVerdicts{
    Row{"answered", {"NTP packets answered", "応答した NTP パケット"}},
    Row{"too_short", {"  refused: too short", "  拒否: 短すぎる"}},
    Row{"bad_length", {"  refused: bad length", "  拒否: 長さが不正"}},
    Row{"bad_version", {"  refused: bad version", "  拒否: 版が不正"}},
    Row{"not_a_request", {"  refused: not a request", "  拒否: 要求ではない"}},
    Row{"control", {"  refused: control (mode 6)", "  拒否: 制御 (mode 6)"}},
    Row{"private", {"  refused: private (mode 7)", "  拒否: 内部用 (mode 7)"}},
    Row{"malformed", {"  refused: malformed", "  拒否: 形式が不正"}},
    Row{"unauthenticated", {"  refused: unknown key", "  拒否: 鍵が不明"}},
    Row{"forbidden_source", {"  refused: forbidden source", "  拒否: 送信元が不正"}},
};

constexpr std::array kControl{
    Row{"accepted", {"Control connections", "制御接続"}},
    Row{"open", {"Control connections now", "現在の制御接続"}},
    Row{"requests", {"Control requests", "制御要求"}},
    Row{"refused", {"Control requests refused", "拒否した制御要求"}},
    Row{"dropped", {"Control connections dropped", "切断した制御接続"}},
};

using Lines = std::vector<std::pair<std::string, std::string>>;

// What is not known here is shown under its own name.
void add(Lines& lines, const json::object& counts, const auto& rows, Language language) {
    for (const auto& member : counts) {
        const auto* const row = std::ranges::find(rows, std::string_view{member.key()}, &Row::name);
        lines.emplace_back(row != rows.end() ? row->text.in(language) : std::string_view{member.key()},
                           count(integer_in(counts, member.key())));
    }
}

}  // namespace

std::string serverstats_text(const json::object& reply, Language language) {
    const json::object& counts = object_in(reply, "serverstats");
    Lines lines{
        {say(language, "Counted for", "集計期間"),
         say(language, "{} s", "{} 秒", full_seconds(integer_in(counts, "counted_for_ns")))},
        {say(language, "NTP packets received", "受信した NTP パケット"), count(integer_in(counts, "received"))}};
    add(lines, object_in(counts, "verdicts"), kVerdicts, language);
    for (const auto& version : object_in(counts, "versions")) {
        lines.emplace_back(
            say(language, "NTP version {} requests", "NTP バージョン {} の要求", std::string{version.key()}),
            count(integer_in(object_in(counts, "versions"), version.key())));
    }
    add(lines, object_in(counts, "control"), kControl, language);
    return text_of_lines(lines);
}

Action prepare_serverstats(CLI::App& app, Language language) {
    return ask_for(app, language, {"serverstats", serverstats_text});
}

}  // namespace tokimori
