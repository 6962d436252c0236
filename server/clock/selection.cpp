#include "server/clock/selection.h"

#include <algorithm>
#include <vector>

namespace tokimori {
namespace {

struct Interval {
    Duration low;
    Duration high;
};

struct Endpoint {
    Duration at;
    int step;  // +1 opens an interval, −1 closes one
};

// The region that the most intervals share; nullopt where that is no majority.
std::optional<Interval> intersection(std::span<const Candidate> candidates) {
    std::vector<Endpoint> ends;
    for (const Candidate& c : candidates) {
        ends.push_back({c.offset - c.distance, +1});
        ends.push_back({c.offset + c.distance, -1});
    }
    std::sort(ends.begin(), ends.end(),
              [](const Endpoint& a, const Endpoint& b) { return a.at != b.at ? a.at < b.at : a.step > b.step; });
    std::optional<Interval> best;
    std::size_t depth = 0;
    std::size_t deepest = candidates.size() / 2;
    for (std::size_t i = 0; i < ends.size(); ++i) {
        if (ends[i].step < 0) {
            --depth;
            continue;
        }
        if (++depth > deepest) {
            deepest = depth;
            const auto close = std::find_if(ends.begin() + static_cast<std::ptrdiff_t>(i), ends.end(),
                                            [](const Endpoint& end) { return end.step < 0; });
            best = Interval{ends[i].at, close->at};
        }
    }
    return best;
}

bool better(const Candidate& a, const Candidate& b) {
    if (a.prefer != b.prefer) {
        return a.prefer;
    }
    return a.distance != b.distance ? a.distance < b.distance : a.source < b.source;
}

}  // namespace

std::optional<SourceId> select_source(std::span<Candidate> candidates) {
    const std::optional<Interval> truth = intersection(candidates);
    const Candidate* best = nullptr;
    for (Candidate& c : candidates) {
        c.truechimer = truth && c.offset - c.distance <= truth->low && c.offset + c.distance >= truth->high;
        if (c.truechimer && !c.votes_only && (best == nullptr || better(c, *best))) {
            best = &c;
        }
    }
    return best != nullptr ? std::optional{best->source} : std::nullopt;
}

}  // namespace tokimori
