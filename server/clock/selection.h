#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "server/clock/line_fit.h"
#include "server/clock/source_settings.h"

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
    SourceId voice = 0;       ///< who speaks: one receiver may be heard through several sources, and has one voice
    Kin kin = Kin::kUnknown;  ///< the voice's
    Duration offset{};        ///< reference − any common origin
    Duration distance{};      ///< root distance, > 0
    LineEstimate line{};      ///< that it was read from
    bool prefer = false;
    bool trust = false;
    bool current = false;  ///< the one that is followed
    bool outlier = false;  ///< left out of the last combination for that
    Standing standing = Standing::kUnheard;

    Interval claim() const { return {offset - distance, offset + distance}; }
};

/// True if `candidate` is about as good as the `best`, or would be with as many samples: those so much worse cannot say
/// whether it is right.
bool is_peer(const Candidate& candidate, const Candidate& best);

/// What counts as one when claims are counted.
enum class Count : std::uint8_t {
    kVoices,
    kKins,  ///< all voices that err together count once
};

/// Where more than half agree (Marzullo; RFC 5905 section 11.2.1).
struct Agreement {
    std::vector<Interval> deepest;  ///< what most claim; several places where they are torn
    Interval hull;                  ///< from end to end of what more than half claim
};

/// nullopt where no point is claimed by more than half of them.
std::optional<Agreement> agreement_of(std::span<const Candidate> candidates, Count count = Count::kVoices);

/// How many different ones there are.
std::size_t voices_of(std::span<const Candidate> candidates, Count count = Count::kVoices);

/// True if the two may be wrong by one cause.
bool err_together(const Candidate& a, const Candidate& b);

}  // namespace tokimori
