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
    bool current = false;     ///< the one that is followed
    bool votes_only = false;  ///< cannot be chosen: our own clock, which follows others
    bool truechimer = false;  ///< set by `select_source`
};

/// Who is followed, and how far the truth may be from what it says: to the far end of all that a majority of the
/// sources as good as itself covers.
struct Selection {
    SourceId source = 0;
    Duration distance{};
};

/// Finds who tells the truth (Marzullo's intersection as in RFC 5905 section 11.2.1) and returns the best of them: the
/// preferred one, else the one with the smallest distance, the current one's counting half so that two equals do not
/// take turns. nullopt where no majority agrees: two that contradict each other are never averaged. Marks the
/// truechimers.
std::optional<Selection> select_source(std::span<Candidate> candidates);

}  // namespace tokimori
