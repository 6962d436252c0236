#pragma once

#include <optional>
#include <vector>

#include "server/clock/reason.h"
#include "server/clock/selection.h"

namespace tokimori {

/// What came of the last vote, and whom the clock follows.
struct VoteOutcome {
    std::vector<Candidate> judged{};                  ///< each with its standing
    std::optional<SourceId> selected = std::nullopt;  ///< the source that is followed, if one is
    std::vector<SourceId> members{};                  ///< whom the clock follows together with it
    std::vector<SourceId> outliers{};
    bool disputed = false;    ///< sources contradict each other
    bool not_enough = false;  ///< fewer agree than the operator demands
    bool panic = false;       ///< those who agree are further away than a clock that once was right can be

    /// What the vote made of a source that shows a line.
    Reason reason_of(SourceId source) const;
    /// Nobody is followed, whatever was said.
    void forget_followed();
};

}  // namespace tokimori
