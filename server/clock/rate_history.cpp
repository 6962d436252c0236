#include "server/clock/rate_history.h"

#include <algorithm>

namespace tokimori {
namespace {

using namespace std::chrono_literals;

constexpr Duration kStep = 30min;
constexpr Duration kKept = 24h;
// Before this the estimate moves more than the crystal.
constexpr Duration kSettled = 10min;
constexpr double kFloor = 1.0;  // ppm, which every bound holds already
constexpr Rate kKnown = rate_from_ppm(2.0);

}  // namespace

void RateHistory::note(LocalInstant at, Rate rate, Rate bound) {
    if (bound > kKnown) {
        return;
    }
    first_ = first_.value_or(at);
    if (at - *first_ < kSettled) {
        return;
    }
    if (seen_.empty() || at - seen_.back().at >= kStep) {
        seen_.push_back({at, rate, rate});
    }
    seen_.back().least = std::min(seen_.back().least, rate);
    seen_.back().most = std::max(seen_.back().most, rate);
    while (at - seen_.front().at > kKept) {
        seen_.pop_front();
    }
}

double RateHistory::range_ppm() const {
    if (seen_.empty()) {
        return 0.0;
    }
    Rate least = seen_.front().least;
    Rate most = seen_.front().most;
    for (const Seen& seen : seen_) {
        least = std::min(least, seen.least);
        most = std::max(most, seen.most);
    }
    return ppm_from_rate(most - least);
}

Rate RateHistory::unrest() const {
    return rate_from_ppm(std::max(range_ppm() - kFloor, 0.0));
}

}  // namespace tokimori
