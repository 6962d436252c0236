#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "refclocks/jjy_beat.h"

namespace tokimori {

/// Where in time the newest second lies.
struct JjyPlace {
    UtcSecond minute;  ///< its minute
    int second = 0;    ///< of that minute

    friend bool operator==(const JjyPlace&, const JjyPlace&) = default;
};

/// Finds out which minute it is by all that was heard in the last ten minutes together: which place among the markers,
/// which minute of the hour, which hour and which date of eighty years explain every second best, counted on from
/// minute to minute, parity and weekday included. Believed is what leaves so few errors that the next best explanation
/// of any part is e^18 times less likely, and chance as well. That takes two whole minutes where all is heard well, and
/// more where it is not. A minute that is not 60 s long is not understood here. Pure.
class JjyMinuteFinder {
public:
    /// `earliest`: no day before it is believed (UTC).
    explicit JjyMinuteFinder(UtcDay earliest);

    /// The second that follows the last one.
    void add(const JjySoftSymbol& symbol);
    /// The next second does not follow.
    void restart() { heard_.clear(); }
    /// Of those before the newest `count` it is not known that each followed the one before.
    void keep(std::size_t count);

    std::optional<JjyPlace> find() const;

private:
    /// What the best explanation of a part of the frame leaves unexplained, and how much more the next best does.
    struct Guess {
        int value = 0;
        double errors = 0;
        double lead = 0;
    };
    /// The best guess while candidates go by.
    class Contest;
    struct Date;
    struct DateErrors;
    /// Of a zero, of anything but a marker, of a marker: by place in the minute.
    using PlaceErrors = std::array<std::array<double, 3>, 60>;

    double error(int at, JjySymbol expected) const;
    double field_errors(int frame_begin, JjyField field, int value) const;
    double parity_error(int frame_begin, int second, JjyField field, int value) const;
    double certainty(int from, int to, bool data, int first_minute) const;
    int frames(int phase) const;
    PlaceErrors place_errors() const;
    Guess guess_phase() const;
    Guess guess_minute(int phase) const;
    Guess guess_hour(int phase, int minute) const;
    Guess guess_date(int phase, int minute_of_day) const;
    DateErrors date_errors(int phase, int minute_of_day, bool next_day) const;

    UtcDay first_day_;  ///< in Japan
    int days_;          ///< so many days from there on may be meant
    std::deque<JjySoftSymbol> heard_;
};

}  // namespace tokimori
