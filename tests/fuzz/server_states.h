#pragma once

#include <cstdint>
#include <cstdlib>

#include "server/clock/server_state.h"

namespace tokimori {

inline void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

/// Three servers: never synchronised, synchronised, and once synchronised but past the deadline.
inline ServerState state_chosen_by(unsigned octet) {
    ServerState state;
    if (octet % 3 == 0) {
        return state;
    }
    state.model.anchor_tai = TaiInstant{std::chrono::seconds(1'795'000'000)};
    state.model.dispersion_rate = rate_from_ppm(15);
    state.reference = state.model.anchor_tai;
    state.stratum = 1;
    state.refid = reference_id("PPS");
    state.precision = static_cast<std::int8_t>(-(static_cast<int>(octet) / 3 % 40));
    state.ever_synchronised = true;
    state.valid_until = LocalInstant{std::chrono::seconds(octet % 3 == 1 ? 1'000'000'000 : 0)};
    return state;
}

}  // namespace tokimori
