#include "server/clock/combination.h"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace tokimori {
namespace {

// Fewer than this are not worth thinning out (NMIN of RFC 5905).
constexpr std::size_t kFewestSurvivors = 3;
// The two that agree best outvote the third where it lies so many times as far off them as they lie apart and scatter;
// it comes back where it lies less than the other so many times.
constexpr int kClearlyApart = 3;
constexpr int kStillApart = 2;

double nanoseconds(Duration span) {
    return static_cast<double>(span.count());
}

bool stands(const Candidate& candidate) {
    return candidate.standing == Standing::kTruechimer || candidate.standing == Standing::kDisputed;
}

bool leads(const Candidate& a, const Candidate& b) {
    const auto rank = [](const Candidate& c) {
        return std::tuple{!c.prefer, c.current ? c.distance / 2 : c.distance, c.source};
    };
    return rank(a) < rank(b);
}

// Selection jitter: the RMS distance of all others from it.
double selection_jitter(const Candidate& one, std::span<const Candidate> all) {
    double squares = 0;
    for (const Candidate& other : all) {
        squares += std::pow(nanoseconds(other.offset - one.offset), 2);
    }
    return std::sqrt(squares / static_cast<double>(std::max<std::size_t>(all.size() - 1, 1)));
}

bool calmer(const Candidate& a, const Candidate& b) {
    return a.line.jitter < b.line.jitter;
}

// The most scattered goes first, until what remains scatters no more than each of it does alone.
void cluster(std::vector<Candidate>& survivors, std::vector<SourceId>& outliers) {
    while (survivors.size() > kFewestSurvivors) {
        const auto scatter = [&](const Candidate& c) {
            return selection_jitter(c, survivors) * nanoseconds(c.distance);
        };
        const auto worst =
            std::max_element(survivors.begin(), survivors.end(),
                             [&](const Candidate& a, const Candidate& b) { return scatter(a) < scatter(b); });
        const auto calmest = std::min_element(survivors.begin(), survivors.end(), calmer);
        if (worst->prefer || selection_jitter(*worst, survivors) <= nanoseconds(calmest->line.jitter)) {
            return;
        }
        outliers.push_back(worst->source);
        survivors.erase(worst);
    }
}

bool stands_apart(const Candidate& one, std::span<const Candidate> all) {
    Interval others{Duration::max(), Duration::min()};
    for (const Candidate& other : all) {
        if (other.source != one.source) {
            others = {std::min(others.low, other.offset), std::max(others.high, other.offset)};
        }
    }
    const Duration off = std::chrono::abs(one.offset - (others.low + others.high) / 2);
    const Duration scatter = std::min_element(all.begin(), all.end(), calmer)->line.jitter;
    const int times = one.outlier ? kStillApart : kClearlyApart;
    return !one.prefer && off > times * std::max(others.high - others.low, scatter);
}

void drop_third(std::vector<Candidate>& survivors, std::vector<SourceId>& outliers) {
    if (survivors.size() != kFewestSurvivors) {
        return;
    }
    const auto third = std::find_if(survivors.begin(), survivors.end(),
                                    [&](const Candidate& one) { return stands_apart(one, survivors); });
    if (third != survivors.end()) {
        outliers.push_back(third->source);
        survivors.erase(third);
    }
}

LineEstimate weighted(const std::vector<Candidate>& members, const Candidate& leader) {
    double weights = 0;
    for (const Candidate& member : members) {
        weights += 1.0 / nanoseconds(member.distance);
    }
    LineEstimate line = leader.line;
    double offset = 0;
    double rate = 0;
    double rate_bound = 0;
    for (const Candidate& member : members) {
        const double weight = 1.0 / nanoseconds(member.distance) / weights;
        offset += weight * nanoseconds(member.line.tai_at(line.anchor_local) - leader.line.anchor_tai);
        rate += weight * static_cast<double>(member.line.rate - leader.line.rate);
        rate_bound += weight * static_cast<double>(member.line.rate_bound);
    }
    line.anchor_tai += Duration{std::llround(offset)};
    line.rate += std::llround(rate);
    line.rate_bound = std::llround(rate_bound);
    return line;
}

// A liar among peers may lie by so little that its claim still touches all others. The truth lies where more than half
// of them claim it, and that may be beyond what any one of them says.
Duration reach(const std::optional<Agreement>& agreement, Duration offset) {
    return agreement ? std::max(agreement->hull.high - offset, offset - agreement->hull.low) : Duration::zero();
}

std::vector<Candidate> standing(std::span<const Candidate> candidates) {
    std::vector<Candidate> all{candidates.begin(), candidates.end()};
    std::erase_if(all, [](const Candidate& candidate) { return !stands(candidate); });
    return all;
}

std::vector<Candidate> peers_of(const std::vector<Candidate>& standing, const Candidate& leader) {
    std::vector<Candidate> peers = standing;
    std::erase_if(peers, [&](const Candidate& c) { return !is_peer(c, leader); });
    return peers;
}

}  // namespace

std::optional<Combination> combine(std::span<const Candidate> candidates, LocalInstant now) {
    const std::vector<Candidate> believed = standing(candidates);
    if (believed.empty()) {
        return std::nullopt;
    }
    const Candidate* leader = &*std::min_element(believed.begin(), believed.end(), leads);
    Combination combination{.leader = leader->source};
    std::vector<Candidate> survivors = peers_of(believed, *leader);
    std::optional<Agreement> agreement = agreement_of(survivors);
    const bool torn = !agreement || agreement->deepest.size() > 1;
    if (!agreement) {
        // What they contradict each other about, the rougher ones cannot tell: the truth may lie with either.
        agreement = agreement_of(believed);
    }
    if (leader->prefer || torn) {
        survivors = {*leader};
    }
    cluster(survivors, combination.outliers);
    drop_third(survivors, combination.outliers);
    const bool leader_is_out = std::none_of(survivors.begin(), survivors.end(),
                                            [&](const Candidate& c) { return c.source == leader->source; });
    if (leader_is_out) {
        leader = &*std::min_element(survivors.begin(), survivors.end(), leads);
        combination.leader = leader->source;
    }
    for (const Candidate& survivor : survivors) {
        combination.members.push_back(survivor.source);
    }
    combination.line = weighted(survivors, *leader);
    const Duration offset = combination.line.tai_at(now) - TaiInstant{now.time_since_epoch()};
    combination.distance = std::max(combination.line.bound_at(now), reach(agreement, offset));
    return combination;
}

}  // namespace tokimori
