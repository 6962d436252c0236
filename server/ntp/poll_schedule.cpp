#include "server/ntp/poll_schedule.h"

#include <algorithm>
#include <utility>

namespace tokimori {
namespace {

using namespace std::chrono_literals;

constexpr Duration kBurstGap = 2s;
constexpr Duration kFirstRetry = 16s;
constexpr Duration kLongestWithoutNetwork = 64s;
constexpr Duration kRefusal = 24h;
constexpr Duration kHour = 1h;
constexpr int kLongestPoll = 12;
// Below it the operator decides himself how often is too often.
constexpr int kPoliteMinpoll = 8;
constexpr int kAway = 4;
constexpr int kSteady = 4;
// An uncompensated crystal, a second: 1 ppm.
constexpr int kCrystal = 1'000'000;
constexpr int kNegligible = 4;

Duration seconds_of(int poll) {
    return std::chrono::seconds{std::int64_t{1} << poll};
}

// True if a crystal changes what is known by little in so long.
bool adds_little(int poll, Duration uncertainty) {
    return uncertainty > kNegligible * (seconds_of(poll) / kCrystal);
}

Duration doubled(Duration first, int times, Duration most) {
    return std::min(first * (std::int64_t{1} << std::min(times, 16)), most);
}

}  // namespace

PollSchedule::PollSchedule(const PollPolicy& policy) : policy_{policy}, poll_{policy.minpoll}, floor_{policy.minpoll} {
    policy_.maxpoll = std::max(policy_.maxpoll, policy_.minpoll);
}

void PollSchedule::recall(std::span<const LocalInstant> sent) {
    for (const LocalInstant at : sent) {
        sent_[count_++ % kMostAnHour] = at;
    }
}

void PollSchedule::begin(LocalInstant now) {
    earliest_ = last_ = now;
    begin_elsewhere(now);
}

void PollSchedule::begin_elsewhere(LocalInstant now) {
    const auto half = static_cast<int>(kMostAnHour - std::min(used_at(now), kMostAnHour)) / 2;
    burst_left_ = policy_.iburst ? std::clamp(half, 1, kBurst) : 1;
}

bool PollSchedule::polite() const {
    return policy_.minpoll >= kPoliteMinpoll;
}

std::size_t PollSchedule::used_at(LocalInstant now) const {
    const std::size_t known = polite() ? std::min(count_, kMostAnHour) : 0;
    const auto within = [now](LocalInstant at) { return now - at < kHour; };
    return static_cast<std::size_t>(
        std::count_if(sent_.begin(), sent_.begin() + static_cast<std::ptrdiff_t>(known), within));
}

LocalInstant PollSchedule::next() const {
    LocalInstant next = tried_ ? last_ + gap() : earliest_;
    if (polite() && count_ >= kMostAnHour) {
        next = std::max(next, sent_[count_ % kMostAnHour] + kHour);
    }
    return std::max(next, earliest_);
}

bool PollSchedule::held_back() const {
    return !tried_ && next() > earliest_;
}

Duration PollSchedule::gap() const {
    if (refused_) {
        return kRefusal;
    }
    if (not_sent_ > 0) {
        return doubled(kBurstGap, not_sent_ - 1, kLongestWithoutNetwork);
    }
    if (burst_left_ > 0) {
        return kBurstGap;
    }
    return failures_ > 0 ? doubled(kFirstRetry, failures_ - 1, seconds_of(poll_)) : seconds_of(poll_);
}

void PollSchedule::sent(LocalInstant now) {
    tried_ = true;
    last_ = now;
    not_sent_ = 0;
    refused_ = false;
    sent_[count_++ % kMostAnHour] = now;
    burst_left_ = std::max(burst_left_ - 1, 0);
}

void PollSchedule::not_sent(LocalInstant now) {
    tried_ = true;
    last_ = now;
    ++not_sent_;
}

void PollSchedule::answered(Duration uncertainty) {
    if (std::exchange(failures_, 0) >= kAway && policy_.iburst) {
        burst_left_ = kBurst - 1;
    }
    if (burst_left_ > 0) {
        return;
    }
    const int wish = adds_little(poll_ + 1, uncertainty) ? 1 : adds_little(poll_, uncertainty) ? 0 : -1;
    steady_ = wish * steady_ > 0 ? steady_ + wish : wish;
    if (steady_ >= kSteady || steady_ <= -kSteady) {
        poll_ = std::clamp(poll_ + wish, floor_, std::max(policy_.maxpoll, floor_));
        steady_ = 0;
    }
}

void PollSchedule::contested(LocalInstant now) {
    if (floor_ == policy_.minpoll && (!contested_ || now - *contested_ >= kHour)) {
        contested_ = now;
        begin_elsewhere(now);
    }
}

void PollSchedule::failed() {
    ++failures_;
}

void PollSchedule::slow_down() {
    burst_left_ = 0;
    failures_ = 0;
    poll_ = floor_ = std::min(poll_ + 1, kLongestPoll);
}

void PollSchedule::refused() {
    burst_left_ = 0;
    ++failures_;
    refused_ = true;
}

}  // namespace tokimori
