#pragma once

#include <chrono>

namespace tokimori {

/// A span of time in nanoseconds, signed, about ±292 years. The same unit on every scale.
using Duration = std::chrono::nanoseconds;

/// Tag of the host's free-running counter (CLOCK_MONOTONIC_RAW). It has no `now()`: only
/// `refclocks/counter.h` reads it, everybody else is told.
struct LocalClock {
    using rep = Duration::rep;
    using period = Duration::period;
    using duration = Duration;
    static constexpr bool is_steady = true;
};

/// Tag of International Atomic Time. It has no `now()`: TAI is the result of our work, not an input.
struct TaiClock {
    using rep = Duration::rep;
    using period = Duration::period;
    using duration = Duration;
    static constexpr bool is_steady = true;
};

/// A reading of the counter: nanoseconds since an origin that means nothing (boot).
using LocalInstant = std::chrono::time_point<LocalClock, Duration>;

/// An instant of TAI: nanoseconds since 1970-01-01T00:00:00 TAI. Good until the year 2262.
/// Subtracting a `LocalInstant` from a `TaiInstant` does not compile.
using TaiInstant = std::chrono::time_point<TaiClock, Duration>;

}  // namespace tokimori
