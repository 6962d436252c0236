#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace boost::json {
class array;
class object;
}  // namespace boost::json

/// Members of a reply of the daemon: an older or newer daemon may leave one out, so that each may be absent. Absent,
/// null and of another type are the same.
namespace tokimori {

std::optional<std::int64_t> integer_in(const boost::json::object& object, std::string_view name);
std::optional<double> number_in(const boost::json::object& object, std::string_view name);
/// Empty where it is absent.
std::string text_in(const boost::json::object& object, std::string_view name);
/// False where it is absent.
bool flag_in(const boost::json::object& object, std::string_view name);
/// Empty where it is absent; lives as long as `object`.
const boost::json::object& object_in(const boost::json::object& object, std::string_view name);
const boost::json::array& list_in(const boost::json::object& object, std::string_view name);

}  // namespace tokimori
