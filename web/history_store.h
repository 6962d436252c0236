#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "web/database.h"
#include "web/history_row.h"

namespace tokimori::web {

/// A resolution of the history, and how long it is kept.
struct HistoryStep {
    std::int64_t seconds = 0;
    std::int64_t kept = 0;  ///< seconds
};

/// A week in 10 s, a quarter in a minute, five years in ten minutes and in two hours: half a million rows at most, and
/// never more than 22 000 for any span of time in its coarsest resolution.
inline constexpr std::array kHistorySteps{HistoryStep{10, 7 * 86'400}, HistoryStep{60, 92 * 86'400},
                                          HistoryStep{600, 5 * 366 * std::int64_t{86'400}},
                                          HistoryStep{7200, 5 * 366 * std::int64_t{86'400}}};

/// Rows as they are kept.
struct HistorySpan {
    std::int64_t step = 0;  ///< seconds from one row to the next where nothing is missing
    std::vector<HistoryRow> rows;
};

/// The history on the disk. Rows are collected in memory and written about once a minute, in one transaction with the
/// coarser rows they complete and the removal of what is too old, so that a memory card lives long.
class HistoryStore {
public:
    /// Makes the table where there is none; throws std::runtime_error. `database` must outlive this.
    explicit HistoryStore(Database& database);

    /// Takes a row of `kFinestStep` seconds; writes where a minute's worth has come together. False where that failed:
    /// the rows are tried again with the next ones, an hour of them at most.
    bool add(const HistoryRow& row);

    /// Writes what is in memory.
    bool flush();

    /// The rows in [from, to) in the finest resolution that is kept for the whole span and has at most `most` rows,
    /// else in the coarsest, in order of time; what is too new for it comes finer.
    HistorySpan rows(std::int64_t from, std::int64_t to, std::int64_t most);

private:
    bool write_all(std::span<const HistoryRow> rows);
    bool coarsen(const HistoryStep& coarse, const HistoryStep& fine, std::int64_t from, std::int64_t to);
    bool insert(std::int64_t step, const HistoryRow& row);
    std::vector<HistoryRow> stored(std::int64_t step, std::int64_t from, std::int64_t to);

    Database& database_;
    std::vector<HistoryRow> pending_;
    std::optional<std::int64_t> newest_;  ///< the time of the last row that was written; none yet by this run
};

}  // namespace tokimori::web
