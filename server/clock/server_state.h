#pragma once

#include <array>
#include <cstdint>
#include <type_traits>

#include "leap/served_scale.h"
#include "server/clock/time_model.h"

namespace tokimori {

/// Reference identifier as on the wire: four octets (RFC 5905 section 7.3).
using ReferenceId = std::array<std::uint8_t, 4>;

/// `text` of at most four ASCII characters, left-justified, zero-padded; longer text is cut.
constexpr ReferenceId reference_id(const char* text) {
    ReferenceId id{};
    for (std::size_t i = 0; i < id.size() && text[i] != '\0'; ++i) {
        id[i] = static_cast<std::uint8_t>(text[i]);
    }
    return id;
}

/// All that a reply depends on besides the request. Published by the clock thread, read by every worker. Being
/// synchronised is a deadline, not a flag: past `valid_until` every reader says LI=3, whoever died meanwhile.
struct ServerState {
    TimeModel model;
    ServedScale scale;
    LocalInstant valid_until = LocalInstant::min();  ///< never synchronised: the beginning of time
    TaiInstant reference;                            ///< when the clock was last corrected
    Duration root_delay{};  ///< round trip to the root of the time; half of it is part of the promise
    ReferenceId refid = reference_id("INIT");  ///< served while valid
    std::int8_t precision = -20;               ///< log2 seconds
    std::uint8_t stratum = 16;                 ///< internal: 16 is unsynchronised
    bool ever_synchronised = false;            ///< the model means something, even if it is no longer vouched for

    bool synchronised_at(LocalInstant now) const { return now < valid_until; }
    /// The promise: |error of served time| ≤ this. Of smeared time while that is served, not of UTC.
    Duration root_distance_at(LocalInstant now) const {
        return scale.error_bound_at(model.tai_at(now), model.dispersion_at(now));
    }
    /// What of the promise is not half of the root delay: clients reckon with the sum of both.
    Duration root_dispersion_at(LocalInstant now) const {
        const Duration rest = root_distance_at(now) - root_delay / 2;
        return rest > Duration::zero() ? rest : Duration::zero();
    }
};
static_assert(std::is_trivially_copyable_v<ServerState>);

}  // namespace tokimori
