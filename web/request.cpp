#include "web/request.h"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <optional>

namespace tokimori::web {
namespace {

int hex_digit(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::optional<std::string> decoded(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            result += text[i] == '+' ? ' ' : text[i];
            continue;
        }
        const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
        const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
        if (high < 0 || low < 0) {
            return std::nullopt;
        }
        result += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return result;
}

/// The next part of `text` before `separator`, which is taken off.
std::string_view next_part(std::string_view& text, char separator) {
    const std::size_t end = std::min(text.find(separator), text.size());
    const std::string_view part = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return part;
}

}  // namespace

WebReply json_reply(std::string body, unsigned status) {
    return {.status = status, .content_type = "application/json; charset=utf-8", .body = std::move(body)};
}

WebReply error_reply(unsigned status, std::string_view code, std::string_view message) {
    return json_reply(boost::json::serialize(boost::json::object{{"error", {{"code", code}, {"message", message}}}}),
                      status);
}

std::string_view cookie_value(std::string_view header, std::string_view name) {
    while (!header.empty()) {
        std::string_view part = next_part(header, ';');
        part.remove_prefix(std::min(part.find_first_not_of(' '), part.size()));
        if (next_part(part, '=') == name) {
            return part;
        }
    }
    return {};
}

std::string query_value(std::string_view query, std::string_view name) {
    while (!query.empty()) {
        std::string_view part = next_part(query, '&');
        if (next_part(part, '=') == name) {
            return decoded(part).value_or("");
        }
    }
    return {};
}

std::int64_t query_number(std::string_view query, std::string_view name, std::int64_t otherwise, std::int64_t lowest,
                          std::int64_t highest) {
    const std::string text = query_value(query, name);
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size()) {
        return otherwise;
    }
    return std::clamp(value, lowest, highest);
}

}  // namespace tokimori::web
