#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tokimori {

/// What becomes of one line about another NTP server.
struct ImportedServer {
    std::string address;             ///< or name, as it is written
    std::string toml;                ///< one `[[upstream]]`; empty where there is none
    std::vector<std::string> notes;  ///< what was not taken over, and why
};

/// Reads the words of a line `server`, `pool` or `peer` of ntpd or chrony. Reference clocks are none of these.
ImportedServer import_server(const std::vector<std::string_view>& words);

/// `text` as a TOML string; control characters are left out.
std::string toml_quoted(std::string_view text);

/// `text` as an integer with an optional sign; nullopt for anything else.
std::optional<int> integer_in(std::string_view text);
/// The one behind the word at `at`; nullopt where there is none.
std::optional<int> integer_behind(const std::vector<std::string_view>& words, std::size_t at);

}  // namespace tokimori
