#pragma once

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstdint>
#include <limits>

#include "server/ntp/access_policy.h"

namespace tokimori {

/// A `RateLimit` as it is counted: the generic cell rate algorithm (GCRA, ITU-T I.371 annex A) in ticks of 2^14 ns.
struct RateMeter {
    static constexpr int kTickShift = 14;
    /// Kiss codes are counted in units of so many nanoseconds, modulo 256.
    static constexpr std::int64_t kKissUnit = 4'000'000'000;

    std::int64_t increment = 0;                                         ///< ticks that a request owes which is served
    std::int64_t tolerance = std::numeric_limits<std::int64_t>::max();  ///< ticks; who owes more is over the limit
    std::int64_t most = 0;    ///< ticks that one owes who was served in spite of that
    unsigned leak = 0;        ///< of requests over the limit one in so many is served; 0: none
    std::uint8_t pause = 0;   ///< units that begin between two kiss codes to one client
    std::int8_t poll = -128;  ///< log2 of the seconds between requests that are served for ever

    /// No limit.
    constexpr RateMeter() = default;
    constexpr explicit RateMeter(const RateLimit& limit)
        : increment{std::max<std::int64_t>(limit.interval.count() >> kTickShift, 1)},
          tolerance{(limit.burst - 1) * increment},
          most{limit.burst * increment},
          leak{static_cast<unsigned>(limit.leak)},
          pause{pause_of(std::max(limit.kiss, limit.interval))},
          poll{poll_of(limit.interval)} {}

    friend bool operator==(const RateMeter&, const RateMeter&) = default;

private:
    static constexpr std::int64_t kLongestPause = 127;

    /// At least `span`, for up to 504 s: a unit is never whole at both ends.
    static constexpr std::uint8_t pause_of(Duration span) {
        return static_cast<std::uint8_t>(std::min((span.count() + kKissUnit - 1) / kKissUnit + 1, kLongestPause));
    }

    static constexpr std::int8_t poll_of(Duration interval) {
        const std::chrono::seconds whole = std::chrono::ceil<std::chrono::seconds>(interval);
        return static_cast<std::int8_t>(
            std::bit_width(static_cast<std::uint64_t>(std::max<std::int64_t>(whole.count(), 1)) - 1));
    }
};

}  // namespace tokimori
