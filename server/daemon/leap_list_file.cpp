#include "server/daemon/leap_list_file.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <system_error>

#include "server/daemon/file_steps.h"

namespace tokimori {
namespace {

void refuse(const std::string& path, const std::string& why, std::string_view instead, Log& log, LocalInstant now) {
    log.write(now, LogLevel::kWarning, "leap_list_refused", {{"file", path}, {"why", why}, {"instead", instead}});
}

}  // namespace

void tell_leap_table(const LeapTable& table, Log& log, LocalInstant now) {
    log.write(now, LogLevel::kInfo, "leap_table",
              {{"tai_minus_utc", table.rows().back().tai_minus_utc},
               {"since", format_date(table.rows().back().day)},
               {"since_jst", format_jst({{table.rows().back().day, 0}, 0})},
               {"updated", format_date(table.updated())},
               {"expires", format_date(table.expires())},
               {"expires_jst", format_jst({{table.expires(), 0}, 0})}});
}

std::optional<FileStamp> stamp_of(const std::string& path) {
    std::error_code error;
    const auto changed = std::filesystem::last_write_time(path, error);
    const auto size = error ? 0 : std::filesystem::file_size(path, error);
    return error ? std::nullopt : std::optional{FileStamp{changed, size}};
}

LeapListResult read_leap_list(const std::string& path) {
    std::ifstream file{path, std::ios::binary};
    std::string text(kLargestLeapList + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (!file.is_open() || file.bad()) {
        return {std::nullopt, std::strerror(errno)};
    }
    text.resize(static_cast<std::size_t>(file.gcount()));
    return LeapTable::parse(text);
}

LeapListPaths LeapListPaths::of(const Configuration& configuration) {
    const std::string name = configuration.lab_mode ? "/leap-seconds.lab.list" : "/leap-seconds.list";
    return {configuration.leap_list_file, configuration.state_dir.empty() ? "" : configuration.state_dir + name};
}

ReadLeapLists read_leap_lists(const LeapListPaths& paths) {
    ReadLeapLists lists{paths};
    if (!paths.configured.empty()) {
        lists.stamp = stamp_of(paths.configured);
        lists.configured = read_leap_list(paths.configured);
    }
    if (!paths.kept.empty() && stamp_of(paths.kept)) {
        lists.kept = read_leap_list(paths.kept);
    }
    return lists;
}

LoadedLeapTable weigh_leap_lists(const ReadLeapLists& lists, Log& log, LocalInstant now) {
    LoadedLeapTable loaded{.table = LeapTable::built_in(), .file = lists.paths.configured};
    const auto weigh = [&](const std::string& path, const LeapListResult& read) {
        if (!read.table) {
            refuse(path, read.error, "what else is known", log, now);
            loaded.refused = path == loaded.file ? read.error : loaded.refused;
        } else if (&LeapTable::better(*read.table, loaded.table) == &*read.table) {
            loaded = {*read.table, true, {}, path, path == lists.paths.kept};
        }
    };
    if (lists.configured) {
        weigh(lists.paths.configured, *lists.configured);
    }
    if (lists.kept) {
        weigh(lists.paths.kept, *lists.kept);
    }
    return loaded;
}

SeenLeapList see_leap_list(const std::string& path, const std::optional<FileStamp>& known) {
    SeenLeapList seen{path, stamp_of(path)};
    if (seen.stamp && seen.stamp != known) {
        seen.read = read_leap_list(path);
    }
    return seen;
}

std::optional<LoadedLeapTable> better_leap_table(const std::string& path, const LeapListResult& read,
                                                 const LeapTable& counts, Log& log, LocalInstant now) {
    const bool better = read.table && &LeapTable::better(*read.table, counts) == &*read.table;
    if (!better) {
        refuse(path, read.table ? "it is older" : read.error, "the table that counted before", log, now);
        return std::nullopt;
    }
    tell_leap_table(*read.table, log, now);
    return LoadedLeapTable{*read.table, true, {}, path};
}

Exchanged keep_leap_list(const std::string& path, std::string_view text, FileSteps& steps) {
    return path.empty() ? Exchanged{false, ENOENT} : exchange_file(steps, path, text);
}

bool tell_kept_leap_list(const std::string& path, const Exchanged& exchanged, Log& log, LocalInstant now) {
    const auto [stands, error] = exchanged;
    if (error != 0) {
        log.write(
            now, LogLevel::kWarning, "leap_list_not_kept",
            {{"file", path},
             {"why", path.empty() ? "there is no dir in [state]" : std::generic_category().message(error)},
             {"effect", stands ? "a power cut may take the list away" : "the list counts until the end of this run"}});
    }
    return stands;
}

RemovedFile forget_leap_list(const std::string& path, FileSteps& steps) {
    const int error = path.empty() ? ENOENT : steps.remove(path);
    return {error, error != 0 ? 0 : steps.sync_directory(path.substr(0, path.rfind('/')))};
}

void tell_forgotten_leap_list(const std::string& path, const RemovedFile& removed, Log& log, LocalInstant now) {
    const auto [error, unsynced] = removed;
    const int wrong = error != 0 ? error : unsynced;
    if (wrong != 0 && error != ENOENT) {
        log.write(now, LogLevel::kWarning, "leap_list_not_forgotten",
                  {{"file", path},
                   {"why", std::generic_category().message(wrong)},
                   {"effect", error != 0 ? "it stays" : "it is gone, but a power cut may bring it back"}});
    }
}

}  // namespace tokimori
