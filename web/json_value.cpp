#include "web/json_value.h"

#include <boost/json.hpp>

namespace tokimori::web {
namespace json = boost::json;

const json::value* member_of(const json::value* value, std::string_view name) {
    const json::object* const members = value != nullptr ? value->if_object() : nullptr;
    return members != nullptr ? members->if_contains(name) : nullptr;
}

const json::value* member_of(const json::object& members, std::string_view name, std::string_view name_in_it) {
    return member_of(members.if_contains(name), name_in_it);
}

std::string_view text_in(const json::value* value) {
    return value != nullptr && value->is_string() ? std::string_view{value->get_string()} : std::string_view{};
}

std::optional<std::int64_t> integer_in(const json::value* value) {
    return value != nullptr && value->is_int64() ? std::optional{value->get_int64()} : std::nullopt;
}

}  // namespace tokimori::web
