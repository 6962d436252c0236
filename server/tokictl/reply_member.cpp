#include "server/tokictl/reply_member.h"

#include <boost/json.hpp>

namespace tokimori {
namespace {

namespace json = boost::json;

template <typename Number>
std::optional<Number> number_of(const json::object& object, std::string_view name) {
    const json::value* const value = object.if_contains(name);
    boost::system::error_code error;
    const Number number = value != nullptr && value->is_number() ? value->to_number<Number>(error) : Number{};
    return value != nullptr && value->is_number() && !error ? std::optional{number} : std::nullopt;
}

}  // namespace

std::optional<std::int64_t> integer_in(const json::object& object, std::string_view name) {
    return number_of<std::int64_t>(object, name);
}

std::optional<double> number_in(const json::object& object, std::string_view name) {
    return number_of<double>(object, name);
}

std::string text_in(const json::object& object, std::string_view name) {
    const json::value* const value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string{value->get_string()} : std::string{};
}

bool flag_in(const json::object& object, std::string_view name) {
    const json::value* const value = object.if_contains(name);
    return value != nullptr && value->is_bool() && value->get_bool();
}

const json::object& object_in(const json::object& object, std::string_view name) {
    static const json::object kNone;
    const json::value* const value = object.if_contains(name);
    return value != nullptr && value->is_object() ? value->get_object() : kNone;
}

const json::array& list_in(const json::object& object, std::string_view name) {
    static const json::array kNone;
    const json::value* const value = object.if_contains(name);
    return value != nullptr && value->is_array() ? value->get_array() : kNone;
}

}  // namespace tokimori
