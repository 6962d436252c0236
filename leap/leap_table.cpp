#include "leap/leap_table.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

namespace tokimori {
namespace {

constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;
// The whole seconds that fit into a TaiInstant with any nanosecond behind them.
constexpr std::int64_t kFirstTaiSecond = -9'223'372'036;
constexpr std::int64_t kLastTaiSecond = 9'223'372'035;

static_assert(LeapTable::kRowsEnd == std::chrono::sys_days{std::chrono::year{2262} / 1 / 1}.time_since_epoch().count());

// Division that rounds towards minus infinity, so that the remainder is never negative.
std::int64_t remainder_of(std::int64_t value, std::int64_t divisor) {
    return (value % divisor + divisor) % divisor;
}

std::int64_t floor_of(std::int64_t value, std::int64_t divisor) {
    return value / divisor - (value % divisor < 0 ? 1 : 0);
}

TaiInstant instant_at(std::int64_t tai_seconds, std::int64_t nanosecond = 0) {
    return TaiInstant{Duration{tai_seconds * kNanosecondsPerSecond + nanosecond}};
}

std::int64_t start_of_day(std::int64_t day, int tai_minus_utc) {
    return day * kSecondsPerDay + tai_minus_utc;
}

TaiInstant start_of(const LeapTable::Row& row) {
    return instant_at(start_of_day(row.day, row.tai_minus_utc));
}

LeapEvent event_between(const LeapTable::Row& before, const LeapTable::Row& after) {
    return {after.day - 1, after.tai_minus_utc > before.tai_minus_utc ? LeapKind::kInsert : LeapKind::kDelete};
}

}  // namespace

LeapTable::LeapTable(std::vector<Row> rows, UtcDay updated, UtcDay expires)
    : rows_(std::move(rows)), updated_(updated), expires_(expires) {}

const LeapTable& LeapTable::built_in() {
    static const LeapTable kTable{
        {{730, 10},   {912, 11},   {1096, 12},  {1461, 13},  {1826, 14},  {2191, 15},  {2557, 16},
         {2922, 17},  {3287, 18},  {3652, 19},  {4199, 20},  {4564, 21},  {4929, 22},  {5660, 23},
         {6574, 24},  {7305, 25},  {7670, 26},  {8217, 27},  {8582, 28},  {8947, 29},  {9496, 30},
         {10043, 31}, {10592, 32}, {13149, 33}, {14245, 34}, {15522, 35}, {16617, 36}, {17167, 37}},
        20640,   // 2026-07-06
        20997};  // 2027-06-28
    return kTable;
}

const LeapTable& LeapTable::better(const LeapTable& a, const LeapTable& b) {
    return std::pair{b.updated_, b.expires_} > std::pair{a.updated_, a.expires_} ? b : a;
}

bool LeapTable::agrees_until(UtcDay day, const LeapTable& other) const {
    const auto end = [day](const std::vector<Row>& rows) {
        return std::find_if(rows.begin(), rows.end(), [day](const Row& row) { return row.day > day; });
    };
    return std::equal(rows_.begin(), end(rows_), other.rows_.begin(), end(other.rows_));
}

LeapTable LeapTable::known_on(UtcDay day) const {
    return {rows_, std::max(updated_, day), expires_};
}

int LeapTable::tai_minus_utc_at(TaiInstant instant) const {
    const auto next = std::upper_bound(rows_.begin(), rows_.end(), instant,
                                       [](TaiInstant at, const Row& row) { return at < start_of(row); });
    return (next == rows_.begin() ? next : std::prev(next))->tai_minus_utc;
}

int LeapTable::tai_minus_utc_on(UtcDay day) const {
    const auto next = std::upper_bound(rows_.begin(), rows_.end(), day,
                                       [](UtcDay wanted, const Row& row) { return wanted < row.day; });
    return (next == rows_.begin() ? next : std::prev(next))->tai_minus_utc;
}

UtcTime LeapTable::utc_at(TaiInstant instant) const {
    const std::int64_t count = instant.time_since_epoch().count();
    const auto nanosecond = static_cast<std::int32_t>(remainder_of(count, kNanosecondsPerSecond));
    const std::int64_t tai = floor_of(count, kNanosecondsPerSecond);
    const std::int64_t posix = tai - tai_minus_utc_at(instant);
    const auto second = static_cast<std::int32_t>(remainder_of(posix, kSecondsPerDay));
    const auto day = static_cast<UtcDay>(floor_of(posix, kSecondsPerDay));
    // By the old count an inserted second is the first of a day that has not begun yet.
    if (tai < start_of_day(day, tai_minus_utc_on(day))) {
        return {{day - 1, kSecondsPerDay}, nanosecond};
    }
    return {{day, second}, nanosecond};
}

std::optional<TaiInstant> LeapTable::tai_at(const UtcTime& time) const {
    const auto [day, second] = time.second;
    const std::int32_t day_length = kSecondsPerDay + static_cast<int>(kind_on(day));
    const std::int64_t tai = start_of_day(day, tai_minus_utc_on(day)) + second;
    if (second < 0 || second >= day_length || time.nanosecond < 0 || time.nanosecond >= kNanosecondsPerSecond ||
        tai < kFirstTaiSecond || tai > kLastTaiSecond) {
        return std::nullopt;
    }
    return instant_at(tai, time.nanosecond);
}

std::optional<LeapEvent> LeapTable::next_event_after(TaiInstant instant) const {
    const auto next =
        std::find_if(std::next(rows_.begin()), rows_.end(), [&](const Row& row) { return start_of(row) > instant; });
    return next == rows_.end() ? std::nullopt : std::optional{event_between(*std::prev(next), *next)};
}

LeapKind LeapTable::kind_on(UtcDay day) const {
    const auto row = std::find_if(std::next(rows_.begin()), rows_.end(),
                                  [&](const Row& candidate) { return candidate.day - 1 == day; });
    return row == rows_.end() ? LeapKind::kNone : event_between(*std::prev(row), *row).kind;
}

TaiInstant LeapTable::end_of(const LeapEvent& event) const {
    const int tai_minus_utc = tai_minus_utc_on(event.day) + static_cast<int>(event.kind);
    const std::int64_t tai = start_of_day(std::int64_t{event.day} + 1, tai_minus_utc);
    return instant_at(std::clamp(tai, kFirstTaiSecond, kLastTaiSecond));
}

LeapTable LeapTable::until(UtcDay day) const {
    LeapTable shortened = *this;
    std::erase_if(shortened.rows_, [&](const Row& row) { return row.day > std::max(day, rows_.front().day); });
    return shortened;
}

LeapTable LeapTable::with_event(const LeapEvent& event) const& {
    return LeapTable{*this}.with_event(event);
}

LeapTable LeapTable::with_event(const LeapEvent& event) && {
    if (event.kind == LeapKind::kNone || event.day < rows_.front().day || event.day >= kRowsEnd - 1 ||
        !is_last_day_of_month(event.day) || kind_on(event.day) != LeapKind::kNone) {
        return std::move(*this);
    }
    const int step = static_cast<int>(event.kind);
    const int tai_minus_utc = tai_minus_utc_on(event.day) + step;
    const auto later = std::find_if(rows_.begin(), rows_.end(), [&](const Row& row) { return row.day > event.day; });
    for (auto row = later; row != rows_.end(); ++row) {
        row->tai_minus_utc += step;
    }
    rows_.insert(later, {event.day + 1, tai_minus_utc});
    return std::move(*this);
}

}  // namespace tokimori
