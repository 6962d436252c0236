#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "leap/sha1.h"

namespace tokimori::testing {

/// The `#h` line that belongs to `text`: the digits after `#$`, after `#@`, then those of every row.
inline std::string hash_line_for(std::string_view text) {
    std::string stamps[2];
    std::string rows;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        std::string& digits = line.starts_with("#$") ? stamps[0] : line.starts_with("#@") ? stamps[1] : rows;
        const std::size_t from = &digits == &rows ? 0 : 2;
        for (const char c : line.substr(from, line.find('#', from) - from)) {
            if (c >= '0' && c <= '9') {
                digits += c;
            }
        }
    }
    std::string hash = "#h";
    for (const std::uint32_t word : sha1(stamps[0] + stamps[1] + rows)) {
        char hex[16];
        std::snprintf(hex, sizeof hex, " %x", word);
        hash += hex;
    }
    return hash + "\n";
}

/// `text` with its right hash behind it.
inline std::string with_hash(const std::string& text) {
    return text + hash_line_for(text);
}

}  // namespace tokimori::testing
