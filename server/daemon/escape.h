#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tokimori {

/// `text` (UTF-8 or any bytes) made safe for one line of a log or a terminal: quotes and backslashes get a backslash;
/// control characters, line and paragraph separators, characters that are invisible or change the writing direction,
/// and bytes that are not UTF-8 become `\n`, `\t`, `\r`, `\xNN` or `\u{NNNN}`. Everything else, Japanese too, stays.
/// What exceeds `limit` bytes of input is cut and marked with `…`.
std::string escaped(std::string_view text, std::size_t limit = 1000);

/// `escaped` between double quotes, cut early: for messages that name what somebody wrote.
std::string in_quotes(std::string_view text);

/// True if `text` is UTF-8 of visible characters and spaces only, so that it may be shown as it is.
bool is_plain_text(std::string_view text);

}  // namespace tokimori
