#include "server/clock/cadence.h"

#include <algorithm>

namespace tokimori {
namespace {

using namespace std::chrono_literals;

constexpr Duration kLeastPatience = 8s;
constexpr Duration kMostPatience = 2h;
constexpr int kMissedIntervals = 4;
constexpr Duration kShortestPoll = 8s;
constexpr Duration::rep kReachBits = 8;

}  // namespace

void Cadence::note(LocalInstant at) {
    if (last_ && at <= *last_) {
        return;
    }
    if (last_) {
        intervals_[count_++ % kIntervals] = at - *last_;
        interval_ = median();
    } else {
        poll_began_ = at;
    }
    reach_ = shifted(at) | 1U;
    poll_began_ += (at - poll_began_) / poll() * poll();
    last_ = at;
}

void Cadence::expect_next(Duration after) {
    if (after != announced_ && last_) {
        poll_began_ = *last_;
    }
    announced_ = after;
}

std::uint8_t Cadence::shifted(LocalInstant now) const {
    const Duration::rep polls = std::clamp<Duration::rep>((now - poll_began_) / poll(), 0, kReachBits);
    return static_cast<std::uint8_t>(reach_ << polls);
}

std::uint8_t Cadence::reach(LocalInstant now) const {
    return last_ ? shifted(now) : std::uint8_t{0};
}

Duration Cadence::median() const {
    const auto known = static_cast<std::ptrdiff_t>(std::min(count_, kIntervals));
    auto sorted = intervals_;
    std::nth_element(sorted.begin(), sorted.begin() + (known - 1) / 2, sorted.begin() + known);
    return sorted[static_cast<std::size_t>((known - 1) / 2)];
}

Duration Cadence::expected() const {
    return std::max(interval(), announced_);
}

Duration Cadence::patience() const {
    return std::clamp(kMissedIntervals * std::min(expected(), kMostPatience), kLeastPatience, kMostPatience);
}

Duration Cadence::poll() const {
    return std::max(expected(), kShortestPoll);
}

}  // namespace tokimori
