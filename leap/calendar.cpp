#include "leap/calendar.h"

#include <algorithm>
#include <chrono>

namespace tokimori {
namespace {

constexpr int kFirstYear = 1600;
constexpr int kLastYear = 9999;
constexpr std::int32_t kJstSeconds = 9 * 3600;
constexpr int kNanosecondDigits = 9;

std::chrono::year_month_day date_of(UtcDay day) {
    return std::chrono::year_month_day{std::chrono::sys_days{std::chrono::days{day}}};
}

UtcDay day_of(std::chrono::sys_days days) {
    return static_cast<UtcDay>(days.time_since_epoch().count());
}

bool in_range(int value, int first, int last) {
    return value >= first && value <= last;
}

void append_number(std::string& text, int value, std::size_t width) {
    const std::string digits = std::to_string(value);
    text.append(width - std::min(width, digits.size()), '0');
    text += digits;
}

void append_date(std::string& text, int year, int month, int day) {
    append_number(text, year, 4);
    text += '-';
    append_number(text, month, 2);
    text += '-';
    append_number(text, day, 2);
}

void append_clock(std::string& text, const CivilTime& civil) {
    append_number(text, civil.hour, 2);
    text += ':';
    append_number(text, civil.minute, 2);
    text += ':';
    append_number(text, civil.second, 2);
}

void append_fraction(std::string& text, std::int32_t nanosecond, int digits) {
    if (digits <= 0) {
        return;
    }
    std::string fraction;
    append_number(fraction, nanosecond, kNanosecondDigits);
    text += '.';
    text.append(fraction, 0, static_cast<std::size_t>(std::min(digits, kNanosecondDigits)));
}

std::string format(const CivilTime& civil, char separator, std::int32_t nanosecond, int digits) {
    std::string text;
    append_date(text, civil.year, civil.month, civil.day);
    text += separator;
    append_clock(text, civil);
    append_fraction(text, nanosecond, digits);
    return text;
}

// Takes what it recognises from the front of a text; once it fails, it stays failed.
class Reader {
public:
    explicit Reader(std::string_view text) : rest_(text) {}

    int number(std::size_t width) {
        int value = 0;
        for (std::size_t i = 0; i < width; ++i) {
            value = value * 10 + digit();
        }
        return value;
    }

    void expect(char wanted) {
        if (!take(wanted)) {
            failed_ = true;
        }
    }

    bool take(char wanted) {
        if (rest_.empty() || rest_.front() != wanted) {
            return false;
        }
        rest_.remove_prefix(1);
        return true;
    }

    std::int32_t fraction() {
        std::int32_t value = digit();
        int scale = kNanosecondDigits - 1;
        for (; scale > 0 && at_digit(); --scale) {
            value = value * 10 + digit();
        }
        for (; scale > 0; --scale) {
            value *= 10;
        }
        return value;
    }

    bool complete() const { return !failed_ && rest_.empty(); }

private:
    bool at_digit() const { return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; }

    int digit() {
        if (!at_digit()) {
            failed_ = true;
            return 0;
        }
        const int value = rest_.front() - '0';
        rest_.remove_prefix(1);
        return value;
    }

    std::string_view rest_;
    bool failed_ = false;
};

void read_date(Reader& reader, CivilTime& civil) {
    civil.year = reader.number(4);
    reader.expect('-');
    civil.month = reader.number(2);
    reader.expect('-');
    civil.day = reader.number(2);
}

void read_clock(Reader& reader, CivilTime& civil) {
    civil.hour = reader.number(2);
    reader.expect(':');
    civil.minute = reader.number(2);
    reader.expect(':');
    civil.second = reader.number(2);
}

}  // namespace

std::optional<UtcDay> day_from_date(int year, int month, int day) {
    if (!in_range(year, kFirstYear, kLastYear) || !in_range(month, 1, 12) || !in_range(day, 1, 31)) {
        return std::nullopt;
    }
    const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                           std::chrono::day{static_cast<unsigned>(day)}};
    return date.ok() ? std::optional{day_of(std::chrono::sys_days{date})} : std::nullopt;
}

std::optional<UtcSecond> second_from_civil(const CivilTime& civil) {
    const std::optional<UtcDay> day = day_from_date(civil.year, civil.month, civil.day);
    const bool last_minute = civil.hour == 23 && civil.minute == 59;
    if (!day || !in_range(civil.hour, 0, 23) || !in_range(civil.minute, 0, 59) ||
        !in_range(civil.second, 0, last_minute ? 60 : 59)) {
        return std::nullopt;
    }
    return UtcSecond{*day, civil.hour * 3600 + civil.minute * 60 + civil.second};
}

CivilTime civil_from_second(UtcSecond second) {
    const std::chrono::year_month_day date = date_of(second.day);
    const std::int32_t inserted = second.second == kSecondsPerDay ? 1 : 0;
    const std::int32_t counted = second.second - inserted;
    return CivilTime{static_cast<int>(date.year()),
                     static_cast<int>(static_cast<unsigned>(date.month())),
                     static_cast<int>(static_cast<unsigned>(date.day())),
                     counted / 3600,
                     counted / 60 % 60,
                     counted % 60 + inserted};
}

bool is_last_day_of_month(UtcDay day) {
    return day == last_day_of_month(day);
}

UtcDay last_day_of_month(UtcDay day) {
    const std::chrono::year_month_day date = date_of(day);
    return day_of(std::chrono::sys_days{date.year() / date.month() / std::chrono::last});
}

UtcDay last_day_of_month_before(UtcDay day) {
    return day - civil_from_second({day, 0}).day;
}

bool in_month_of_leap_seconds(UtcDay day) {
    return civil_from_second({day, 0}).month % 3 == 0;
}

std::optional<UtcTime> parse_utc(std::string_view text) {
    Reader reader{text};
    CivilTime civil;
    std::int32_t nanosecond = 0;
    read_date(reader, civil);
    if (reader.take('T')) {
        read_clock(reader, civil);
        nanosecond = reader.take('.') ? reader.fraction() : 0;
        reader.expect('Z');
    }
    const std::optional<UtcSecond> second = second_from_civil(civil);
    if (!reader.complete() || !second) {
        return std::nullopt;
    }
    return UtcTime{*second, nanosecond};
}

std::string format_utc(const UtcTime& time, int digits) {
    return format(civil_from_second(time.second), 'T', time.nanosecond, digits) + "Z";
}

std::string format_jst(const UtcTime& time, int digits) {
    // The inserted second is moved as the 59th and named 60 afterwards: in Japan it falls in the middle of a day.
    const std::int32_t inserted = time.second.second == kSecondsPerDay ? 1 : 0;
    const std::int32_t moved = time.second.second - inserted + kJstSeconds;
    CivilTime civil = civil_from_second({time.second.day + moved / kSecondsPerDay, moved % kSecondsPerDay});
    civil.second += inserted;
    return format(civil, ' ', time.nanosecond, digits) + " JST";
}

std::string format_date(UtcDay day) {
    const CivilTime civil = civil_from_second({day, 0});
    std::string text;
    append_date(text, civil.year, civil.month, civil.day);
    return text;
}

}  // namespace tokimori
