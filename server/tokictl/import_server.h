#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "server/tokictl/import_report.h"

namespace tokimori {

/// One `[[upstream]]`; both are empty where there is none.
struct ImportedServer {
    std::string address;  ///< or name, as it is written
    std::string toml;
};

/// Reads the words of a line `server`, `pool` or `peer` of ntpd or chrony. Reference clocks are none of these.
ImportedServer import_server(const ImportWords& words, ImportReport& report);

/// `text` as an integer with an optional sign; nullopt for anything else.
std::optional<int> integer_in(std::string_view text);
/// The one behind the word at `at`; nullopt where there is none.
std::optional<int> integer_behind(const ImportWords& words, std::size_t at);

}  // namespace tokimori
