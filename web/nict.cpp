#include "web/nict.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <charconv>
#include <chrono>

namespace tokimori::web {
namespace {

namespace json = boost::json;

constexpr std::int64_t kFrom1900To1970 = 2'208'988'800;
constexpr std::chrono::hours kJst{9};

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::optional<int> number_in(std::string_view text) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() ? std::optional{value} : std::nullopt;
}

/// The end of a day "2016-12-31", as Unix time.
std::optional<std::int64_t> end_of_day(std::string_view day) {
    if (day.size() != 10) {
        return std::nullopt;
    }
    const auto y = number_in(day.substr(0, 4));
    const auto m = number_in(day.substr(5, 2));
    const auto d = number_in(day.substr(8, 2));
    if (!y || !m || !d) {
        return std::nullopt;
    }
    const std::chrono::year_month_day date{std::chrono::year{*y}, std::chrono::month{static_cast<unsigned>(*m)},
                                           std::chrono::day{static_cast<unsigned>(*d)}};
    const std::chrono::sys_seconds end = std::chrono::sys_days{date} + std::chrono::days{1};
    return date.ok() ? std::optional{std::int64_t{end.time_since_epoch().count()}} : std::nullopt;
}

/// "next" or "last" of the reply; `tai_minus_utc` is that of now.
std::optional<NictLeap> leap_from(const json::value* event, std::int64_t tai_minus_utc, bool is_past) {
    const json::object* const members = event != nullptr ? event->if_object() : nullptr;
    const json::value* const kind = members != nullptr ? members->if_contains("kind") : nullptr;
    const json::value* const day = members != nullptr ? members->if_contains("day") : nullptr;
    if (kind == nullptr || day == nullptr || !kind->is_string() || !day->is_string()) {
        return std::nullopt;
    }
    const int step = kind->get_string() == "insert" ? 1 : kind->get_string() == "delete" ? -1 : 0;
    const auto at = end_of_day(std::string_view{day->get_string()});
    if (step == 0 || !at) {
        return std::nullopt;
    }
    return NictLeap{static_cast<int>(tai_minus_utc) - (is_past ? step : 0), *at, step};
}

/// Seconds with three decimals; cut, not rounded, as a clock shows them.
std::string seconds_text(std::int64_t nanoseconds, std::int64_t shift = 0) {
    const std::int64_t milliseconds = nanoseconds / 1'000'000;
    return fmt::format("{}.{:03}", milliseconds / 1000 + shift, milliseconds % 1000);
}

/// The client's time at the beginning of a query; nothing but a plain number comes back, and JSON has no leading zeros.
std::string initiated(std::string_view query) {
    const std::string_view text = query.substr(0, query.find('&'));
    const std::size_t dot = std::min(text.find('.'), text.size());
    const std::string_view whole = text.substr(0, dot);
    const std::string_view rest = text.substr(std::min(dot + 1, text.size()));
    const bool led_by_zero = whole.size() > 1 && whole.front() == '0';
    const bool plain = !whole.empty() && !led_by_zero && whole.size() <= 12 && rest.size() <= 12 &&
                       std::all_of(whole.begin(), whole.end(), is_digit) &&
                       std::all_of(rest.begin(), rest.end(), is_digit);
    return plain ? fmt::format("{}.{:0<3}", whole, rest.substr(0, 3)) : "0.000";
}

bool is_host_character(char c) {
    return is_letter(c) || is_digit(c) || c == '.' || c == '-' || c == ':' || c == '[' || c == ']';
}

std::string object_text(std::string_view query, const NictFacts& facts) {
    const bool shown = !facts.host.empty() && facts.host.size() <= 255 &&
                       std::all_of(facts.host.begin(), facts.host.end(), is_host_character);
    const NictLeap leap = facts.leap.value_or(NictLeap{});
    return fmt::format(
        "{{\n \"id\": \"{}\",\n \"it\": {},\n \"st\": {},\n \"leap\": {},\n \"next\": {},\n \"step\": {}\n}}",
        shown ? facts.host : "tokimori", initiated(query), seconds_text(facts.now), leap.before, leap.at, leap.step);
}

/// "Sat Nov 28 23:59:59 2026 JST", as ctime(3) has it.
std::string time_text(UnixNanoseconds now) {
    constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::chrono::sys_seconds local{std::chrono::floor<std::chrono::seconds>(std::chrono::nanoseconds{now}) +
                                         kJst};
    const auto day = std::chrono::floor<std::chrono::days>(local);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{local - day};
    return fmt::format("{} {} {:2} {:02}:{:02}:{:02} {} JST\n", kDays[std::chrono::weekday{day}.c_encoding()],
                       kMonths[static_cast<unsigned>(date.month()) - 1], static_cast<unsigned>(date.day()),
                       clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                       static_cast<int>(date.year()));
}

WebReply open_reply(std::string type, std::string body) {
    return {
        .content_type = std::move(type), .body = std::move(body), .headers = {{"Access-Control-Allow-Origin", "*"}}};
}

WebReply jsonp_reply(std::string_view query, const NictFacts& facts) {
    const bool named = query.find("callback=") != std::string_view::npos;
    const std::string name = named ? query_value(query, "callback") : "jsont";
    if (!is_callback_name(name)) {
        return error_reply(400, "bad_callback", "callback must be the name of a JavaScript function.");
    }
    return open_reply("application/javascript; charset=utf-8",
                      fmt::format("{}( {} )\n", name, object_text(query, facts)));
}

}  // namespace

std::optional<NictLeap> nict_leap(const json::object& leap) {
    const json::value* const difference = leap.if_contains("tai_minus_utc");
    if (difference == nullptr || !difference->is_int64()) {
        return std::nullopt;
    }
    const auto next = leap_from(leap.if_contains("next"), difference->get_int64(), false);
    return next ? next : leap_from(leap.if_contains("last"), difference->get_int64(), true);
}

WebReply nict_reply(std::string_view path, std::string_view query, const NictFacts& facts) {
    const std::string_view name = path.substr(path.rfind('/') + 1);
    if (name == "jsont") {
        return jsonp_reply(query, facts);
    }
    if (name == "json") {
        return open_reply("application/json; charset=utf-8", object_text(query, facts) + "\n");
    }
    if (name == "ntp") {
        return open_reply("text/html; charset=utf-8",
                          fmt::format("<HTML>\n<HEAD><TITLE>HTTP/NTP</TITLE></HEAD>\n<BODY>\n{}\n</BODY>\n</HTML>\n",
                                      seconds_text(facts.now, kFrom1900To1970)));
    }
    return open_reply("text/plain; charset=utf-8", time_text(facts.now));
}

bool is_callback_name(std::string_view name) {
    bool begins = true;
    for (const char c : name) {
        if (!is_letter(c) && (begins || (!is_digit(c) && c != '.'))) {
            return false;
        }
        begins = c == '.';
    }
    return !begins && name.size() <= 64;
}

}  // namespace tokimori::web
