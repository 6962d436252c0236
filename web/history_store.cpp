#include "web/history_store.h"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

namespace tokimori::web {
namespace {

constexpr std::size_t kRowsAtOnce = 6;
constexpr std::size_t kMostPending = 360;
// So many rows that are too old go with six new ones: a daemon whose date was wrong for a moment takes little with it.
constexpr std::int64_t kRemovedAtOnce = 12;

DatabaseValue value(const std::optional<double>& number) {
    return number ? DatabaseValue{*number} : DatabaseValue{nullptr};
}

std::optional<double> number(const DatabaseValue& value) {
    if (const auto* const whole = std::get_if<std::int64_t>(&value)) {
        return static_cast<double>(*whole);
    }
    const auto* const held = std::get_if<double>(&value);
    return held != nullptr ? std::optional{*held} : std::nullopt;
}

HistoryRow row_from(const DatabaseRow& columns) {
    HistoryRow row;
    row.time = integer_of(columns.front());
    for (std::size_t i = 0; i < row.values.size(); ++i) {
        row.values[i] = number(columns[i + 1]);
    }
    row.state = static_cast<int>(
        std::clamp<std::int64_t>(integer_of(columns.back()), 0, std::int64_t{kHistoryStates.size()} - 1));
    return row;
}

std::string column_names() {
    std::string names = "time";
    for (const HistoryColumn& column : kHistoryColumns) {
        names += ", " + std::string(column.name);
    }
    return names + ", state";
}

}  // namespace

HistoryStore::HistoryStore(Database& database) : database_{database} {
    if (!database_.run("CREATE TABLE IF NOT EXISTS history(step INTEGER, " + column_names() +
                       ", PRIMARY KEY(step, time)) WITHOUT ROWID")) {
        throw std::runtime_error{"the table of the history cannot be made: " + database_.trouble()};
    }
}

bool HistoryStore::add(const HistoryRow& row) {
    pending_.push_back(row);
    if (pending_.size() > kMostPending) {
        pending_.erase(pending_.begin());
    }
    return pending_.size() < kRowsAtOnce || flush();
}

bool HistoryStore::flush() {
    if (pending_.empty()) {
        return true;
    }
    const bool done = database_.run("BEGIN") && write_all(pending_) && database_.run("COMMIT");
    if (done) {
        newest_ = pending_.back().time;
        pending_.clear();
    } else {
        database_.run("ROLLBACK");
    }
    return done;
}

bool HistoryStore::write_all(std::span<const HistoryRow> rows) {
    const std::int64_t newest = rows.back().time;
    bool works = std::ranges::all_of(rows, [&](const HistoryRow& row) { return insert(kFinestStep, row); });
    for (std::size_t i = 1; i < kHistorySteps.size() && works; ++i) {
        const std::int64_t step = kHistorySteps[i].seconds;
        const std::int64_t from = rows.front().time / step * step;
        // A coarse row that is not complete is replaced when the rest has come.
        works = coarsen(kHistorySteps[i], kHistorySteps[i - 1], from, newest + 1);
    }
    for (const HistoryStep& step : kHistorySteps) {
        works =
            works && database_.run(
                         "DELETE FROM history WHERE step = ?1 AND time IN (SELECT time FROM history WHERE step = ?1 "
                         "AND time < ?2 ORDER BY time LIMIT ?3)",
                         {step.seconds, newest - step.kept, kRemovedAtOnce});
    }
    return works;
}

bool HistoryStore::coarsen(const HistoryStep& coarse, const HistoryStep& fine, std::int64_t from, std::int64_t to) {
    const std::vector<HistoryRow> coarser = resampled(stored(fine.seconds, from, to), coarse.seconds);
    return std::ranges::all_of(coarser, [&](const HistoryRow& row) { return insert(coarse.seconds, row); });
}

bool HistoryStore::insert(std::int64_t step, const HistoryRow& row) {
    DatabaseRow columns{step, row.time};
    std::string marks = "?, ?, ?";
    for (const auto& each : row.values) {
        columns.push_back(value(each));
        marks += ", ?";
    }
    columns.emplace_back(std::int64_t{row.state});
    return database_.run("INSERT OR REPLACE INTO history VALUES(" + marks + ")", columns);
}

std::vector<HistoryRow> HistoryStore::stored(std::int64_t step, std::int64_t from, std::int64_t to) {
    std::vector<HistoryRow> result;
    for (const DatabaseRow& row : database_.rows(
             "SELECT " + column_names() + " FROM history WHERE step = ? AND time >= ? AND time < ? ORDER BY time",
             {step, from, to})) {
        result.push_back(row_from(row));
    }
    return result;
}

HistorySpan HistoryStore::rows(std::int64_t from, std::int64_t to, std::int64_t most) {
    const std::int64_t now = newest_.value_or(to);
    const auto* const step = std::ranges::find_if(kHistorySteps, [&](const HistoryStep& each) {
        return (to - from) / each.seconds <= most && from >= now - each.kept;
    });
    const std::int64_t seconds = step == kHistorySteps.end() ? kHistorySteps.back().seconds : step->seconds;
    std::vector<HistoryRow> result = stored(seconds, from, to);
    for (const HistoryRow& row : pending_) {
        if (row.time >= from && row.time < to && (result.empty() || row.time > result.back().time)) {
            result.push_back(row);
        }
    }
    return {seconds, std::move(result)};
}

}  // namespace tokimori::web
