#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "leap/calendar.h"
#include "leap/leap_table.h"

namespace tokimori {

/// What one second of long-wave JJY says: carrier at full power for 0.8 s, 0.5 s or 0.2 s (NICT).
enum class JjySymbol : std::uint8_t { kZero, kOne, kMarker, kUnknown };

/// One binary digit of a field: the second of the minute in which it is sent, and what it counts.
struct JjyBit {
    int second = 0;
    int weight = 0;
};
enum class JjyField : std::uint8_t { kMinute, kHour, kDayOfYear, kYear, kWeekday };

/// The digits of a field, the most significant first. All are BCD.
std::span<const JjyBit> jjy_bits(JjyField field);
/// Whether the digit of `weight` is 1 in `value`, whose higher digits were taken off: the rest is left in it.
bool take_jjy_bit(int& value, int weight);

/// Seconds in which the parity of hour and minute is sent.
inline constexpr int kJjyHourParity = 36;
inline constexpr int kJjyMinuteParity = 37;

/// What stands in this second of any minute of sixty seconds: a marker, or a zero that is always sent; `kUnknown` where
/// that depends.
JjySymbol jjy_fixed_symbol(int second);

/// Minutes 15 and 45 give the call sign in Morse in seconds 40 … 48, and stops instead of year, weekday and leap bits.
inline bool is_jjy_call_sign(int minute) {
    return minute == 15 || minute == 45;
}
inline bool is_jjy_morse(int minute, int second) {
    return is_jjy_call_sign(minute) && second >= 40 && second <= 48;
}

/// A planned stop of the transmission: the digits ST1 … ST6 as they are sent; all 0: none is planned.
struct JjyStop {
    int begins = 0;  ///< ST1 … ST3: 1 within 7 days, 2 in 3 to 6 days, 3 within 2 days, 4 24 h, 5 12 h, 6 2 h
    bool daytime_only = false;  ///< ST4
    int length = 0;             ///< ST5, ST6: 1 a week or more, or unknown, 2 two to six days, 3 less than two days

    friend bool operator==(const JjyStop&, const JjyStop&) = default;
};

/// One minute as the station sends it.
struct JjyMinute {
    UtcSecond begins;                  ///< second 0 of the minute, which the frame names in JST
    LeapKind leap = LeapKind::kNone;   ///< announced for the end of this UTC month
    bool summer_time_changes = false;  ///< SU1, reserved
    bool summer_time = false;          ///< SU2, reserved
    JjyStop stop = {};                 ///< sent in minutes 15 and 45 only
};

/// The seconds of the minute: 60, or 61 or 59 where it is the last of a UTC month that ends in the announced leap
/// second. The Morse seconds are `kUnknown`.
std::vector<JjySymbol> encode_jjy(const JjyMinute& minute);

/// How many seconds `encode_jjy` gives.
int jjy_length(const UtcSecond& begins, LeapKind leap);

/// The fields of one frame. Each is in its range; that they belong together is for others to say.
struct JjyFields {
    int minute = 0;
    int hour = 0;         ///< JST
    int day_of_year = 1;  ///< 1 … 366
    int length = 60;      ///< seconds
    bool summer_time_changes = false;
    std::optional<int> year =
        std::nullopt;  ///< of its century; absent in minutes 15 and 45, and so is all that follows
    std::optional<int> weekday = std::nullopt;    ///< 0 = Sunday
    std::optional<LeapKind> leap = std::nullopt;  ///< announced for the end of this UTC month
    bool summer_time = false;
    std::optional<JjyStop> stop = std::nullopt;  ///< in minutes 15 and 45 only
};

/// What is wrong with a frame, the first thing found.
enum class JjyFault : std::uint8_t {
    kLength,   ///< not 60 seconds, nor 61 or 59 at 08:59 JST with the announcement of that
    kUnheard,  ///< a second that could not be read
    kMarkers,  ///< a marker is missing, or there is one too many
    kZeros,    ///< a digit that is always 0 is 1
    kParity,
    kRange,     ///< a field beyond its range, or a decimal digit above 9
    kLeapBits,  ///< LS1 = 0 and LS2 = 1
};

/// "length", "unheard", "markers", …: a stable word.
std::string_view jjy_fault_code(JjyFault fault);

/// One minute in the letters 0, 1, M and, where it could not be read, ?.
std::string jjy_letters(std::span<const JjySymbol> symbols);

/// Whether the parity of this field, hour or minute, is right; nullopt where a second of it could not be read.
std::optional<bool> jjy_parity_holds(std::span<const JjySymbol> symbols, JjyField field);

/// Reads the seconds of one minute, beginning with its marker M.
std::variant<JjyFields, JjyFault> decode_jjy(std::span<const JjySymbol> symbols);

/// The first minute on or after `earliest` (a UTC day) that the fields name; two digits of a year so mean a hundred
/// years from there. nullopt where there is no such day, the weekday is another, or the minute may not be so long.
std::optional<UtcSecond> jjy_begin(const JjyFields& fields, UtcDay earliest);

}  // namespace tokimori
