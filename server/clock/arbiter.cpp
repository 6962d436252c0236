#include "server/clock/arbiter.h"

#include <algorithm>

namespace tokimori {
namespace {

using namespace std::chrono_literals;

// One that was wrong may cross the truth; it must stay there before it is followed again.
constexpr Duration kProbation = 8s;
constexpr Duration kPredictionAge = 60s;
constexpr Duration kPredictionStep = 8s;
constexpr SourceId kOurselves = 0xFFFF;

Candidate witness(const TimeModel& model, LocalInstant now) {
    return {.source = kOurselves,
            .voice = kOurselves,
            .offset = model.tai_at(now) - TaiInstant{now.time_since_epoch()},
            .distance = model.dispersion_at(now)};
}

std::vector<Candidate> with(std::span<const Candidate> voters, const Candidate& one_more) {
    std::vector<Candidate> all{voters.begin(), voters.end()};
    all.push_back(one_more);
    return all;
}

bool is_clear(const std::optional<Agreement>& agreement) {
    return agreement && agreement->deepest.size() == 1;
}

// True if more than half of the kins are among those that agree: sources of one kin may be wrong together, and so many
// of them are no more likely to be right than one.
bool spans_kins(const Agreement& agreement, std::span<const Candidate> voters) {
    std::vector<Candidate> agreeing{voters.begin(), voters.end()};
    std::erase_if(agreeing, [&](const Candidate& c) { return !c.claim().touches(agreement.deepest.front()); });
    return 2 * voices_of(agreeing, Count::kKins) > voices_of(voters, Count::kKins);
}

Interval hull_of(std::span<const Candidate> candidates) {
    Interval hull = candidates.front().claim();
    for (const Candidate& candidate : candidates) {
        hull = {std::min(hull.low, candidate.claim().low), std::max(hull.high, candidate.claim().high)};
    }
    return hull;
}

}  // namespace

void Arbiter::forget() {
    undisputed_.reset();
    past_.clear();
}

// Where somebody is trusted, nobody else has a vote.
std::vector<Candidate> Arbiter::voters(std::span<const Candidate> candidates) const {
    std::vector<Candidate> all{candidates.begin(), candidates.end()};
    const auto trusted = [](const Candidate& candidate) { return candidate.trust; };
    if (std::any_of(all.begin(), all.end(), trusted)) {
        std::erase_if(all, [&](const Candidate& candidate) { return !trusted(candidate); });
    }
    return all;
}

Judgement Arbiter::judge(std::span<Candidate> candidates, const TimeModel* ours, LocalInstant now) {
    if (ours == nullptr) {
        forget();
    }
    if (candidates.empty()) {
        return {};
    }
    const std::vector<Candidate> heard = voters(candidates);
    const std::optional<Agreement> agreement = settle(heard, ours, now);
    if (!agreement) {
        return dispute(candidates, heard, ours, now);
    }
    mark(candidates, agreement->deepest, now);
    Judgement judgement = ours != nullptr ? against_prediction(heard, now) : against_other_kins(*agreement, heard);
    judgement.agreed = true;
    if (ours != nullptr && !judgement.disputed) {
        remember(*ours, now);
    }
    return judgement;
}

// Our own clock follows the others and so has no voice where they agree. Where they do not, or where there is only one,
// it has: a lone source does not overrule it. Nor do many of one kin without another.
std::optional<Agreement> Arbiter::settle(std::span<const Candidate> voters, const TimeModel* ours, LocalInstant now) {
    if (ours != nullptr && voices_of(voters) == 1) {
        return agreement_of(with(voters, witness(*ours, now)));
    }
    std::optional<Agreement> by_voice = agreement_of(voters);
    if (is_clear(by_voice) && spans_kins(*by_voice, voters)) {
        return by_voice;
    }
    std::optional<Agreement> by_kin = agreement_of(voters, Count::kKins);
    if (is_clear(by_kin) && voices_of(voters, Count::kKins) > 1) {
        return by_kin;
    }
    if (ours == nullptr) {
        return by_voice;
    }
    undisputed_ = undisputed_.value_or(*ours);
    std::optional<Agreement> with_ours = agreement_of(with(voters, witness(*undisputed_, now)), Count::kKins);
    if (is_clear(with_ours)) {
        return with_ours;
    }
    return is_clear(by_voice) ? std::nullopt : by_voice;
}

// The many of one kin are followed where nobody else knows, but one of another kin may be right against all of them.
Judgement Arbiter::against_other_kins(const Agreement& agreement, std::span<const Candidate> voters) {
    if (agreement.deepest.size() > 1 || spans_kins(agreement, voters)) {
        return {};
    }
    return {.disputed = true, .also = hull_of(voters)};
}

Judgement Arbiter::dispute(std::span<Candidate> candidates, std::span<const Candidate> voters, const TimeModel* ours,
                           LocalInstant now) {
    Judgement judgement{.disputed = voices_of(voters) > 1};
    const TimeModel* const before = undisputed_ ? &*undisputed_ : ours;
    for (Candidate& candidate : candidates) {
        candidate.standing = Standing::kDisputed;
        if (before == nullptr) {
            continue;
        }
        const Interval claim = candidate.claim();
        if (!claim.touches(witness(*before, now).claim())) {
            candidate.standing = Standing::kFalseticker;
            last_false_[candidate.source] = now;
            continue;
        }
        const bool first = !judgement.agreed;
        judgement.agreed = true;
        judgement.also =
            first ? claim
                  : Interval{std::min(judgement.also.low, claim.low), std::max(judgement.also.high, claim.high)};
    }
    return judgement;
}

// Two voices of like quality and unlike kin that agree know better than any crystal. One alone may be led astray, and
// it shows if that goes faster than a crystal may: then the truth lies where it says, or where our own clock would be
// without it.
Judgement Arbiter::against_prediction(std::span<const Candidate> voters, LocalInstant now) {
    const auto by_distance = [](const Candidate& a, const Candidate& b) { return a.distance < b.distance; };
    const Candidate& best = *std::min_element(voters.begin(), voters.end(), by_distance);
    const bool one_kin = voices_of(voters, Count::kKins) == 1;
    std::vector<Candidate> rougher{voters.begin(), voters.end()};
    std::erase_if(rougher, [&](const Candidate& candidate) {
        return candidate.voice == best.voice || (!one_kin && err_together(candidate, best));
    });
    const bool has_peer = std::any_of(rougher.begin(), rougher.end(),
                                      [&](const Candidate& candidate) { return is_peer(candidate, best); });
    if (rougher.empty() || has_peer || past_.empty() || now - past_.front().at < kPredictionAge) {
        return {};
    }
    const Interval predicted = witness(past_.front().model, now).claim();
    if (predicted.touches(best.claim())) {
        return {};
    }
    const auto others = agreement_of(rougher);
    if (others && !others->hull.touches(predicted)) {
        // The crystal itself has moved: the others bear out the one.
        forget();
        return {};
    }
    return {.disputed = true, .also = predicted};
}

void Arbiter::mark(std::span<Candidate> candidates, std::span<const Interval> places, LocalInstant now) {
    for (Candidate& candidate : candidates) {
        const Interval claim = candidate.claim();
        const bool right =
            std::any_of(places.begin(), places.end(), [&](const Interval& place) { return claim.touches(place); });
        const auto wrong = last_false_.find(candidate.source);
        const bool on_probation = wrong != last_false_.end() && now - wrong->second < kProbation;
        candidate.standing = on_probation ? Standing::kUnheard : Standing::kTruechimer;
        if (!right) {
            candidate.standing = Standing::kFalseticker;
            last_false_[candidate.source] = now;
        }
    }
}

void Arbiter::remember(const TimeModel& ours, LocalInstant now) {
    undisputed_ = ours;
    if (past_.empty() || now - past_.back().at >= kPredictionStep) {
        past_.push_back({now, ours});
    }
    while (past_.size() > 1 && now - past_[1].at >= kPredictionAge) {
        past_.pop_front();
    }
}

}  // namespace tokimori
