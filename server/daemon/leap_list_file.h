#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "leap/leap_table.h"
#include "server/daemon/log.h"

namespace tokimori {

/// A leap table, and where it came from.
struct LoadedLeapTable {
    LeapTable table;
    bool from_list = false;  ///< false: it is compiled in, which is as new or newer, or the list was refused
    std::string refused{};   ///< why the list was not read; empty: it was, or there is none
};

/// Tells one content of a file from the next.
struct FileStamp {
    std::filesystem::file_time_type changed;
    std::uintmax_t size = 0;

    friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

/// nullopt: there is none.
std::optional<FileStamp> stamp_of(const std::string& path);

/// What the list at `path` says, or why it says nothing.
LeapListResult read_leap_list(const std::string& path);

/// The better of the compiled-in table and the `leap-seconds.list` at `path`; empty: none. A file that is missing or
/// bad is a warning, never the end of anything.
LoadedLeapTable load_leap_table(const std::string& path, Log& log, LocalInstant now);

/// The better of the table that counts and the `leap-seconds.list` at `path`. nullopt: that is missing, bad or older,
/// which is a warning.
std::optional<LoadedLeapTable> better_leap_table(const std::string& path, const LeapTable& counts, Log& log,
                                                 LocalInstant now);

}  // namespace tokimori
