#pragma once

#include <span>
#include <utility>

#include "leap/leap_vote.h"

namespace tokimori {

/// Which leap seconds count: those that are decided, and those that the sources may announce. Once one has begun it is
/// history, whatever the sources say afterwards.
class LeapWatch {
public:
    explicit LeapWatch(LeapTable decided) : decided_{decided}, in_force_{std::move(decided)} {}

    /// A better table; what was announced is weighed again at the next `update`.
    void replace(LeapTable decided);

    /// Weighs the votes, one per source, as of `now`.
    void update(TaiInstant now, std::span<const LeapVote> votes);

    const LeapTable& table() const { return in_force_; }

private:
    LeapTable decided_;
    LeapTable in_force_;
};

}  // namespace tokimori
