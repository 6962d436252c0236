#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "server/clock/line_fit.h"

namespace tokimori {

/// Where the truth may lie, against any common origin. Both ends belong to it.
struct Interval {
    Duration low{};
    Duration high{};

    bool touches(const Interval& other) const { return low <= other.high && other.low <= high; }
};

/// What became of a candidate in the vote.
enum class Standing : std::uint8_t {
    kUnheard,      ///< agrees, but did not a moment ago: on probation
    kTruechimer,   ///< among the majority
    kFalseticker,  ///< a majority says otherwise
    kDisputed,     ///< contradicts another, and nobody can tell who is right
};

/// What one source claims at one instant: the truth lies within `distance` of `offset`.
struct Candidate {
    SourceId source = 0;
    SourceId voice = 0;   ///< who speaks: one receiver may be heard through several sources, and has one voice
    Duration offset{};    ///< reference − any common origin
    Duration distance{};  ///< root distance, > 0
    LineEstimate line{};  ///< that it was read from
    bool prefer = false;
    bool trust = false;
    bool current = false;  ///< the one that is followed
    Standing standing = Standing::kUnheard;

    Interval claim() const { return {offset - distance, offset + distance}; }
};

/// Where more than half of the voices agree (Marzullo; RFC 5905 section 11.2.1).
struct Agreement {
    std::vector<Interval> deepest;  ///< what most voices claim; several places where they are torn
    Interval hull;                  ///< from end to end of what more than half claim
};

/// nullopt where no point is claimed by more than half of the voices.
std::optional<Agreement> agreement_of(std::span<const Candidate> candidates);

/// The number of different voices.
std::size_t voices_of(std::span<const Candidate> candidates);

}  // namespace tokimori
