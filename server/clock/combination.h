#pragma once

#include <optional>
#include <span>
#include <vector>

#include "server/clock/selection.h"

namespace tokimori {

/// What the sources that are believed say together.
struct Combination {
    SourceId leader = 0;
    std::vector<SourceId> members{};   ///< whose lines are combined, the leader among them
    std::vector<SourceId> outliers{};  ///< would have been, but lie too far off the others (RFC 5905 section 11.2.2)
    LineEstimate line{};               ///< anchored at the leader's newest sample
    Duration distance{};               ///< |error of `line` now| ≤ this
};

/// Chooses the leader among those that stand as `kTruechimer` or `kDisputed` (the preferred one, else the one with the
/// smallest distance, the current one's counting half so that two equals do not take turns), drops outliers among its
/// peers by clustering (of three only one that lies much farther off the other two than they lie apart), and combines
/// the rest, each weighted by 1/distance (RFC 5905 section 11.2.3). Peers that contradict each other are not combined:
/// then the leader is alone. The bound reaches to the far end of all that a majority of the peers claims, or of all
/// that stand where the peers have none. nullopt where nobody stands.
std::optional<Combination> combine(std::span<const Candidate> candidates, LocalInstant now);

}  // namespace tokimori
