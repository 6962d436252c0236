#pragma once

#include <cstdint>
#include <optional>

#include "refclocks/observation.h"
#include "server/clock/server_state.h"

namespace tokimori {

/// What physics a source depends on.
enum class Kin : std::uint8_t {
    kUnknown,     ///< a program that shares what it measured by whatever means
    kSatellites,  ///< one sky for all receivers
    kLongWave,    ///< a radio station
    kNetwork,     ///< other servers, each of them for itself
};

/// A program that shares its samples most likely listens to a receiver, as others may beside it.
constexpr Kin physics_of(Kin kin) {
    return kin == Kin::kUnknown ? Kin::kSatellites : kin;
}

/// True if all sources of this kin may be wrong together, by one cause: a false sky, a false station.
constexpr bool errs_together(Kin kin) {
    return kin == Kin::kSatellites || kin == Kin::kLongWave;
}

/// What the operator said about a source.
struct SourceSettings {
    SourceId id = 0;
    ReferenceId refid = reference_id("GPS");
    Duration offset{};                             ///< added to its reference
    std::optional<Duration> delay = std::nullopt;  ///< its sentence delay, where known
    bool prefer = false;
    bool noselect = false;
    bool trust = false;            ///< may arm a leap second alone
    std::uint8_t stratum = 0;      ///< of the source itself: what is served is one more
    int samples_per_point = 1;     ///< 1 … 64: so many pulses or samples make one point of its line …
    Duration point_interval{};     ///< … and no more than one point in so long
    Kin kin = Kin::kUnknown;       ///< its driver's
    bool laboratory_only = false;  ///< simulated: followed only in a laboratory
    bool expects_pulses = false;   ///< pulses should come from it
    bool last_resort = false;      ///< no source of time: the free counter, served where nobody else is heard

    friend bool operator==(const SourceSettings&, const SourceSettings&) = default;
};

}  // namespace tokimori
