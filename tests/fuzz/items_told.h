#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "tests/fuzz/server_states.h"

/// The text of a control message, read after RFC 9327 a second time.
namespace tokimori {

struct Item {
    std::string name;
    std::string value;

    friend bool operator==(const Item&, const Item&) = default;
};

/// `name=value` or `name="value"`, by a comma and a blank or a new line between; CR and LF at the end.
inline std::vector<Item> items_told(std::string_view text) {
    std::vector<Item> items;
    require(text.ends_with("\r\n"));
    for (text.remove_suffix(2);;) {
        const std::size_t equals = std::min(text.find('='), text.size() - 1);
        const std::string name{text.substr(0, equals)};
        require(!name.empty() && text[equals] == '=');
        require(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_.") == std::string::npos);
        text.remove_prefix(equals + 1);
        const std::size_t end =
            text.starts_with('"') ? text.find('"', 1) + 1 : std::min(text.find_first_of(",\r\n\""), text.size());
        require(end > 0 || text.empty() || text[0] != '"');
        const std::string value{text.substr(0, end)};
        require(
            std::ranges::all_of(value, [](char letter) { return letter >= ' ' && letter <= '~' && letter != ','; }));
        items.push_back({name, value});
        text.remove_prefix(end);
        if (text.empty()) {
            return items;
        }
        require(text.starts_with(", ") || text.starts_with(",\r\n"));
        text.remove_prefix(text[1] == ' ' ? 2 : 3);
    }
}

/// No line passes 72 columns and a comma but one of a single item.
inline void check_lines(std::string_view text) {
    for (std::size_t begins = 0; begins < text.size();) {
        const std::size_t ends = text.find("\r\n", begins);
        const std::string_view line = text.substr(begins, ends - begins);
        require(line.size() <= 73 || line.find(", ") == std::string_view::npos);
        begins = ends + 2;
    }
}

}  // namespace tokimori
