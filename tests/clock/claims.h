#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "server/clock/arbiter.h"
#include "server/clock/combination.h"

namespace tokimori {

inline constexpr LocalInstant kNow{std::chrono::seconds{1000}};

/// A candidate that claims the truth within `distance` of `offset`, by a line that runs as the counter does.
inline Candidate claims(SourceId source, Duration offset, Duration distance, bool prefer = false) {
    const TaiInstant tai = TaiInstant{kNow.time_since_epoch()} + offset;
    return {.source = source,
            .voice = source,
            .offset = offset,
            .distance = distance,
            .line = {.anchor_local = kNow,
                     .anchor_tai = tai,
                     .offset_bound = distance,
                     .attainable = distance,
                     .samples = 64},
            .prefer = prefer};
}

/// A clock that serves `offset` against the counter, and vouches for it within `dispersion` and its growth.
inline TimeModel model_at(Duration offset, Duration dispersion, double dispersion_ppm = 0.0) {
    return {.anchor_local = kNow,
            .anchor_tai = TaiInstant{kNow.time_since_epoch()} + offset,
            .slew_end = kNow,
            .dispersion = dispersion - Duration{1},
            .dispersion_rate = rate_from_ppm(dispersion_ppm)};
}

inline std::vector<SourceId> standing_as(Standing standing, const std::vector<Candidate>& candidates) {
    std::vector<SourceId> found;
    for (const Candidate& candidate : candidates) {
        if (candidate.standing == standing) {
            found.push_back(candidate.source);
        }
    }
    std::sort(found.begin(), found.end());
    return found;
}

}  // namespace tokimori
