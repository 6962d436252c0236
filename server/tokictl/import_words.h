#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/tokictl/imported.h"

namespace tokimori {

/// The words of a line of such a file, without comments. A word in double quotes may hold blanks and is told without
/// the quotes. Valid as long as `line`.
std::vector<std::string_view> words_in(std::string_view line, Dialect dialect);

/// `line` as it is shown to people: without what ends it in a file of Windows, and no longer than they read.
std::string shown(std::string_view line);

}  // namespace tokimori
