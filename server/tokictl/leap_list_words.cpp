#include "server/tokictl/leap_list_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "server/tokictl/reply_member.h"
#include "server/tokictl/words.h"

namespace tokimori {
namespace {

namespace json = boost::json;

// The values are named as in the reply.
constexpr std::array kFaults{
    Word{"mark_twice", {"The line {mark} is there twice.", "{mark} の行が 2 つあります。"}},
    Word{"mark_wrong",
         {"{mark} is not followed by one time in NTP seconds.", "{mark} の後が NTP 秒の時刻になっていません。"}},
    Word{"mark_missing", {"There is no line {mark}.", "{mark} の行がありません。"}},
    Word{"hash_wrong", {"#h is not followed by five hexadecimal words.", "#h の後が 16 進数 5 語になっていません。"}},
    Word{"hash_long", {"#h is followed by more than five words.", "#h の後が 5 語を超えています。"}},
    Word{"hash_differs",
         {"The hash (#h) is not that of the list: it is damaged or was changed.",
          "ハッシュ (#h) が一致しません。壊れているか、変更されています。"}},
    Word{
        "first_row",
        {"The first row is not 2272060800 10 (1972-01-01).", "最初の行が 2272060800 10 (1972-01-01) ではありません。"}},
    Word{"row_too_late", {"A row lies after the year 2261.", "2261 年より後の行があります。"}},
    Word{"row_no_month",
         {"A row is not the first day of a month, 00:00:00 UTC.", "月初 00:00:00 UTC ではない行があります。"}},
    Word{"row_order", {"A row is not later than the one before it.", "前の行より後になっていない行があります。"}},
    Word{"row_step", {"TAI-UTC changes by something other than one second.", "TAI-UTC の変化が 1 秒ではありません。"}},
    Word{"line_unknown",
         {"This is neither a comment nor a row of two whole numbers.", "注釈でも、整数 2 つの行でもありません。"}},
    Word{"no_rows", {"It has no rows.", "うるう秒の行がありません。"}},
    Word{"changed_too_late",
         {"It says that it was changed after the year 2261.", "更新日時が 2261 年より後になっています。"}},
    Word{"too_large", {"The file is larger than 1 MiB.", "ファイルが 1 MiB を超えています。"}},
    Word{"older",
         {"It is of {updated} and expires {expires}; the table in use is newer: of {used}, expires {until}.",
          "使用中の表より古いリストです。リスト: {updated} 更新、期限 {expires}。使用中: {used} 更新、期限 {until}。"}},
    Word{"changes_past",
         {"It changes leap seconds of the past, which nobody does.", "過去のうるう秒が書き換えられています。"}},
};

}  // namespace

std::string leap_list_fault_text(const json::object& why, Language language) {
    const auto fault = std::ranges::find(kFaults, text_in(why, "code"), &Word::code);
    if (fault == kFaults.end()) {
        return {};
    }
    const std::string text = fmt::format(
        fmt::runtime(fault->text.in(language)), fmt::arg("mark", text_in(why, "mark")),
        fmt::arg("updated", text_in(why, "updated")), fmt::arg("expires", text_in(why, "expires")),
        fmt::arg("used", text_in(why, "in_use_updated")), fmt::arg("until", text_in(why, "in_use_expires")));
    const json::value* const line = why.if_contains("line");
    return line == nullptr || !line->is_int64() ? text
                                                : say(language, "line {}: {}", "{} 行目: {}", line->get_int64(), text);
}

}  // namespace tokimori
