#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/daemon/statistics_lines.h"

namespace tokimori {

/// What is to be done to the files at once.
struct StatisticsBatch {
    std::map<std::pair<StatisticsKind, UtcDay>, std::string> texts;
    std::optional<UtcDay> forget_before;  ///< files of earlier days are removed
    bool laboratory = false;              ///< dates may be made up: all this concerns the folder "lab" alone

    void add(const StatisticsLine& line) { texts[{line.kind, line.day}] += line.text; }
    std::size_t bytes() const;
    bool empty() const { return texts.empty() && !forget_before; }
};

/// "loopstats.20261128"
std::string statistics_file_name(StatisticsKind kind, UtcDay day);

/// The day of a file that is one of ours by its name: of any kind of ntpd's, whether it is written now or not.
std::optional<UtcDay> day_of_statistics_file(std::string_view name);

/// Appends the texts to the files of their days in `directory`, which is made if only it is missing (of a laboratory,
/// in its folder "lab"); whole lines or none. The file of the newest day has a second name without the day, as ntpd's
/// `filegen` gives it by a hard link; what has that name and is no link is renamed first, as there. Then removes what
/// is to be forgotten. Blocks. Returns nullopt, or what went wrong first: "PATH: No space left on device"; it goes on
/// as far as it can.
std::optional<std::string> write_statistics(const std::string& directory, const StatisticsBatch& batch);

}  // namespace tokimori
