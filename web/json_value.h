#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace boost::json {
class value;
class object;
}  // namespace boost::json

/// Looking into JSON that somebody else wrote: what is not there, or something else, is nothing. Pure.
namespace tokimori::web {

/// The member of an object; null where `value` is null or no object, or has no such member.
const boost::json::value* member_of(const boost::json::value* value, std::string_view name);
const boost::json::value* member_of(const boost::json::object& members, std::string_view name,
                                    std::string_view name_in_it);

/// A text; empty where it is none.
std::string_view text_in(const boost::json::value* value);

std::optional<std::int64_t> integer_in(const boost::json::value* value);

}  // namespace tokimori::web
