#pragma once

#include <optional>

#include "leap/leap_table.h"
#include "refclocks/observation.h"

namespace tokimori {

/// What is news when it changes, beside the state of the clock and what is thought of sources.
struct ClockHeadlines {
    std::optional<SourceId> selected = std::nullopt;
    bool by_pulses = false;  ///< it is followed by them
    UtcDay leap_expiry = 0;  ///< of the table in force
    int tai_minus_utc = 0;   ///< s; 0: no time was known yet
    std::optional<LeapEvent> next_leap = std::nullopt;

    friend bool operator==(const ClockHeadlines&, const ClockHeadlines&) = default;
};

}  // namespace tokimori
