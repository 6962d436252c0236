#pragma once

#include <cstdint>
#include <optional>

#include "leap/leap_table.h"
#include "refclocks/observation.h"
#include "server/clock/clock_report.h"

namespace tokimori {

/// What is news when it changes.
struct ClockHeadlines {
    ClockState state = ClockState::kNeverSynchronised;
    std::optional<SourceId> selected = std::nullopt;
    bool by_pulses = false;  ///< it is followed by them
    UtcDay leap_expiry = 0;  ///< of the table in force
    int tai_minus_utc = 0;   ///< s; 0: no time was known yet
    std::optional<LeapEvent> next_leap = std::nullopt;
    std::uint64_t judgements = 0;  ///< so often it has changed what is thought of a source

    friend bool operator==(const ClockHeadlines&, const ClockHeadlines&) = default;
};

}  // namespace tokimori
