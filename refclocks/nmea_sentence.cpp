#include "refclocks/nmea_sentence.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <span>

#include "leap/leap_table.h"

namespace tokimori {
namespace {

using Reason = Rejection::Reason;

// The standard says 82; some receivers are more talkative.
constexpr std::size_t kLongest = 256;
constexpr std::size_t kMostFields = 40;
constexpr std::size_t kAddress = 5;  // talker and type
constexpr int kPivot = 80;
constexpr int kMostSatellites = 999;
constexpr UtcDay kFirstDay = 3652;  // 1980-01-01

/// The fields after the address; those that are missing are empty.
class Fields {
public:
    explicit Fields(std::string_view text) {
        while (count_ < kMostFields) {
            const std::size_t comma = text.find(',');
            fields_[count_++] = text.substr(0, comma);
            if (comma == std::string_view::npos) {
                return;
            }
            text.remove_prefix(comma + 1);
        }
    }
    std::string_view operator[](std::size_t i) const { return i < count_ ? fields_[i] : std::string_view{}; }

private:
    std::array<std::string_view, kMostFields> fields_{};
    std::size_t count_ = 0;
};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::optional<int> number(std::string_view digits) {
    int value = 0;
    if (digits.empty() || digits.size() > 9 || !std::all_of(digits.begin(), digits.end(), is_digit)) {
        return std::nullopt;
    }
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

std::optional<int> digits_at(std::string_view text, std::size_t place, std::size_t count) {
    return place + count <= text.size() ? number(text.substr(place, count)) : std::nullopt;
}

/// hhmmss.ss as it is printed.
struct Clock {
    int hour = 0;
    int minute = 0;
    int second = 0;
    std::int32_t nanosecond = 0;
};

std::optional<std::int32_t> nanoseconds(std::string_view fraction) {
    if (fraction.empty()) {
        return 0;
    }
    if (fraction.front() != '.' || fraction.size() > 10) {
        return std::nullopt;
    }
    fraction.remove_prefix(1);
    if (fraction.empty()) {
        return 0;
    }
    std::optional<int> value = number(fraction);
    for (std::size_t i = fraction.size(); value && i < 9; ++i) {
        *value *= 10;
    }
    return value;
}

std::optional<Clock> clock_of(std::string_view text) {
    const auto hour = digits_at(text, 0, 2);
    const auto minute = digits_at(text, 2, 2);
    const auto second = digits_at(text, 4, 2);
    const auto fraction = text.size() >= 6 ? nanoseconds(text.substr(6)) : std::nullopt;
    if (!hour || !minute || !second || !fraction) {
        return std::nullopt;
    }
    return Clock{*hour, *minute, *second, *fraction};
}

struct Date {
    int year = 0;
    int month = 0;
    int day = 0;
};

std::optional<Date> date_of(std::string_view ddmmyy) {
    const auto day = digits_at(ddmmyy, 0, 2);
    const auto month = digits_at(ddmmyy, 2, 2);
    const auto year = digits_at(ddmmyy, 4, 2);
    if (!day || !month || !year || ddmmyy.size() != 6) {
        return std::nullopt;
    }
    return Date{*year < kPivot ? 2000 + *year : 1900 + *year, *month, *day};
}

std::optional<UtcTime> time_of(const Date& date, const Clock& clock) {
    const auto second = second_from_civil({date.year, date.month, date.day, clock.hour, clock.minute, clock.second});
    if (!second || second->day < kFirstDay || second->day >= LeapTable::kRowsEnd) {
        return std::nullopt;
    }
    return UtcTime{*second, clock.nanosecond};
}

/// A field that must be absent or right.
template <typename Value>
bool is_broken(std::string_view field, const std::optional<Value>& value) {
    return !field.empty() && !value;
}

NmeaSentence read_rmc(const Fields& fields) {
    const std::string_view status = fields[1];
    const std::string_view mode = fields[11];
    const auto clock = clock_of(fields[0]);
    const auto date = date_of(fields[8]);
    if (is_broken(fields[0], clock) || is_broken(fields[8], date) || (status != "A" && status != "V")) {
        return Reason::kUnreadable;
    }
    RmcSentence sentence{.time = std::nullopt, .valid = status == "A" && mode.find_first_of("NEMS") != 0};
    if (clock && date) {
        sentence.time = time_of(*date, *clock);
        if (!sentence.time) {
            return Reason::kImpossibleDate;
        }
    }
    return sentence;
}

NmeaSentence read_zda(const Fields& fields) {
    const auto clock = clock_of(fields[0]);
    const auto day = number(fields[1]);
    const auto month = number(fields[2]);
    const auto year = number(fields[3]);
    if (is_broken(fields[0], clock) || is_broken(fields[1], day) || is_broken(fields[2], month) ||
        is_broken(fields[3], year)) {
        return Reason::kUnreadable;
    }
    if (!clock || !day || !month || !year) {
        return ZdaSentence{};
    }
    const auto time = time_of({*year, *month, *day}, *clock);
    return time ? NmeaSentence{ZdaSentence{time}} : NmeaSentence{Reason::kImpossibleDate};
}

NmeaSentence read_gga(const Fields& fields) {
    const auto clock = clock_of(fields[0]);
    const auto quality = number(fields[5]);
    const auto used = number(fields[6]);
    if (is_broken(fields[0], clock) || is_broken(fields[5], quality) || is_broken(fields[6], used)) {
        return Reason::kUnreadable;
    }
    GgaSentence sentence{.time_of_day = std::nullopt,
                         .valid = quality && *quality >= 1 && *quality <= 5,
                         .used = std::min(used.value_or(0), kMostSatellites)};
    if (clock) {
        const auto second = second_from_civil({2000, 1, 1, clock->hour, clock->minute, clock->second});
        if (!second) {
            return Reason::kImpossibleDate;
        }
        sentence.time_of_day = std::chrono::seconds{second->second} + Duration{clock->nanosecond};
    }
    return sentence;
}

NmeaSentence read_gsa(const Fields& fields) {
    const auto fix = number(fields[1]);
    return fix && *fix >= 1 && *fix <= 3 ? NmeaSentence{GsaSentence{*fix >= 2}} : NmeaSentence{Reason::kUnreadable};
}

NmeaSentence read_gsv(std::string_view talker, const Fields& fields) {
    const auto visible = number(fields[2]);
    if (is_broken(fields[2], visible)) {
        return Reason::kUnreadable;
    }
    return GsvSentence{std::string{talker}, std::min(visible.value_or(0), kMostSatellites)};
}

int hex_value(char c) {
    if (is_digit(c)) {
        return c - '0';
    }
    const char upper = static_cast<char>(c & ~0x20);
    return upper >= 'A' && upper <= 'F' ? upper - 'A' + 10 : -1;
}

// What stands between `$` and `*`, if the checksum is right.
std::optional<std::string_view> body_of(std::string_view line) {
    if (line.ends_with('\r')) {
        line.remove_suffix(1);
    }
    const std::size_t dollar = line.rfind('$');
    if (dollar == std::string_view::npos) {
        return std::nullopt;
    }
    line.remove_prefix(dollar + 1);
    if (line.size() > kLongest || line.size() < 3 || line[line.size() - 3] != '*') {
        return std::nullopt;
    }
    const std::string_view body = line.substr(0, line.size() - 3);
    unsigned sum = 0;
    for (const char c : body) {
        if (c < ' ' || c > '~') {
            return std::nullopt;
        }
        sum ^= static_cast<unsigned char>(c);
    }
    const int high = hex_value(line[line.size() - 2]);
    const int low = hex_value(line[line.size() - 1]);
    return high >= 0 && low >= 0 && sum == static_cast<unsigned>(high * 16 + low) ? std::optional{body} : std::nullopt;
}

}  // namespace

NmeaSentence read_nmea(std::string_view line) {
    const std::optional<std::string_view> body = body_of(line);
    if (!body) {
        return Reason::kUnreadable;
    }
    if (body->size() <= kAddress || (*body)[kAddress] != ',' || body->front() == 'P') {
        return std::monostate{};
    }
    const std::string_view type = body->substr(2, 3);
    const Fields fields{body->substr(kAddress + 1)};
    if (type == "RMC") {
        return read_rmc(fields);
    }
    if (type == "ZDA") {
        return read_zda(fields);
    }
    if (type == "GGA") {
        return read_gga(fields);
    }
    if (type == "GSA") {
        return read_gsa(fields);
    }
    return type == "GSV" ? read_gsv(body->substr(0, 2), fields) : NmeaSentence{};
}

}  // namespace tokimori
