#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tokimori {

/// A UTC day: days since 1970-01-01 in the proleptic Gregorian calendar.
using UtcDay = std::int32_t;

/// Seconds in a UTC day without a leap second.
inline constexpr std::int32_t kSecondsPerDay = 86400;

/// The name of one second of UTC. A count cannot name 23:59:60; this can.
struct UtcSecond {
    UtcDay day = 0;
    std::int32_t second = 0;  ///< 0 … 86399; 86400 is 23:59:60, an inserted second

    friend auto operator<=>(const UtcSecond&, const UtcSecond&) = default;
};

/// An instant named in UTC.
struct UtcTime {
    UtcSecond second;
    std::int32_t nanosecond = 0;  ///< 0 … 999 999 999

    friend auto operator<=>(const UtcTime&, const UtcTime&) = default;
};

/// A date and time of day as people write it. Values are as printed: month 1 … 12, second 0 … 60.
struct CivilTime {
    int year = 1970;
    int month = 1;
    int day = 1;
    int hour = 0;
    int minute = 0;
    int second = 0;

    friend bool operator==(const CivilTime&, const CivilTime&) = default;
};

/// The UTC day of a Gregorian date; nullopt where there is no such date (month 13, 30 February)
/// or the year is outside 1600 … 9999.
std::optional<UtcDay> day_from_date(int year, int month, int day);

/// The UTC second that `civil` names. Second 60 is accepted only at 23:59; whether that day really
/// had one is the leap table's knowledge. nullopt where a field is out of range.
std::optional<UtcSecond> second_from_civil(const CivilTime& civil);

/// The inverse of `second_from_civil`: 86400 becomes 23:59:60.
CivilTime civil_from_second(UtcSecond second);

/// True if `day` is the last of its month: the only days that may end in a leap second (ITU-R TF.460-6).
bool is_last_day_of_month(UtcDay day);

/// The last day of the month in which `day` lies.
UtcDay last_day_of_month(UtcDay day);

/// The last day of the month before that in which `day` lies.
UtcDay last_day_of_month_before(UtcDay day);

/// True in March, June, September and December, the only months that ITU-R TF.460-6 names for leap seconds.
bool in_month_of_leap_seconds(UtcDay day);

/// Reads `2016-12-31T23:59:60Z`, `2016-12-31T23:59:60.123456789Z` (1 … 9 digits), or a bare date
/// `2016-12-31` (midnight). The `Z` is required after a time. nullopt for anything else.
std::optional<UtcTime> parse_utc(std::string_view text);

/// `2016-12-31T23:59:60Z`, or with `digits` 1 … 9 a fraction, truncated, never rounded up.
std::string format_utc(const UtcTime& time, int digits = 0);

/// Japan Standard Time (UTC+9) of the same instant: `2017-01-01 08:59:60 JST`. The leap second keeps
/// its name 60. `digits` as in `format_utc`.
std::string format_jst(const UtcTime& time, int digits = 0);

/// `2016-12-31`.
std::string format_date(UtcDay day);

}  // namespace tokimori
