#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tokimori {

/// Whose configuration file.
enum class Dialect : std::uint8_t { kNtp, kChrony };

/// A line that did not become a setting, or not quite.
struct ImportNote {
    int line = 0;
    std::string text;  ///< the line itself, or where it begins
    std::string why;   ///< English; what became of it
};

/// What a configuration file of another program means in ours.
struct Imported {
    std::string toml;
    std::vector<ImportNote> notes;  ///< in the order of the lines; no line is dropped without one
};

/// Reads the lines of an ntp.conf or a chrony.conf that mean something for a time server: restrict and discard, or
/// allow, deny and ratelimit; keys, driftfile, statsdir; reference clocks. All others are noted. Pure; never throws
/// whatever the text.
Imported import_configuration(std::string_view text, Dialect dialect);

/// chrony's where the text has words that only chrony knows, else ntpd's.
Dialect dialect_of(std::string_view text);

}  // namespace tokimori
