#include "server/clock/selection.h"

#include <algorithm>

namespace tokimori {
namespace {

constexpr int kPeerQuality = 4;

std::vector<const Candidate*> claiming(std::span<const Candidate> candidates, Duration point) {
    std::vector<const Candidate*> found;
    for (const Candidate& candidate : candidates) {
        if (candidate.claim().touches({point, point})) {
            found.push_back(&candidate);
        }
    }
    return found;
}

// Voices and kins share no number.
constexpr std::uint32_t kFirstKin = 1U << 16U;

std::uint32_t identity_of(const Candidate& candidate, Count count) {
    const bool as_kin = count == Count::kKins && errs_together(candidate.kin);
    return as_kin ? kFirstKin + static_cast<std::uint32_t>(candidate.kin) : candidate.voice;
}

std::size_t count_different(std::vector<std::uint32_t> identities) {
    std::sort(identities.begin(), identities.end());
    return static_cast<std::size_t>(std::unique(identities.begin(), identities.end()) - identities.begin());
}

std::size_t depth_of(const std::vector<const Candidate*>& claims, Count count) {
    std::vector<std::uint32_t> identities;
    identities.reserve(claims.size());
    for (const Candidate* const claim : claims) {
        identities.push_back(identity_of(*claim, count));
    }
    return count_different(std::move(identities));
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

bool is_peer(const Candidate& candidate, const Candidate& best) {
    return std::min(candidate.distance, candidate.line.attainable) <= kPeerQuality * best.distance;
}

std::size_t voices_of(std::span<const Candidate> candidates, Count count) {
    std::vector<std::uint32_t> identities;
    for (const Candidate& candidate : candidates) {
        identities.push_back(identity_of(candidate, count));
    }
    return count_different(std::move(identities));
}

bool err_together(const Candidate& a, const Candidate& b) {
    return identity_of(a, Count::kKins) == identity_of(b, Count::kKins);
}

std::optional<Agreement> agreement_of(std::span<const Candidate> candidates, Count count) {
    const std::size_t half = voices_of(candidates, count) / 2;
    std::optional<Agreement> found;
    std::size_t deepest = half;
    for (const Candidate& candidate : candidates) {
        const Interval claim = candidate.claim();
        const auto at_low = claiming(candidates, claim.low);
        const std::size_t depth = depth_of(at_low, count);
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
        if (found && depth_of(claiming(candidates, high), count) > half) {
            found->hull.high = std::max(found->hull.high, high);
        }
    }
    return found;
}

}  // namespace tokimori
