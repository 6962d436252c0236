#pragma once

#include <cstdint>
#include <optional>

#include "leap/leap_vote.h"
#include "refclocks/observation.h"

namespace tokimori {

/// What a source says beside the time, as last heard. It outlives the trust in its time.
struct SourceNews {
    std::optional<LeapVote> vote = std::nullopt;       ///< of the end of a month …
    LocalInstant vote_said{};                          ///< … and when it was last heard to say so
    std::optional<ServerFacts> server = std::nullopt;  ///< of another server: what that says of itself
    std::optional<Satellites> satellites = std::nullopt;
    std::optional<ReceiverHealth> health = std::nullopt;
    std::optional<JjyHeard> jjy = std::nullopt;
    std::uint64_t lost_pulses = 0;  ///< seconds that went by without one
    std::uint64_t rejected = 0;     ///< reports that its driver did not believe

    void note(const Satellites& what) { satellites = what; }
    void note(const ReceiverHealth& what) { health = what; }
    void note(const JjyHeard& what) { jjy = what; }
    void note(const LostPulses& what) { lost_pulses += static_cast<std::uint64_t>(what.count); }
    void note(const Rejection&) { ++rejected; }
};

}  // namespace tokimori
