#pragma once

#include <cstdint>
#include <optional>

#include "leap/calendar.h"
#include "leap/leap_table.h"

namespace tokimori {

/// What GPS satellites broadcast of leap seconds (IS-GPS-200, 20.3.3.5.2.4: LNAV subframe 4, page 18), as it comes.
struct GpsLeapPage {
    std::int64_t now = 0;     ///< Δt_LS: GPS − UTC before the event, s
    std::int64_t week = 0;    ///< WN_LSF: the week of the event, modulo 256
    std::int64_t day = 0;     ///< DN: its day, 1 (Sunday) … 7; the leap second is at its end
    std::int64_t future = 0;  ///< Δt_LSF: GPS − UTC after the event, s

    friend bool operator==(const GpsLeapPage&, const GpsLeapPage&) = default;
};

/// What `page`, broadcast on `today`, says of the end of today's UTC month. `kNone` also where the event is over, or
/// lies in another month. nullopt where it says nothing that could be meant. The week is the one nearest to today.
std::optional<LeapKind> leap_at_month_end(const GpsLeapPage& page, UtcDay today);

}  // namespace tokimori
