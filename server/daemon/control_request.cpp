#include "server/daemon/control_request.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

namespace tokimori {
namespace {

namespace json = boost::json;

const json::value* said(const json::object& members, std::string_view name) {
    const json::value* const value = members.if_contains(name);
    return value == nullptr || value->is_null() ? nullptr : value;
}

}  // namespace

std::optional<std::int64_t> ControlRequest::number(std::string_view name, std::int64_t lowest, std::int64_t highest) {
    const json::value* const value = said(members_, name);
    if (value == nullptr) {
        return std::nullopt;
    }
    const std::int64_t* const number = value->if_int64();
    if (number == nullptr || *number < lowest || *number > highest) {
        complain(fmt::format("{} is a whole number from {} to {}", name, lowest, highest));
        return std::nullopt;
    }
    return *number;
}

std::optional<std::string> ControlRequest::text(std::string_view name, std::size_t most) {
    const json::value* const value = said(members_, name);
    if (value == nullptr) {
        return std::nullopt;
    }
    if (!value->is_string() || value->get_string().size() > most) {
        complain(fmt::format("{} is a text of {} bytes at most", name, most));
        return std::nullopt;
    }
    return std::string{value->get_string()};
}

std::optional<std::size_t> ControlRequest::word(std::string_view name, std::initializer_list<std::string_view> words) {
    const json::value* const value = said(members_, name);
    if (value == nullptr) {
        return std::nullopt;
    }
    const auto* const found =
        value->is_string() ? std::ranges::find(words, std::string_view{value->get_string()}) : words.end();
    if (found == words.end()) {
        complain(fmt::format("{} is one of {}", name, fmt::join(words, ", ")));
        return std::nullopt;
    }
    return static_cast<std::size_t>(found - words.begin());
}

void ControlRequest::complain(std::string sentence) {
    if (complaint_.empty()) {
        complaint_ = std::move(sentence);
    }
}

}  // namespace tokimori
