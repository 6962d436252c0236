#pragma once

#include <cstdint>
#include <type_traits>

#include "leap/instant.h"

namespace tokimori {

/// A dimensionless rate (seconds per second) in units of 2^-50, about 9e-16.
using Rate = std::int64_t;

inline constexpr int kRateShift = 50;

/// The rate of `parts_per_million`.
constexpr Rate rate_from_ppm(double parts_per_million) {
    return static_cast<Rate>(parts_per_million * 1e-6 * static_cast<double>(Rate{1} << kRateShift));
}

/// The inverse of `rate_from_ppm`.
constexpr double ppm_from_rate(Rate rate) {
    return static_cast<double>(rate) * 1e6 / static_cast<double>(Rate{1} << kRateShift);
}

/// `span` × `rate`, rounded towards minus infinity; exact for any span we can hold.
constexpr Duration scaled(Duration span, Rate rate) {
    __extension__ using Wide = __int128;
    return Duration{static_cast<std::int64_t>((static_cast<Wide>(span.count()) * rate) >> kRateShift)};
}

/// The line from our counter to TAI, and how far it may be off:
/// `TAI = anchor_tai + (1 + rate)·(local − anchor_local)`, plus a slew that takes back a known error until
/// `slew_end`, so that successive models join without a step. Integers only; trivially copyable.
struct TimeModel {
    LocalInstant anchor_local;
    TaiInstant anchor_tai;     ///< served at `anchor_local`, the pending error included
    Rate rate = 0;             ///< of TAI against the counter, minus 1
    Rate slew_rate = 0;        ///< added to `rate` until `slew_end`
    LocalInstant slew_end;     ///< ≥ anchor_local
    Duration dispersion{};     ///< bound of the line's own error at `anchor_local`
    Rate dispersion_rate = 0;  ///< its growth, both ways from `anchor_local`; ≥ 0

    /// TAI as served at `local`.
    constexpr TaiInstant tai_at(LocalInstant local) const {
        const Duration elapsed = local - anchor_local;
        const Duration slewed = (local < slew_end ? local : slew_end) - anchor_local;
        return anchor_tai + elapsed + scaled(elapsed, rate) + scaled(slewed, slew_rate);
    }

    /// The known error not yet taken back at `local`: what `tai_at` lacks against the line itself. Signed as an offset.
    constexpr Duration pending_at(LocalInstant local) const {
        return local < slew_end ? scaled(slew_end - local, slew_rate) : Duration::zero();
    }

    /// The counter reading at which `tai` is served: the inverse of `tai_at` to about a nanosecond.
    LocalInstant local_at(TaiInstant tai) const;

    /// |tai_at(local) − true TAI| ≤ this, under the fault model of the clock room.
    constexpr Duration dispersion_at(LocalInstant local) const {
        const Duration elapsed = local < anchor_local ? anchor_local - local : local - anchor_local;
        const Duration pending = pending_at(local);
        return dispersion + scaled(elapsed, dispersion_rate) + Duration{1} +
               (pending < Duration::zero() ? -pending : pending);
    }
};
static_assert(std::is_trivially_copyable_v<TimeModel>);

}  // namespace tokimori
