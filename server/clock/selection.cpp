#include "server/clock/selection.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <vector>

namespace tokimori {
namespace {

constexpr int kPeerQuality = 4;

struct Interval {
    Duration low;
    Duration high;
};

struct Endpoint {
    Duration at;
    int step;  // +1 opens an interval, −1 closes one
};

/// What a majority of the candidates covers: where most of them agree, and from end to end.
struct Majority {
    Interval deepest;
    Interval hull;
};

std::vector<Endpoint> endpoints_of(std::span<const Candidate> candidates) {
    std::vector<Endpoint> ends;
    for (const Candidate& c : candidates) {
        ends.push_back({c.offset - c.distance, +1});
        ends.push_back({c.offset + c.distance, -1});
    }
    // An interval that begins where another ends still touches it.
    std::sort(ends.begin(), ends.end(), [](const Endpoint& a, const Endpoint& b) {
        return std::tuple{a.at, -a.step} < std::tuple{b.at, -b.step};
    });
    return ends;
}

std::optional<Majority> majority_of(std::span<const Candidate> candidates) {
    const std::vector<Endpoint> ends = endpoints_of(candidates);
    const std::size_t half = candidates.size() / 2;
    std::optional<Majority> found;
    std::size_t deepest = 0;
    std::size_t depth = 0;
    for (auto end = ends.begin(); end != ends.end(); ++end) {
        if (end->step < 0) {
            if (depth-- > half) {
                found->hull.high = end->at;
            }
            continue;
        }
        if (++depth <= half) {
            continue;
        }
        const auto close = std::find_if(end, ends.end(), [](const Endpoint& other) { return other.step < 0; });
        const Interval here{end->at, close->at};
        found = Majority{depth > deepest ? here : found->deepest, found ? found->hull : here};
        deepest = std::max(deepest, depth);
    }
    return found;
}

bool better(const Candidate& a, const Candidate& b) {
    const auto rank = [](const Candidate& c) {
        return std::tuple{!c.prefer, c.current ? c.distance / 2 : c.distance, c.source};
    };
    return rank(a) < rank(b);
}

// Among sources as good as the chosen one, a liar may lie by so little that its claim still touches all others. The
// truth lies where more than half of them claim it, and that may be beyond the chosen one's own bound.
Duration reach_of_peers(std::span<const Candidate> candidates, const Candidate& best) {
    std::vector<Candidate> peers;
    std::copy_if(candidates.begin(), candidates.end(), std::back_inserter(peers),
                 [&](const Candidate& c) { return !c.votes_only && c.distance <= kPeerQuality * best.distance; });
    const std::optional<Majority> majority = majority_of(peers);
    return majority ? std::max(majority->hull.high - best.offset, best.offset - majority->hull.low) : Duration::zero();
}

}  // namespace

std::optional<Selection> select_source(std::span<Candidate> candidates) {
    const std::optional<Majority> majority = majority_of(candidates);
    const Candidate* best = nullptr;
    for (Candidate& c : candidates) {
        c.truechimer = majority && c.offset - c.distance <= majority->deepest.low &&
                       c.offset + c.distance >= majority->deepest.high;
        if (c.truechimer && !c.votes_only && (best == nullptr || better(c, *best))) {
            best = &c;
        }
    }
    if (best == nullptr) {
        return std::nullopt;
    }
    return Selection{best->source, std::max(best->distance, reach_of_peers(candidates, *best))};
}

}  // namespace tokimori
