#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "leap/calendar.h"
#include "leap/instant.h"
#include "leap/leap_policy.h"

namespace tokimori {

/// What ntpd's clients still accept is 1.5 s; beyond one second nobody is helped.
inline constexpr Duration kRootDistanceLimit = std::chrono::seconds{1};

/// What the operator decides about the clock, and may change while it runs. Defaults of the thresholds are ntpd's.
struct ClockPolicy {
    Duration holdover = std::chrono::hours{24};                ///< how long the clock may go on by itself …
    Duration holdover_error = std::chrono::seconds{1};         ///< … or until its bound reaches this; 1 s at most
    std::size_t minimum_sources = 1;                           ///< so many must agree before one is followed
    double slew_limit_ppm = 500.0;                             ///< how fast a found error is taken back
    Duration step_threshold = std::chrono::milliseconds{128};  ///< beyond it a slew would take too long
    Duration panic_threshold = std::chrono::seconds{1000};     ///< a clock that was right is not corrected by more

    friend bool operator==(const ClockPolicy&, const ClockPolicy&) = default;
};

/// What the clock is built with.
struct ClockSettings {
    std::optional<UtcDay> floor = std::nullopt;  ///< dates before it are not believed; absent in a laboratory
    bool laboratory = false;                     ///< simulated sources may be followed
    ClockPolicy policy{};
    LeapPolicy leap{};            ///< how clients get over a leap second
    std::int8_t precision = -20;  ///< of the counter, log2 seconds
};

}  // namespace tokimori
