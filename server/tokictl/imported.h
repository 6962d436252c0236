#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "server/tokictl/import_report.h"

namespace tokimori {

/// Whose configuration file.
enum class Dialect : std::uint8_t { kNtp, kChrony };

/// What a configuration file of another program means in ours.
struct Imported {
    std::string toml;               ///< a configuration that the daemon takes
    std::vector<ImportNote> notes;  ///< in the order of the lines; no line is dropped without one
};

/// Reads the lines of an ntp.conf or a chrony.conf that mean something for a time server: restrict and discard, or
/// allow, deny and ratelimit; bindaddress and port; keys, drift, statistics and leap seconds; other servers and
/// reference clocks. All others are noted, and so is where the programs differ in what they do without a line. Pure;
/// never throws whatever the text.
Imported import_configuration(std::string_view text, Dialect dialect);

/// chrony's where the text has words that only chrony knows, else ntpd's.
Dialect dialect_of(std::string_view text);

}  // namespace tokimori
