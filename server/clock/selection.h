#pragma once

#include <optional>
#include <span>

#include "server/clock/sample.h"

namespace tokimori {

/// What one source claims at one instant: the truth lies within `distance` of `offset`.
struct Candidate {
    SourceId source = 0;
    Duration offset{};    ///< reference − ours, or − any common origin
    Duration distance{};  ///< root distance, > 0
    bool prefer = false;
    bool votes_only = false;  ///< cannot be chosen: our own clock, which follows others
    bool truechimer = false;  ///< set by `select_source`
};

/// Finds who tells the truth (Marzullo's intersection as in RFC 5905 section 11.2.1) and returns the best of them: the
/// preferred one, else the one with the smallest distance. nullopt where no majority agrees: two that contradict each
/// other are never averaged. Marks the truechimers.
std::optional<SourceId> select_source(std::span<Candidate> candidates);

}  // namespace tokimori
