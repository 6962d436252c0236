#include "refclocks/gps_leap.h"

namespace tokimori {
namespace {

constexpr UtcDay kFirstGpsDay = 3657;  // 1980-01-06, a Sunday
constexpr std::int64_t kDaysPerWeek = 7;
constexpr std::int64_t kWeeks = 256;

bool fits(std::int64_t value, std::int64_t least, std::int64_t most) {
    return value >= least && value <= most;
}

// All fields are of eight bits; a leap second is one second.
bool is_possible(const GpsLeapPage& page) {
    return fits(page.now, -128, 127) && fits(page.future, -128, 127) && fits(page.week, 0, kWeeks - 1) &&
           fits(page.day, 1, kDaysPerWeek) && fits(page.future - page.now, -1, 1);
}

UtcDay day_of_event(const GpsLeapPage& page, UtcDay today) {
    const std::int64_t this_week = (today - kFirstGpsDay) / kDaysPerWeek;
    const std::int64_t ahead = (page.week - this_week % kWeeks + kWeeks) % kWeeks;
    const std::int64_t week = this_week + (ahead < kWeeks / 2 ? ahead : ahead - kWeeks);
    return static_cast<UtcDay>(kFirstGpsDay + week * kDaysPerWeek + page.day - 1);
}

}  // namespace

std::optional<LeapKind> leap_at_month_end(const GpsLeapPage& page, UtcDay today) {
    if (!is_possible(page) || today < kFirstGpsDay) {
        return std::nullopt;
    }
    if (page.future == page.now || day_of_event(page, today) != last_day_of_month(today)) {
        return LeapKind::kNone;
    }
    return page.future > page.now ? LeapKind::kInsert : LeapKind::kDelete;
}

}  // namespace tokimori
