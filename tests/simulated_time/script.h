#pragma once

#include <cstdint>
#include <istream>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "tests/simulated_time/virtual_clock.h"

namespace tokimori::simulated_time {

/// A leap second of the true UTC: a second before `before` (00:00:00, POSIX s) is inserted or left out.
struct TrueLeap {
    std::int64_t before = 0;
    bool inserted = true;
};

/// From when to when, s of true time since launch.
struct Span {
    std::int64_t from = 0;
    std::int64_t to = INT64_MAX;
    bool holds(std::int64_t second) const { return from <= second && second < to; }
};

/// What a receiver says about the end of the month: leap indicator 1 or 2.
struct Announcement {
    Span span;
    std::int32_t leap = 0;
};

/// A receiver that writes a record of NTP shared memory each second.
struct ReceiverScript {
    unsigned unit = 0;
    double jitter_ns = 0;                     ///< standard deviation of its stamps
    std::vector<Span> silences;               ///< writes nothing
    std::vector<Announcement> announcements;  ///< of leap seconds
};

/// Somebody sets CLOCK_REALTIME, `at` s after launch, ahead by `ns`.
struct Step {
    std::int64_t at = 0;
    std::int64_t ns = 0;
};

/// The host is suspended, `at` s after launch, for `seconds`.
struct Suspension {
    std::int64_t at = 0;
    std::int64_t seconds = 0;
};

/// What happens in a simulated world; see tests/simulated_time/README.md for the words.
struct Script {
    std::int64_t start = 0;  ///< true UTC at launch, POSIX s
    std::int64_t run = 0;    ///< s until the program is asked to end
    std::int64_t realtime_error_ns = 0;
    Oscillator oscillator;
    std::vector<TrueLeap> leaps;
    std::vector<ReceiverScript> receivers;
    std::vector<Step> steps;
    std::vector<Suspension> suspensions;
    std::int64_t client_interval = 16;  ///< s between two requests
    std::uint16_t port = 123;           ///< that the client asks
    bool may_set_clock = true;
};

/// The script, or a sentence that says what is wrong with it.
std::variant<Script, std::string> read_script(std::istream& text);

}  // namespace tokimori::simulated_time
