#include "server/clock/vote_outcome.h"

#include <algorithm>

namespace tokimori {
namespace {

bool contains(const std::vector<SourceId>& ids, SourceId id) {
    return std::find(ids.begin(), ids.end(), id) != ids.end();
}

}  // namespace

Reason VoteOutcome::reason_of(SourceId source) const {
    const auto candidate =
        std::find_if(judged.begin(), judged.end(), [source](const Candidate& c) { return c.source == source; });
    if (candidate == judged.end()) {
        return Reason::kTooFar;
    }
    switch (candidate->standing) {
        case Standing::kFalseticker:
            return Reason::kFalseticker;
        case Standing::kDisputed:
            return Reason::kDisputed;
        case Standing::kUnheard:
            return Reason::kWaitingForAgreement;
        case Standing::kTruechimer:
            break;
    }
    if (not_enough || panic) {
        return panic ? Reason::kPanic : Reason::kNotEnough;
    }
    if (contains(outliers, source)) {
        return Reason::kOutlier;
    }
    return contains(members, source) ? Reason::kCombined : Reason::kSelectable;
}

void VoteOutcome::forget_followed() {
    selected.reset();
    members.clear();
}

}  // namespace tokimori
