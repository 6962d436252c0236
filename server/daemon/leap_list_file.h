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

/// What the list at `path` says, or why it says nothing. Waits for the disk.
LeapListResult read_leap_list(const std::string& path);

/// Where lists are looked for; empty: nowhere.
struct LeapListPaths {
    std::string configured;
    std::string kept;  ///< one that was given to the daemon, in `[state] dir`; a laboratory has one of its own

    static LeapListPaths of(const Configuration& configuration);
};

/// What lies there.
struct ReadLeapLists {
    LeapListPaths paths;
    std::optional<FileStamp> stamp{};            ///< of the configured one
    std::optional<LeapListResult> configured{};  ///< nullopt: none is
    std::optional<LeapListResult> kept{};        ///< nullopt: there is none
};

/// Waits for the disk.
ReadLeapLists read_leap_lists(const LeapListPaths& paths);

/// The best of the compiled-in table and these lists. A file that is missing or bad is a warning, never the end of
/// anything; that nobody gave the daemon a list is none. Whether it counts, and is told, is for the caller.
LoadedLeapTable weigh_leap_lists(const ReadLeapLists& lists, Log& log, LocalInstant now);

/// Says which table counts.
void tell_leap_table(const LeapTable& table, Log& log, LocalInstant now);

/// A list that may have been exchanged on the disk.
struct SeenLeapList {
    std::string path;
    std::optional<FileStamp> stamp{};      ///< nullopt: there is none
    std::optional<LeapListResult> read{};  ///< where it is another one than before
};

/// Looks at the list at `path`, whose stamp was `known`. Waits for the disk.
SeenLeapList see_leap_list(const std::string& path, const std::optional<FileStamp>& known);

/// The better of the table that counts and a list that was read. nullopt: that is missing, bad or older, which is a
/// warning. Says that it counts from now on.
std::optional<LoadedLeapTable> better_leap_table(const std::string& path, const LeapListResult& read,
                                                 const LeapTable& counts, Log& log, LocalInstant now);

/// Puts the text of a list at `path`, whole or not at all; empty: nowhere. Waits for the disk.
Exchanged keep_leap_list(const std::string& path, std::string_view text, FileSteps& steps);
/// What went wrong with it is a warning; false where it does not lie there.
bool tell_kept_leap_list(const std::string& path, const Exchanged& exchanged, Log& log, LocalInstant now);

/// What became of a file that was to be removed.
struct RemovedFile {
    int error = 0;     ///< an errno; ENOENT: there was none
    int unsynced = 0;  ///< likewise; a power cut may yet bring it back
};

/// Takes the list at `path` away; empty: there is none. Waits for the disk.
RemovedFile forget_leap_list(const std::string& path, FileSteps& steps);
/// What went wrong with it is a warning.
void tell_forgotten_leap_list(const std::string& path, const RemovedFile& removed, Log& log, LocalInstant now);

}  // namespace tokimori
