#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace boost::json {
class object;
}

/// The history of the clock: its columns, and how many rows become few. Pure.
namespace tokimori::web {

/// How the values of several rows become one: what shows the worst stays visible in any resolution.
enum class HistoryMerge : std::uint8_t { kFarthestFromZero, kMean, kLargest, kSmallest };

/// One column besides time and state.
struct HistoryColumn {
    std::string_view name;
    HistoryMerge merge = HistoryMerge::kMean;
};
inline constexpr std::array kHistoryColumns{
    HistoryColumn{"offset_ns", HistoryMerge::kFarthestFromZero}, HistoryColumn{"frequency_ppb", HistoryMerge::kMean},
    HistoryColumn{"bound_ns", HistoryMerge::kLargest},           HistoryColumn{"jitter_ns", HistoryMerge::kLargest},
    HistoryColumn{"temperature", HistoryMerge::kMean},           HistoryColumn{"satellites", HistoryMerge::kSmallest},
    HistoryColumn{"requests_per_second", HistoryMerge::kMean},
};

/// The states from good to bad; of several the worst is kept.
inline constexpr std::array<std::string_view, 6> kHistoryStates{"synchronised",   "holdover",           "local",
                                                                "unsynchronised", "never_synchronised", "no_daemon"};

/// What was, from `time` on for the length of its resolution.
struct HistoryRow {
    std::int64_t time = 0;  ///< Unix time in seconds
    std::array<std::optional<double>, kHistoryColumns.size()> values{};
    int state = 0;  ///< an index of `kHistoryStates`; -1: nothing was recorded
};

/// The time that the daemon says it is (`at.utc`), in Unix seconds; nullopt before it knows.
std::optional<std::int64_t> time_of_status(const boost::json::object& status);

/// One status of the daemon as a row. `temperature`: of the machine, in degrees Celsius.
HistoryRow row_of_status(const boost::json::object& status, std::optional<double> temperature);

/// The row of a moment in which nobody answered.
HistoryRow row_without_daemon(std::int64_t time);

/// One row of several, at least one, at the time of the first.
HistoryRow merged(std::span<const HistoryRow> rows);

/// Rows in order of time, merged so that each holds `step` seconds that begin at a multiple of it.
std::vector<HistoryRow> resampled(std::span<const HistoryRow> rows, std::int64_t step);

/// The same with a row of nothing after each one that is followed by the next only after more than `step` seconds, so
/// that nobody draws a line over a time of which nothing is known.
std::vector<HistoryRow> with_gaps(std::span<const HistoryRow> rows, std::int64_t step);

/// The step that makes of a span of time at most so many rows.
std::int64_t step_for(std::int64_t from, std::int64_t to, std::int64_t points);

/// `{"columns":[…],"rows":[[…]…]}`.
std::string history_json(std::span<const HistoryRow> rows);
/// The same as CSV with a heading (RFC 4180), without the rows of nothing.
std::string history_csv(std::span<const HistoryRow> rows);

/// Makes one row of each ten seconds of statuses that come once a second.
class HistoryCollector {
public:
    /// Takes a row, and how many requests the server had received by then (nullopt: not known). Returns the finished
    /// row where this one begins another ten seconds.
    std::optional<HistoryRow> add(const HistoryRow& row, std::optional<std::int64_t> received);

private:
    static constexpr std::size_t kMostPending = 100;

    std::vector<HistoryRow> pending_;
    std::optional<std::int64_t> received_;  ///< at the last row
    std::int64_t received_at_ = 0;
};

/// Seconds that a row of the collector holds.
inline constexpr std::int64_t kFinestStep = 10;

}  // namespace tokimori::web
