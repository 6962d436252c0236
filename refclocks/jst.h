#pragma once

#include <optional>

#include "leap/calendar.h"

namespace tokimori {

/// Japan Standard Time is UTC + 9 h all year. Its leap second is 08:59:60.
inline constexpr std::int32_t kJstAheadSeconds = 9 * 3600;

/// The UTC second that a date and time of day in JST name; nullopt where a field is out of range or the leap second
/// stands elsewhere than at 08:59.
inline std::optional<UtcSecond> utc_from_jst(const CivilTime& jst) {
    const std::optional<UtcDay> day = day_from_date(jst.year, jst.month, jst.day);
    const bool leap = jst.hour == 8 && jst.minute == 59 && jst.second == 60;
    const bool in_range = jst.hour >= 0 && jst.hour < 24 && jst.minute >= 0 && jst.minute < 60 && jst.second >= 0 &&
                          (jst.second < 60 || leap);
    if (!day || !in_range) {
        return std::nullopt;
    }
    if (leap) {
        return UtcSecond{*day - 1, kSecondsPerDay};
    }
    const std::int32_t second = jst.hour * 3600 + jst.minute * 60 + jst.second - kJstAheadSeconds;
    return second < 0 ? UtcSecond{*day - 1, second + kSecondsPerDay} : UtcSecond{*day, second};
}

}  // namespace tokimori
