#include "refclocks/jjy_minute_finder.h"

#include <cmath>
#include <limits>
#include <span>

#include "refclocks/jst.h"

namespace tokimori {
namespace {

constexpr int kSeconds = 60;
constexpr int kMinutesPerHour = 60;
constexpr int kHoursPerDay = 24;
constexpr int kMinutesPerDay = kMinutesPerHour * kHoursPerDay;
constexpr std::size_t kDaysPerWeek = 7;
constexpr int kThursday = 4;  // 1970-01-01

constexpr std::size_t kMostHeard = 600;
constexpr std::size_t kLeastHeard = 2 * kSeconds;
// Two digits of the year apart by one bit alone, on the same weekday, are ninety years apart at least.
constexpr int kYears = 80;

// Natural logarithms of odds.
constexpr double kCertain = 18.0;
constexpr double kMostErrors = 0.25;

constexpr std::array kDataFields{JjyField::kMinute, JjyField::kHour, JjyField::kDayOfYear};
constexpr std::array kDataFieldsOfDate{JjyField::kYear, JjyField::kWeekday};

bool is_fixed(int second) {
    return jjy_fixed_symbol(second) != JjySymbol::kUnknown;
}

bool is_data(int second, bool call_sign) {
    const auto holds = [second](JjyField field) {
        const auto bits = jjy_bits(field);
        return std::any_of(bits.begin(), bits.end(), [second](JjyBit bit) { return bit.second == second; });
    };
    return second == kJjyHourParity || second == kJjyMinuteParity ||
           std::any_of(kDataFields.begin(), kDataFields.end(), holds) ||
           (!call_sign && std::any_of(kDataFieldsOfDate.begin(), kDataFieldsOfDate.end(), holds));
}

UtcDay new_year(int year) {
    return day_from_date(year, 1, 1).value_or(0);
}

int days_from(UtcDay earliest) {
    return new_year(civil_from_second({earliest, 0}).year + kYears + 1) - earliest;
}

// Whether an explanation that leaves `lead` fewer errors than the next best is believed where errors are so frequent.
bool is_certain(double lead, double error_rate) {
    return error_rate <= kMostErrors && lead * std::log((1.0 - error_rate) / error_rate) >= kCertain;
}

int ones_in(JjyField field, int value) {
    int ones = 0;
    for (const JjyBit& bit : jjy_bits(field)) {
        ones += take_jjy_bit(value, bit.weight) ? 1 : 0;
    }
    return ones;
}

}  // namespace

class JjyMinuteFinder::Contest {
public:
    void enter(int value, double errors) {
        if (errors < best_.errors) {
            second_ = best_.errors;
            best_ = {value, errors, 0};
        } else {
            second_ = std::min(second_, errors);
        }
    }
    Guess winner() const { return {best_.value, best_.errors, second_ - best_.errors}; }

private:
    Guess best_{0, std::numeric_limits<double>::max(), 0};
    double second_ = std::numeric_limits<double>::max();
};

/// A day as a frame names it. Eighty years are gone through by counting on: nobody has to know them by heart.
struct JjyMinuteFinder::Date {
    int full_year = 0;
    int days_in_year = 0;
    std::size_t year = 0;  ///< two digits
    std::size_t day_of_year = 0;
    std::size_t weekday = 0;

    explicit Date(UtcDay day) : weekday{static_cast<std::size_t>(day + kThursday) % kDaysPerWeek} {
        begin_year(civil_from_second({day, 0}).year);
        day_of_year = static_cast<std::size_t>(day - new_year(full_year) + 1);
    }

    void step() {
        weekday = weekday + 1 < kDaysPerWeek ? weekday + 1 : 0;
        if (++day_of_year > static_cast<std::size_t>(days_in_year)) {
            begin_year(full_year + 1);
            day_of_year = 1;
        }
    }

private:
    void begin_year(int number) {
        full_year = number;
        year = static_cast<std::size_t>(number % 100);
        days_in_year = new_year(number + 1) - new_year(number);
    }
};

/// What each value of the parts of a date leaves unexplained in the minutes of one day.
struct JjyMinuteFinder::DateErrors {
    std::array<double, 367> day_of_year{};
    std::array<double, 100> year{};
    std::array<double, 7> weekday{};

    double of(const Date& date) const {
        return day_of_year[date.day_of_year] + year[date.year] + weekday[date.weekday];
    }
};

JjyMinuteFinder::JjyMinuteFinder(UtcDay earliest) : first_day_{earliest}, days_{days_from(earliest)} {}

void JjyMinuteFinder::add(const JjySoftSymbol& symbol) {
    heard_.push_back(symbol);
    keep(kMostHeard);
}

void JjyMinuteFinder::keep(std::size_t count) {
    while (heard_.size() > count) {
        heard_.pop_front();
    }
}

double JjyMinuteFinder::error(int at, JjySymbol expected) const {
    const bool heard = at >= 0 && at < static_cast<int>(heard_.size());
    return heard ? heard_[static_cast<std::size_t>(at)].penalty_of(expected) : 0.0;
}

double JjyMinuteFinder::field_errors(int frame_begin, JjyField field, int value) const {
    double errors = 0;
    for (const JjyBit& bit : jjy_bits(field)) {
        const bool one = take_jjy_bit(value, bit.weight);
        errors += error(frame_begin + bit.second, one ? JjySymbol::kOne : JjySymbol::kZero);
    }
    return errors;
}

double JjyMinuteFinder::parity_error(int frame_begin, int second, JjyField field, int value) const {
    return error(frame_begin + second, ones_in(field, value) % 2 == 1 ? JjySymbol::kOne : JjySymbol::kZero);
}

int JjyMinuteFinder::frames(int phase) const {
    return (phase + static_cast<int>(heard_.size()) + kSeconds - 1) / kSeconds;
}

// By place modulo 60 from the oldest on.
JjyMinuteFinder::PlaceErrors JjyMinuteFinder::place_errors() const {
    PlaceErrors errors{};
    for (std::size_t i = 0; i < heard_.size(); ++i) {
        const JjySoftSymbol& heard = heard_[i];
        const double zero = heard.penalty_of(JjySymbol::kZero);
        std::array<double, 3>& sums = errors[i % kSeconds];
        sums[static_cast<std::size_t>(JjySymbol::kZero)] += zero;
        sums[static_cast<std::size_t>(JjySymbol::kOne)] += std::min(zero, heard.penalty_of(JjySymbol::kOne));
        sums[static_cast<std::size_t>(JjySymbol::kMarker)] += heard.penalty_of(JjySymbol::kMarker);
    }
    return errors;
}

// The second of the minute in which the oldest was heard. What is no marker must not look like one.
JjyMinuteFinder::Guess JjyMinuteFinder::guess_phase() const {
    const PlaceErrors errors = place_errors();
    const auto sum = [&errors](int phase, bool with_data) {
        double total = 0;
        for (int second = 0; second < kSeconds; ++second) {
            const auto place = static_cast<std::size_t>((second - phase + kSeconds) % kSeconds);
            const JjySymbol fixed = jjy_fixed_symbol(second);
            const bool data = fixed == JjySymbol::kUnknown;
            total += !data || with_data ? errors[place][static_cast<std::size_t>(data ? JjySymbol::kOne : fixed)] : 0.0;
        }
        return total;
    };
    Contest contest;
    for (int phase = 0; phase < kSeconds; ++phase) {
        contest.enter(phase, sum(phase, true));
    }
    Guess guess = contest.winner();
    guess.errors = sum(guess.value, false);
    return guess;
}

JjyMinuteFinder::Guess JjyMinuteFinder::guess_minute(int phase) const {
    Contest contest;
    for (int first = 0; first < kMinutesPerHour; ++first) {
        double errors = 0;
        for (int frame = 0; frame < frames(phase); ++frame) {
            const int begin = frame * kSeconds - phase;
            const int minute = (first + frame) % kMinutesPerHour;
            errors += field_errors(begin, JjyField::kMinute, minute) +
                      parity_error(begin, kJjyMinuteParity, JjyField::kMinute, minute);
        }
        contest.enter(first, errors);
    }
    return contest.winner();
}

JjyMinuteFinder::Guess JjyMinuteFinder::guess_hour(int phase, int minute) const {
    Contest contest;
    for (int first = 0; first < kHoursPerDay; ++first) {
        double errors = 0;
        for (int frame = 0; frame < frames(phase); ++frame) {
            const int begin = frame * kSeconds - phase;
            const int hour = (first + (minute + frame) / kMinutesPerHour) % kHoursPerDay;
            errors +=
                field_errors(begin, JjyField::kHour, hour) + parity_error(begin, kJjyHourParity, JjyField::kHour, hour);
        }
        contest.enter(first, errors);
    }
    return contest.winner();
}

JjyMinuteFinder::DateErrors JjyMinuteFinder::date_errors(int phase, int minute_of_day, bool next_day) const {
    DateErrors errors;
    const auto add = [this](std::span<double> sums, int begin, JjyField field) {
        for (std::size_t value = 0; value < sums.size(); ++value) {
            sums[value] += field_errors(begin, field, static_cast<int>(value));
        }
    };
    for (int frame = 0; frame < frames(phase); ++frame) {
        if ((minute_of_day + frame >= kMinutesPerDay) != next_day) {
            continue;
        }
        const int begin = frame * kSeconds - phase;
        add(errors.day_of_year, begin, JjyField::kDayOfYear);
        if (!is_jjy_call_sign((minute_of_day + frame) % kMinutesPerHour)) {
            add(errors.year, begin, JjyField::kYear);
            add(errors.weekday, begin, JjyField::kWeekday);
        }
    }
    return errors;
}

JjyMinuteFinder::Guess JjyMinuteFinder::guess_date(int phase, int minute_of_day) const {
    const DateErrors today = date_errors(phase, minute_of_day, false);
    const DateErrors tomorrow = date_errors(phase, minute_of_day, true);
    Contest contest;
    Date date{first_day_};
    for (int day = 0; day + 1 < days_; ++day) {
        const double errors = today.of(date);
        date.step();
        contest.enter(day, errors + tomorrow.of(date));
    }
    return contest.winner();
}

// How much an error in every second would weigh: in those that are the same in all minutes, or in those that tell
// minutes apart.
double JjyMinuteFinder::certainty(int from, int to, bool data, int first_minute) const {
    double sum = 0;
    for (int place = from; place < to; ++place) {
        const int second = place % kSeconds;
        const bool call_sign = is_jjy_call_sign((first_minute + place / kSeconds) % kMinutesPerHour);
        if (data ? is_data(second, call_sign) : is_fixed(second)) {
            sum += heard_[static_cast<std::size_t>(place - from)].certainty();
        }
    }
    return sum;
}

std::optional<JjyPlace> JjyMinuteFinder::find() const {
    if (heard_.size() < kLeastHeard) {
        return std::nullopt;
    }
    const int count = static_cast<int>(heard_.size());
    const Guess phase = guess_phase();
    const int from = phase.value;
    const double fixed = certainty(from, from + count, false, 0);
    if (phase.errors >= kMostErrors * fixed) {
        return std::nullopt;
    }
    const Guess minute = guess_minute(from);
    const Guess hour = guess_hour(from, minute.value);
    const double data = certainty(from, from + count, true, minute.value);
    const double time_errors = minute.errors + hour.errors;
    const double time_lead = std::min({phase.lead, minute.lead, hour.lead});
    const auto error_rate = [&](double data_errors) {
        return (phase.errors + data_errors + 1.0) / (fixed + data + 2.0);
    };
    // Dates are dear, and none makes certain what is not certain without one.
    if (!is_certain(time_lead, error_rate(time_errors))) {
        return std::nullopt;
    }
    const int minute_of_day = hour.value * kMinutesPerHour + minute.value;
    const Guess date = guess_date(from, minute_of_day);
    const double errors = time_errors + date.errors;
    const double rate = error_rate(errors);
    const double choices = std::log(static_cast<double>(days_) * kMinutesPerDay);
    const double against_chance =
        (data - errors) * std::log(2.0 * (1.0 - rate)) + errors * std::log(2.0 * rate) - choices;
    if (!is_certain(std::min(time_lead, date.lead), rate) || against_chance < kCertain) {
        return std::nullopt;
    }
    const int newest = from + count - 1;
    const std::int64_t jst = (std::int64_t{first_day_} + date.value) * kSecondsPerDay +
                             (minute_of_day + newest / kSeconds) * std::int64_t{kSeconds};
    const std::int64_t utc = jst - kJstAheadSeconds;
    return JjyPlace{{static_cast<UtcDay>(utc / kSecondsPerDay), static_cast<std::int32_t>(utc % kSecondsPerDay)},
                    newest % kSeconds};
}

}  // namespace tokimori
