#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tokimori::web {

/// The headers that tell a browser what it must not do with a reply to that path. `only_https`: the page is served over
/// TLS alone, and browsers are told so for a year. Pure.
std::vector<std::pair<std::string, std::string>> security_headers(std::string_view path, bool only_https);

}  // namespace tokimori::web
