#include "server/clock/selection.h"

#include <algorithm>

namespace tokimori {
namespace {

std::vector<const Candidate*> claiming(std::span<const Candidate> candidates, Duration point) {
    std::vector<const Candidate*> found;
    for (const Candidate& candidate : candidates) {
        if (candidate.claim().touches({point, point})) {
            found.push_back(&candidate);
        }
    }
    return found;
}

template <typename Voices>
std::size_t count_voices(std::vector<Voices> voices) {
    std::sort(voices.begin(), voices.end());
    return static_cast<std::size_t>(std::unique(voices.begin(), voices.end()) - voices.begin());
}

std::size_t depth_of(const std::vector<const Candidate*>& claims) {
    std::vector<SourceId> voices;
    for (const Candidate* const claim : claims) {
        voices.push_back(claim->voice);
    }
    return count_voices(std::move(voices));
}

Interval common_to(const std::vector<const Candidate*>& claims) {
    Interval common = claims.front()->claim();
    for (const Candidate* const claim : claims) {
        common.low = std::max(common.low, claim->claim().low);
        common.high = std::min(common.high, claim->claim().high);
    }
    return common;
}

// Claims of one voice may lie within each other; their common part is one place.
void add_place(std::vector<Interval>& places, const Interval& place) {
    for (Interval& known : places) {
        if (known.touches(place)) {
            known = {std::max(known.low, place.low), std::min(known.high, place.high)};
            return;
        }
    }
    places.push_back(place);
}

}  // namespace

std::size_t voices_of(std::span<const Candidate> candidates) {
    std::vector<SourceId> voices;
    for (const Candidate& candidate : candidates) {
        voices.push_back(candidate.voice);
    }
    return count_voices(std::move(voices));
}

std::optional<Agreement> agreement_of(std::span<const Candidate> candidates) {
    const std::size_t half = voices_of(candidates) / 2;
    std::optional<Agreement> found;
    std::size_t deepest = half;
    for (const Candidate& candidate : candidates) {
        const Interval claim = candidate.claim();
        const auto at_low = claiming(candidates, claim.low);
        const std::size_t depth = depth_of(at_low);
        if (depth > half) {
            found = found.value_or(Agreement{{}, {claim.low, claim.low}});
            found->hull.low = std::min(found->hull.low, claim.low);
        }
        if (depth > deepest) {
            found->deepest.clear();
            deepest = depth;
        }
        if (depth > half && depth == deepest) {
            add_place(found->deepest, common_to(at_low));
        }
    }
    for (const Candidate& candidate : candidates) {
        const Duration high = candidate.claim().high;
        if (found && depth_of(claiming(candidates, high)) > half) {
            found->hull.high = std::max(found->hull.high, high);
        }
    }
    return found;
}

}  // namespace tokimori
