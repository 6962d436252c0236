#include "server/daemon/leap_list_file.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <system_error>

namespace tokimori {
namespace {

constexpr std::size_t kLargestFile = 1 << 20;

void refuse(const std::string& path, const std::string& why, std::string_view instead, Log& log, LocalInstant now) {
    log.write(now, LogLevel::kWarning, "leap_list_refused", {{"file", path}, {"why", why}, {"instead", instead}});
}

void tell(const LeapTable& table, Log& log, LocalInstant now) {
    log.write(now, LogLevel::kInfo, "leap_table",
              {{"tai_minus_utc", table.rows().back().tai_minus_utc},
               {"since", format_date(table.rows().back().day)},
               {"since_jst", format_jst({{table.rows().back().day, 0}, 0})},
               {"updated", format_date(table.updated())},
               {"expires", format_date(table.expires())},
               {"expires_jst", format_jst({{table.expires(), 0}, 0})}});
}

}  // namespace

std::optional<FileStamp> stamp_of(const std::string& path) {
    std::error_code error;
    const auto changed = std::filesystem::last_write_time(path, error);
    const auto size = error ? 0 : std::filesystem::file_size(path, error);
    return error ? std::nullopt : std::optional{FileStamp{changed, size}};
}

LeapListResult read_leap_list(const std::string& path) {
    std::ifstream file{path, std::ios::binary};
    std::string text(kLargestFile + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (!file.is_open() || file.bad()) {
        return {std::nullopt, std::strerror(errno)};
    }
    text.resize(static_cast<std::size_t>(file.gcount()));
    return LeapTable::parse(text);
}

LoadedLeapTable load_leap_table(const std::string& path, Log& log, LocalInstant now) {
    const LeapListResult read = path.empty() ? LeapListResult{} : read_leap_list(path);
    if (!read.table && !path.empty()) {
        refuse(path, read.error, "the table compiled in", log, now);
    }
    const LeapTable& table = read.table ? LeapTable::better(*read.table, LeapTable::built_in()) : LeapTable::built_in();
    tell(table, log, now);
    return {table, read.table && &table == &*read.table, read.table ? std::string{} : read.error};
}

std::optional<LoadedLeapTable> better_leap_table(const std::string& path, const LeapTable& counts, Log& log,
                                                 LocalInstant now) {
    const LeapListResult read = read_leap_list(path);
    const bool better = read.table && &LeapTable::better(*read.table, counts) == &*read.table;
    if (!better) {
        refuse(path, read.table ? "it is older" : read.error, "the table that counted before", log, now);
        return std::nullopt;
    }
    tell(*read.table, log, now);
    return LoadedLeapTable{*read.table, true};
}

}  // namespace tokimori
