#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "leap/leap_table.h"
#include "server/daemon/configuration.h"
#include "server/daemon/file_steps.h"
#include "server/daemon/log.h"

namespace tokimori {

/// A leap table, and where it came from.
struct LoadedLeapTable {
    LeapTable table;
    bool from_list = false;  ///< false: it is compiled in, which is as new or newer, or the lists were refused
    std::string refused{};   ///< why the list at `file` was not read; empty: it was, or there is none
    std::string file{};      ///< the list; the configured one where none counts
    bool given = false;      ///< it was given to the daemon
};

/// Tells one content of a file from the next.
struct FileStamp {
    std::filesystem::file_time_type changed;
    std::uintmax_t size = 0;

    friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

/// nullopt: there is none.
std::optional<FileStamp> stamp_of(const std::string& path);

/// Octets; what is longer is no list.
inline constexpr std::size_t kLargestLeapList = 1 << 20;

/// What the list at `path` says, or why it says nothing.
LeapListResult read_leap_list(const std::string& path);

/// Where lists are looked for; empty: nowhere.
struct LeapListPaths {
    std::string configured;
    std::string kept;  ///< one that was given to the daemon, in `[state] dir`; a laboratory has one of its own

    static LeapListPaths of(const Configuration& configuration);
};

/// The best of the compiled-in table and the lists at `paths`. A file that is missing or bad is a warning, never the
/// end of anything; that nobody gave the daemon a list is none. Whether it counts, and is told, is for the caller.
LoadedLeapTable load_leap_table(const LeapListPaths& paths, Log& log, LocalInstant now);

/// Says which table counts.
void tell_leap_table(const LeapTable& table, Log& log, LocalInstant now);

/// The better of the table that counts and the `leap-seconds.list` at `path`. nullopt: that is missing, bad or older,
/// which is a warning. Says that it counts from now on.
std::optional<LoadedLeapTable> better_leap_table(const std::string& path, const LeapTable& counts, Log& log,
                                                 LocalInstant now);

/// Puts the text of a list at `path`, whole or not at all; empty: nowhere. Waits for the disk. What went wrong is a
/// warning; false where it does not lie there.
bool keep_leap_list(const std::string& path, std::string_view text, FileSteps& steps, Log& log, LocalInstant now);

/// Takes the list at `path` away. 0 or an errno; ENOENT: there was none. What else went wrong is a warning, and so is a
/// disk that does not say that it keeps this.
int forget_leap_list(const std::string& path, FileSteps& steps, Log& log, LocalInstant now);

}  // namespace tokimori
