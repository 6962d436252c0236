#include <array>
#include <boost/json.hpp>
#include <span>
#include <vector>

#include "server/tokictl/asking.h"
#include "server/tokictl/reply_member.h"
#include "server/tokictl/reply_text.h"
#include "server/tokictl/text_table.h"
#include "server/tokictl/units.h"
#include "server/tokictl/words.h"

namespace tokimori {
namespace {

namespace json = boost::json;

constexpr std::array kVerdicts{
    Word{"answered", {"NTP packets answered", "応答した NTP パケット"}},
    Word{"too_short", {"  refused: too short", "  拒否: 短すぎる"}},
    Word{"bad_length", {"  refused: bad length", "  拒否: 長さが不正"}},
    Word{"bad_version", {"  refused: bad version", "  拒否: 版が不正"}},
    Word{"not_a_request", {"  refused: not a request", "  拒否: 要求ではない"}},
    Word{"control", {"  refused: control (mode 6)", "  拒否: 制御 (mode 6)"}},
    Word{"private", {"  refused: private (mode 7)", "  拒否: 内部用 (mode 7)"}},
    Word{"malformed", {"  refused: malformed", "  拒否: 形式が不正"}},
    Word{"unauthenticated", {"  refused: unknown key", "  拒否: 鍵が不明"}},
    Word{"forbidden_source", {"  refused: forbidden source", "  拒否: 送信元が不正"}},
    Word{"denied", {"  refused: denied by a rule", "  拒否: アクセス規則"}},
    Word{"rate_limited", {"  refused: too often", "  拒否: 頻度が高すぎる"}},
    Word{"queried", {"Control messages answered (mode 6)", "応答した制御メッセージ (mode 6)"}},
    Word{"kissed", {"  refused with a kiss code", "  拒否: kiss code を返答"}},
};

constexpr std::array kControl{
    Word{"accepted", {"Control connections", "制御接続"}},
    Word{"open", {"Control connections now", "現在の制御接続"}},
    Word{"requests", {"Control requests", "制御要求"}},
    Word{"refused", {"Control requests refused", "拒否した制御要求"}},
    Word{"dropped", {"Control connections dropped", "切断した制御接続"}},
};

using Lines = std::vector<std::pair<std::string, std::string>>;

// What is not known here is shown under its own name.
void add(Lines& lines, const json::object& counts, std::span<const Word> words, Language language) {
    for (const auto& member : counts) {
        lines.emplace_back(in_words(words, member.key(), language), count(integer_in(counts, member.key())));
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
    lines.emplace_back(say(language, "Clients replaced by others", "置き換えられたクライアント"),
                       count(integer_in(counts, "clients_replaced")));
    add(lines, object_in(counts, "control"), kControl, language);
    return text_of_lines(lines);
}

Action prepare_serverstats(CLI::App& app, Language language) {
    return ask_for(app, language, {"serverstats", serverstats_text});
}

}  // namespace tokimori
