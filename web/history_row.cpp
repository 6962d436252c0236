#include "web/history_row.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <chrono>
#include <cmath>
#include <iterator>
#include <utility>

#include "web/json_value.h"

namespace tokimori::web {
namespace {

namespace json = boost::json;

std::optional<double> number(const json::value* value, double factor = 1.0) {
    if (value == nullptr || !value->is_number()) {
        return std::nullopt;
    }
    return value->to_number<double>() * factor;
}

/// The most satellites that any receiver uses; nullopt where none tells.
std::optional<double> satellites_in(const json::value* sources) {
    std::optional<double> most;
    if (sources != nullptr && sources->is_array()) {
        for (const json::value& source : sources->get_array()) {
            const auto used = number(member_of(member_of(&source, "satellites"), "used"));
            most = used ? std::max(most.value_or(0.0), *used) : most;
        }
    }
    return most;
}

std::optional<double> merged_value(std::span<const HistoryRow> rows, std::size_t column) {
    std::optional<double> result;
    double sum = 0;
    int count = 0;
    for (const HistoryRow& row : rows) {
        const auto& value = row.values[column];
        if (!value) {
            continue;
        }
        sum += *value;
        ++count;
        const double so_far = result.value_or(*value);
        switch (kHistoryColumns[column].merge) {
            case HistoryMerge::kFarthestFromZero:
                result = std::abs(*value) > std::abs(so_far) ? *value : so_far;
                break;
            case HistoryMerge::kLargest:
                result = std::max(*value, so_far);
                break;
            case HistoryMerge::kSmallest:
                result = std::min(*value, so_far);
                break;
            case HistoryMerge::kMean:
                result = sum / count;
                break;
        }
    }
    return result;
}

/// A number as short as it can be read back to a thousandth; `nothing` where there is none.
std::string number_text(const std::optional<double>& value, std::string_view nothing) {
    return value && std::isfinite(*value) ? fmt::format("{}", std::round(*value * 1000) / 1000 + 0.0)
                                          : std::string(nothing);
}

std::int64_t floor_to(std::int64_t time, std::int64_t step) {
    const std::int64_t rest = time % step;
    return time - rest - (rest < 0 ? step : 0);
}

}  // namespace

std::optional<std::int64_t> time_of_status(const json::object& status) {
    const std::string_view utc = text_in(member_of(status, "at", "utc"));
    // 2026-11-28T23:02:16.318058450Z
    std::array<int, 6> fields{};
    constexpr std::array<std::pair<std::size_t, std::size_t>, 6> kPlaces{
        {{0, 4}, {5, 2}, {8, 2}, {11, 2}, {14, 2}, {17, 2}}};
    if (utc.size() < 20) {
        return std::nullopt;
    }
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const char* const begin = utc.data() + kPlaces[i].first;
        const char* const end = begin + kPlaces[i].second;
        if (const auto read = std::from_chars(begin, end, fields[i]); read.ec != std::errc{} || read.ptr != end) {
            return std::nullopt;
        }
    }
    const std::chrono::year_month_day date{std::chrono::year{fields[0]},
                                           std::chrono::month{static_cast<unsigned>(fields[1])},
                                           std::chrono::day{static_cast<unsigned>(fields[2])}};
    if (!date.ok()) {
        return std::nullopt;
    }
    return std::chrono::sys_days{date}.time_since_epoch().count() * std::int64_t{86'400} + fields[3] * 3600 +
           fields[4] * 60 + fields[5];
}

HistoryRow row_of_status(const json::object& status, std::optional<double> temperature) {
    constexpr double kPpbPerPpm = 1000;
    const json::value* const tracking = status.if_contains("tracking");
    HistoryRow row;
    row.time = time_of_status(status).value_or(0);
    row.values = {number(member_of(tracking, "last_offset_ns")),
                  number(member_of(tracking, "frequency_ppm"), kPpbPerPpm),
                  number(member_of(tracking, "root_distance_ns")),
                  number(member_of(tracking, "jitter_ns")),
                  temperature,
                  satellites_in(status.if_contains("sources")),
                  std::nullopt};
    const auto* const state =
        std::find(kHistoryStates.begin(), kHistoryStates.end(), text_in(member_of(status, "at", "state")));
    row.state = static_cast<int>(std::min<std::ptrdiff_t>(state - kHistoryStates.begin(), kHistoryStates.size() - 1));
    return row;
}

HistoryRow row_without_daemon(std::int64_t time) {
    HistoryRow row;
    row.time = time;
    row.state = kHistoryStates.size() - 1;
    return row;
}

HistoryRow merged(std::span<const HistoryRow> rows) {
    HistoryRow result = rows.front();
    for (std::size_t column = 0; column < kHistoryColumns.size(); ++column) {
        result.values[column] = merged_value(rows, column);
    }
    for (const HistoryRow& row : rows) {
        result.state = std::max(result.state, row.state);
    }
    return result;
}

std::vector<HistoryRow> resampled(std::span<const HistoryRow> rows, std::int64_t step) {
    std::vector<HistoryRow> result;
    while (!rows.empty()) {
        const std::int64_t begin = floor_to(rows.front().time, step);
        const auto end = std::find_if(rows.begin(), rows.end(),
                                      [&](const HistoryRow& row) { return floor_to(row.time, step) != begin; });
        const auto count = static_cast<std::size_t>(end - rows.begin());
        result.push_back(merged(rows.first(count)));
        result.back().time = begin;
        rows = rows.subspan(count);
    }
    return result;
}

std::vector<HistoryRow> with_gaps(std::span<const HistoryRow> rows, std::int64_t step) {
    std::vector<HistoryRow> result;
    for (const HistoryRow& row : rows) {
        if (!result.empty() && row.time - result.back().time > step) {
            result.push_back({.time = result.back().time + step, .state = -1});
        }
        result.push_back(row);
    }
    return result;
}

std::int64_t step_for(std::int64_t from, std::int64_t to, std::int64_t points) {
    const std::int64_t least = std::max<std::int64_t>((to - from + points - 1) / std::max<std::int64_t>(points, 1), 1);
    return (least + kFinestStep - 1) / kFinestStep * kFinestStep;
}

std::string history_json(std::span<const HistoryRow> rows) {
    std::string result = R"({"columns":["time")";
    for (const HistoryColumn& column : kHistoryColumns) {
        result += fmt::format(",\"{}\"", column.name);
    }
    result += R"(,"state"],"rows":[)";
    for (const HistoryRow& row : rows) {
        fmt::format_to(std::back_inserter(result), "{}[{}", &row == rows.data() ? "" : ",", row.time);
        for (const auto& value : row.values) {
            result += ',' + number_text(value, "null");
        }
        result +=
            row.state < 0 ? ",null]" : fmt::format(",\"{}\"]", kHistoryStates.at(static_cast<std::size_t>(row.state)));
    }
    return result + "]}";
}

std::string history_csv(std::span<const HistoryRow> rows) {
    std::string result = "time";
    for (const HistoryColumn& column : kHistoryColumns) {
        result += ',' + std::string(column.name);
    }
    result += ",state\r\n";
    for (const HistoryRow& row : rows) {
        if (row.state < 0) {
            continue;
        }
        result += std::to_string(row.time);
        for (const auto& value : row.values) {
            result += ',' + number_text(value, "");
        }
        fmt::format_to(std::back_inserter(result), ",{}\r\n", kHistoryStates.at(static_cast<std::size_t>(row.state)));
    }
    return result;
}

std::optional<HistoryRow> HistoryCollector::add(const HistoryRow& row, std::optional<std::int64_t> received) {
    HistoryRow fresh = row;
    const std::int64_t span = row.time - received_at_;
    if (received && received_ && *received >= *received_ && span > 0) {
        constexpr std::size_t kRequests = kHistoryColumns.size() - 1;
        fresh.values[kRequests] = static_cast<double>(*received - *received_) / static_cast<double>(span);
    }
    if (span != 0) {
        received_ = received;
        received_at_ = row.time;
    }
    std::optional<HistoryRow> finished;
    if (!pending_.empty() && floor_to(pending_.front().time, kFinestStep) != floor_to(row.time, kFinestStep)) {
        finished = merged(pending_);
        finished->time = floor_to(finished->time, kFinestStep);
        pending_.clear();
    }
    // A daemon whose time stands still does not fill the memory.
    if (pending_.size() < kMostPending) {
        pending_.push_back(fresh);
    }
    return finished;
}

}  // namespace tokimori::web
