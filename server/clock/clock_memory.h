#pragma once

#include <chrono>
#include <cstdint>
#include <type_traits>

#include "server/clock/leap_watch.h"
#include "server/clock/server_state.h"
#include "server/clock/time_model.h"

namespace tokimori {

/// The dispersion of a clock whose counter stood still: not even the second is known any more. No clock has a larger
/// one at its anchor.
inline constexpr Duration kTimeLost = std::chrono::hours{24 * 365};

/// What is worth keeping of the clock when the program ends. Told by the Timekeeper while it is synchronised and given
/// back to the next one, which may trust less of it the more has happened in between:
/// * always: the frequency, within its bound, as a first guess; and `saved` as a floor, like the day of the build: no
///   date before it is believed, since time does not go back;
/// * always: which leap second is armed, which was the last, and how they were served;
/// * within the same boot, where the counter went on: the whole model, so that a restart serves at once. It is worth
///   then what it would be had the program never ended: its dispersion has grown, and `valid_until` still stands.
/// Integers only; trivially copyable.
struct ClockMemory {
    Rate rate = 0;             ///< of TAI against the counter, minus 1, as last seen
    Rate rate_bound = 0;       ///< |error of `rate`| at `saved`; ≥ 0
    TaiInstant saved;          ///< TAI as served when this was told: the last trusted time
    LocalInstant saved_local;  ///< the counter at the same instant; means nothing in another boot
    LeapMemory leap{};
    LeapPolicy leap_policy{};  ///< by which leap seconds were served

    TimeModel model;           ///< as published; for the same boot only, like all that follows
    LocalInstant valid_until;  ///< the deadline that goes with `model`; `min`: nobody vouches for that any more
    ReferenceId refid{};
    std::uint8_t stratum = 16;
};
static_assert(std::is_trivially_copyable_v<ClockMemory>);

}  // namespace tokimori
