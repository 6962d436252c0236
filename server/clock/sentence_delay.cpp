#include "server/clock/sentence_delay.h"

#include <algorithm>
#include <vector>

namespace tokimori {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMostMeasurements = 64;
constexpr std::size_t kEnoughMeasurements = 8;
constexpr Duration kConfiguredUncertainty = 50ms;
// A learned delay may drift with the number of satellites in the sentences.
constexpr Duration kLearnedMargin = 20ms;
// A delay this close to the edge of the window could as well be a second more or less.
constexpr Duration kSurelyEarliest = 0ms;
constexpr Duration kSurelyLatest = 750ms;
constexpr Duration kConfiguredWindow = 400ms;

}  // namespace

void SentenceDelay::add(Duration measured, LocalInstant at) {
    last_measured_ = at;
    measured_.push_back(measured);
    if (measured_.size() > kMostMeasurements) {
        measured_.pop_front();
    }
}

std::optional<Duration> SentenceDelay::learned() const {
    if (measured_.size() < kEnoughMeasurements) {
        return std::nullopt;
    }
    std::vector<Duration> sorted{measured_.begin(), measured_.end()};
    std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2), sorted.end());
    return sorted[sorted.size() / 2];
}

SentenceDelay::Value SentenceDelay::value(LocalInstant now) const {
    if (configured_) {
        return {*configured_, kConfiguredUncertainty};
    }
    if (const auto median = learned(); median && now - last_measured_ <= kLasts) {
        const auto [least, most] = std::minmax_element(measured_.begin(), measured_.end());
        return {*median, std::max(*most - *median, *median - *least) + kLearnedMargin};
    }
    return {(kEarliest + kLatest) / 2, (kLatest - kEarliest) / 2};
}

bool SentenceDelay::unmistakable(Duration delay) const {
    if (configured_) {
        return std::chrono::abs(delay - *configured_) <= kConfiguredWindow;
    }
    return delay >= kSurelyEarliest && delay <= kSurelyLatest;
}

bool SentenceDelay::possible(Duration delay, Duration bound) const {
    const Duration earliest = configured_ ? *configured_ - kConfiguredWindow : kEarliest;
    const Duration latest = configured_ ? *configured_ + kConfiguredWindow : kLatest;
    return delay >= earliest - bound && delay <= latest + bound;
}

}  // namespace tokimori
