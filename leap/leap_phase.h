#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "leap/served_scale.h"

namespace tokimori {

/// The name of the second that is inserted, 23:59:60, or left out, 23:59:59; of no event the last of the day.
UtcTime leap_second_of(const LeapEvent& event);

/// The last leap second of `table` that has ended by `instant`, if there was one.
std::optional<LeapEvent> last_event_before(TaiInstant instant, const LeapTable& table);

/// "insert", "smear": stable words.
std::string_view leap_mode_code(LeapMode mode);

/// What clients notice of a leap second at the moment.
enum class LeapPhase : std::uint8_t {
    kQuiet,
    kAnnounced,  ///< LI says that it comes
    kSmearing,   ///< served time is not UTC
};

LeapPhase leap_phase(const ServedScale& scale, TaiInstant instant);

/// "quiet", "announced", "smearing": stable words.
std::string_view leap_phase_code(LeapPhase phase);

/// True if clients would notice at `now` that `before` became `after`: a leap second is being announced or smeared by
/// either, so that LI would change or served time would step; or that ended within the last seconds, which some reader
/// may not have reached.
bool leap_change_shows(TaiInstant now, const LeapTable& table, const LeapPolicy& before, const LeapPolicy& after);

/// How long before a table expires that is worth a warning.
inline constexpr int kTableWarningDays = 60;

/// How much a table still knows. An expired one stops nothing: sources may still announce, and there may be no more.
enum class LeapTableState : std::uint8_t { kFresh, kExpiresSoon, kExpired };

LeapTableState leap_table_state(const LeapTable& table, UtcDay today);

/// "fresh", "expires_soon", "expired": stable words.
std::string_view leap_table_state_code(LeapTableState state);

}  // namespace tokimori
