#include "refclocks/jjy_frame.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "refclocks/jst.h"

namespace tokimori {
namespace {

using Symbols = std::span<const JjySymbol>;

constexpr std::array kMinuteBits{JjyBit{1, 40}, JjyBit{2, 20}, JjyBit{3, 10}, JjyBit{5, 8},
                                 JjyBit{6, 4},  JjyBit{7, 2},  JjyBit{8, 1}};
constexpr std::array kHourBits{JjyBit{12, 20}, JjyBit{13, 10}, JjyBit{15, 8},
                               JjyBit{16, 4},  JjyBit{17, 2},  JjyBit{18, 1}};
constexpr std::array kDayBits{JjyBit{22, 200}, JjyBit{23, 100}, JjyBit{25, 80}, JjyBit{26, 40}, JjyBit{27, 20},
                              JjyBit{28, 10},  JjyBit{30, 8},   JjyBit{31, 4},  JjyBit{32, 2},  JjyBit{33, 1}};
constexpr std::array kYearBits{JjyBit{41, 80}, JjyBit{42, 40}, JjyBit{43, 20}, JjyBit{44, 10},
                               JjyBit{45, 8},  JjyBit{46, 4},  JjyBit{47, 2},  JjyBit{48, 1}};
constexpr std::array kWeekdayBits{JjyBit{50, 4}, JjyBit{51, 2}, JjyBit{52, 1}};
constexpr std::array kStopBeginsBits{JjyBit{50, 4}, JjyBit{51, 2}, JjyBit{52, 1}};
constexpr std::array kStopLengthBits{JjyBit{54, 2}, JjyBit{55, 1}};

constexpr std::array kZeros{4, 10, 11, 14, 20, 21, 24, 34, 35, 56, 57, 58};
constexpr int kSummerTimeChanges = 38;
constexpr int kSummerTime = 40;
constexpr int kLeapAnnounced = 53;
constexpr int kLeapInserted = 54;
constexpr int kStopDaytimeOnly = 53;
constexpr int kSixthZero = 55;  // in normal minutes
constexpr int kFirstOfCallSign = 40;

constexpr int kSeconds = 60;
constexpr int kMinutesPerHour = 60;
constexpr int kHoursPerDay = 24;
constexpr int kDaysPerWeek = 7;
constexpr int kThursday = 4;  // 1970-01-01
constexpr int kLongestYear = 366;
constexpr int kLastMinuteOfUtcDay = 8 * 60 + 59;  // JST

int positive_modulo(int value, int modulus) {
    return (value % modulus + modulus) % modulus;
}

bool ends_utc_month(const UtcSecond& begins) {
    return begins.second == kSecondsPerDay - kSeconds && is_last_day_of_month(begins.day);
}

void put(std::vector<JjySymbol>& symbols, std::span<const JjyBit> bits, int value) {
    for (const JjyBit& bit : bits) {
        const bool one = take_jjy_bit(value, bit.weight);
        symbols[static_cast<std::size_t>(bit.second)] = one ? JjySymbol::kOne : JjySymbol::kZero;
    }
}

void put(std::vector<JjySymbol>& symbols, int second, bool one) {
    symbols[static_cast<std::size_t>(second)] = one ? JjySymbol::kOne : JjySymbol::kZero;
}

bool is_one(Symbols symbols, int second) {
    return symbols[static_cast<std::size_t>(second)] == JjySymbol::kOne;
}

bool parity_of(Symbols symbols, std::span<const JjyBit> bits) {
    const auto ones = std::count_if(bits.begin(), bits.end(), [&](JjyBit bit) { return is_one(symbols, bit.second); });
    return ones % 2 == 1;
}

int value_of(Symbols symbols, std::span<const JjyBit> bits) {
    return std::accumulate(bits.begin(), bits.end(), 0, [&](int sum, const JjyBit& bit) {
        return sum + (is_one(symbols, bit.second) ? bit.weight : 0);
    });
}

// Decimal digits above 9 would be read as another value: what encodes differently was no decimal.
std::optional<int> decimal(Symbols symbols, std::span<const JjyBit> bits, int most) {
    const int value = value_of(symbols, bits);
    int rest = value;
    const bool same = std::all_of(bits.begin(), bits.end(), [&](const JjyBit& bit) {
        return take_jjy_bit(rest, bit.weight) == is_one(symbols, bit.second);
    });
    return same && value <= most ? std::optional{value} : std::nullopt;
}

void put_call_sign(std::vector<JjySymbol>& symbols, const JjyStop& stop) {
    std::fill_n(symbols.begin() + kFirstOfCallSign, 9, JjySymbol::kUnknown);
    put(symbols, kStopBeginsBits, stop.begins);
    put(symbols, kStopDaytimeOnly, stop.daytime_only);
    put(symbols, kStopLengthBits, stop.length);
}

// The marker P0 moves with the end of the minute; what it leaves, or the second before it, is a zero.
void set_length(std::vector<JjySymbol>& symbols, int length) {
    symbols[kSeconds - 1] = JjySymbol::kZero;
    symbols.resize(static_cast<std::size_t>(length), JjySymbol::kZero);
    symbols.back() = JjySymbol::kMarker;
}

JjySymbol expected_fixed(int second, int length) {
    if (second == length - 1) {
        return JjySymbol::kMarker;
    }
    return second >= kSeconds - 1 ? JjySymbol::kZero : jjy_fixed_symbol(second);
}

std::optional<JjyFault> frame_fault(Symbols symbols, bool call_sign) {
    const int length = static_cast<int>(symbols.size());
    std::optional<JjyFault> zeros;
    for (int second = 0; second < length; ++second) {
        const JjySymbol heard = symbols[static_cast<std::size_t>(second)];
        if (call_sign && second >= kFirstOfCallSign && second < kFirstOfCallSign + 9) {
            continue;
        }
        if (heard == JjySymbol::kUnknown) {
            return JjyFault::kUnheard;
        }
        const JjySymbol fixed = expected_fixed(second, length);
        if ((heard == JjySymbol::kMarker) != (fixed == JjySymbol::kMarker)) {
            return JjyFault::kMarkers;
        }
        const bool always_zero = fixed == JjySymbol::kZero || (second == kSixthZero && !call_sign);
        zeros = always_zero && heard == JjySymbol::kOne ? JjyFault::kZeros : zeros;
    }
    return zeros;
}

std::optional<LeapKind> leap_of(Symbols symbols) {
    const bool inserted = is_one(symbols, kLeapInserted);
    if (is_one(symbols, kLeapAnnounced)) {
        return inserted ? LeapKind::kInsert : LeapKind::kDelete;
    }
    return inserted ? std::nullopt : std::optional{LeapKind::kNone};
}

std::optional<JjyFault> read_rest(Symbols symbols, JjyFields& fields) {
    if (is_jjy_call_sign(fields.minute)) {
        fields.stop = JjyStop{value_of(symbols, kStopBeginsBits), is_one(symbols, kStopDaytimeOnly),
                              value_of(symbols, kStopLengthBits)};
        return std::nullopt;
    }
    fields.year = decimal(symbols, kYearBits, 99);
    fields.weekday = decimal(symbols, kWeekdayBits, kDaysPerWeek - 1);
    fields.leap = leap_of(symbols);
    fields.summer_time = is_one(symbols, kSummerTime);
    if (!fields.year || !fields.weekday) {
        return JjyFault::kRange;
    }
    return fields.leap ? std::nullopt : std::optional{JjyFault::kLeapBits};
}

bool may_be_so_long(const JjyFields& fields) {
    if (fields.length == kSeconds) {
        return true;
    }
    const LeapKind needed = fields.length > kSeconds ? LeapKind::kInsert : LeapKind::kDelete;
    return fields.hour * kMinutesPerHour + fields.minute == kLastMinuteOfUtcDay && fields.leap == needed;
}

std::optional<UtcDay> nth_day(int year, int day_of_year) {
    const std::optional<UtcDay> day = day_from_date(year, 1, 1);
    const std::optional<UtcDay> next = day_from_date(year + 1, 1, 1);
    return day && next && *day + day_of_year - 1 < *next ? std::optional{*day + day_of_year - 1} : std::nullopt;
}

UtcSecond utc_of(UtcDay jst_day, const JjyFields& fields) {
    const int second = (fields.hour * kMinutesPerHour + fields.minute) * kSeconds - kJstAheadSeconds;
    return second < 0 ? UtcSecond{jst_day - 1, second + kSecondsPerDay} : UtcSecond{jst_day, second};
}

}  // namespace

std::span<const JjyBit> jjy_bits(JjyField field) {
    switch (field) {
        case JjyField::kMinute:
            return kMinuteBits;
        case JjyField::kHour:
            return kHourBits;
        case JjyField::kDayOfYear:
            return kDayBits;
        case JjyField::kYear:
            return kYearBits;
        case JjyField::kWeekday:
            return kWeekdayBits;
    }
    return {};
}

bool take_jjy_bit(int& value, int weight) {
    const bool one = value >= weight;
    value -= one ? weight : 0;
    return one;
}

JjySymbol jjy_fixed_symbol(int second) {
    if (second == 0 || second % 10 == 9) {
        return JjySymbol::kMarker;
    }
    return std::find(kZeros.begin(), kZeros.end(), second) != kZeros.end() ? JjySymbol::kZero : JjySymbol::kUnknown;
}

int jjy_length(const UtcSecond& begins, LeapKind leap) {
    return ends_utc_month(begins) ? kSeconds + static_cast<int>(leap) : kSeconds;
}

std::vector<JjySymbol> encode_jjy(const JjyMinute& minute) {
    const int jst_second = minute.begins.second + kJstAheadSeconds;
    const UtcDay jst_day = minute.begins.day + (jst_second >= kSecondsPerDay ? 1 : 0);
    const int minute_of_day = jst_second % kSecondsPerDay / kSeconds;
    const int year = civil_from_second({jst_day, 0}).year;
    std::vector<JjySymbol> symbols(kSeconds, JjySymbol::kZero);
    for (int second = 0; second < kSeconds; ++second) {
        if (jjy_fixed_symbol(second) == JjySymbol::kMarker) {
            symbols[static_cast<std::size_t>(second)] = JjySymbol::kMarker;
        }
    }
    put(symbols, kMinuteBits, minute_of_day % kMinutesPerHour);
    put(symbols, kHourBits, minute_of_day / kMinutesPerHour);
    put(symbols, kDayBits, jst_day - day_from_date(year, 1, 1).value_or(jst_day) + 1);
    put(symbols, kJjyHourParity, parity_of(symbols, kHourBits));
    put(symbols, kJjyMinuteParity, parity_of(symbols, kMinuteBits));
    put(symbols, kSummerTimeChanges, minute.summer_time_changes);
    if (is_jjy_call_sign(minute_of_day % kMinutesPerHour)) {
        put_call_sign(symbols, minute.stop);
        return symbols;
    }
    put(symbols, kSummerTime, minute.summer_time);
    put(symbols, kYearBits, year % 100);
    put(symbols, kWeekdayBits, positive_modulo(jst_day + kThursday, kDaysPerWeek));
    put(symbols, kLeapAnnounced, minute.leap != LeapKind::kNone);
    put(symbols, kLeapInserted, minute.leap == LeapKind::kInsert);
    set_length(symbols, jjy_length(minute.begins, minute.leap));
    return symbols;
}

std::string_view jjy_fault_code(JjyFault fault) {
    static constexpr std::array<std::string_view, 7> kCodes{"length", "unheard", "markers",  "zeros",
                                                            "parity", "range",   "leap_bits"};
    return kCodes[static_cast<std::size_t>(fault)];
}

std::string jjy_letters(std::span<const JjySymbol> symbols) {
    std::string letters;
    for (const JjySymbol symbol : symbols) {
        letters += "01M?"[static_cast<std::size_t>(symbol)];
    }
    return letters;
}

std::optional<bool> jjy_parity_holds(std::span<const JjySymbol> symbols, JjyField field) {
    const int place = field == JjyField::kHour ? kJjyHourParity : kJjyMinuteParity;
    const std::span<const JjyBit> bits = jjy_bits(field);
    const auto is_read = [symbols](int second) {
        const auto at = static_cast<std::size_t>(second);
        return at < symbols.size() && (symbols[at] == JjySymbol::kZero || symbols[at] == JjySymbol::kOne);
    };
    if (!is_read(place) || !std::ranges::all_of(bits, is_read, &JjyBit::second)) {
        return std::nullopt;
    }
    return parity_of(symbols, bits) == is_one(symbols, place);
}

std::variant<JjyFields, JjyFault> decode_jjy(std::span<const JjySymbol> symbols) {
    if (symbols.size() < kSeconds - 1 || symbols.size() > kSeconds + 1) {
        return JjyFault::kLength;
    }
    const std::optional<int> minute = decimal(symbols, kMinuteBits, kMinutesPerHour - 1);
    if (const auto fault = frame_fault(symbols, minute && is_jjy_call_sign(*minute))) {
        return *fault;
    }
    if (parity_of(symbols, kHourBits) != is_one(symbols, kJjyHourParity) ||
        parity_of(symbols, kMinuteBits) != is_one(symbols, kJjyMinuteParity)) {
        return JjyFault::kParity;
    }
    const std::optional<int> hour = decimal(symbols, kHourBits, kHoursPerDay - 1);
    const std::optional<int> day = decimal(symbols, kDayBits, kLongestYear);
    if (!minute || !hour || !day || *day == 0) {
        return JjyFault::kRange;
    }
    JjyFields fields{.minute = *minute, .hour = *hour, .day_of_year = *day, .length = static_cast<int>(symbols.size())};
    fields.summer_time_changes = is_one(symbols, kSummerTimeChanges);
    if (const auto fault = read_rest(symbols, fields)) {
        return *fault;
    }
    if (!may_be_so_long(fields)) {
        return JjyFault::kLength;
    }
    return fields;
}

std::optional<UtcSecond> jjy_begin(const JjyFields& fields, UtcDay earliest) {
    constexpr int kCentury = 100;
    const int first_year = civil_from_second({earliest, 0}).year;
    for (int year = first_year; year <= first_year + kCentury; ++year) {
        const std::optional<UtcDay> jst_day = nth_day(year, fields.day_of_year);
        const bool same_year = !fields.year || year % kCentury == *fields.year;
        if (!jst_day || !same_year || utc_of(*jst_day, fields).day < earliest) {
            continue;
        }
        const UtcSecond begins = utc_of(*jst_day, fields);
        const bool right = !fields.weekday || *fields.weekday == positive_modulo(*jst_day + kThursday, kDaysPerWeek);
        const bool long_enough = jjy_length(begins, fields.leap.value_or(LeapKind::kNone)) == fields.length;
        return right && long_enough ? std::optional{begins} : std::nullopt;
    }
    return std::nullopt;
}

}  // namespace tokimori
