#pragma once

#include <iosfwd>
#include <string_view>

namespace boost::json {
class object;
}

namespace tokimori {

/// Writes the answer of a command as one JSON object on one line: `{"command":"probe","version":1, …}` and then the
/// members of `content`. The version is that of the command's document: it grows when a member changes its meaning or
/// goes away, not when one is added.
void print_document(std::ostream& out, std::string_view command, int version, const boost::json::object& content);

}  // namespace tokimori
