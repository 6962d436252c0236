#include "refclocks/counter.h"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <limits>
#include <utility>

namespace tokimori {
namespace {

constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;
// Two stamps of one instant differ by the width of the bracket in which the clocks were read.
constexpr std::int64_t kNewestStamp = -20'000;
// By that everything is too old.
constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max() / 2;
constexpr std::int64_t kStepFloor = 20'000;
constexpr std::int64_t kTellingSpan = 100'000'000;
constexpr Duration kSuspendFloor = std::chrono::milliseconds{1};
constexpr std::int64_t kGoodBracket = 2'000;
constexpr int kTrialBrackets = 16;
constexpr int kBracketAttempts = 4;

std::int64_t read_clock(clockid_t clock) {
    timespec now{};
    clock_gettime(clock, &now);
    return static_cast<std::int64_t>(now.tv_sec) * kNanosecondsPerSecond + now.tv_nsec;
}

ClockReading read_once() {
    ClockReading reading;
    const std::int64_t before = read_clock(CLOCK_MONOTONIC_RAW);
    reading.realtime = read_clock(CLOCK_REALTIME);
    reading.monotonic = read_clock(CLOCK_MONOTONIC);
    reading.boottime = read_clock(CLOCK_BOOTTIME);
    const std::int64_t after = read_clock(CLOCK_MONOTONIC_RAW);
    reading.width = after - before;
    reading.raw = before + reading.width / 2;
    return reading;
}

/// A width that nothing has disturbed on this host. Where reading a clock takes long none is much better for being
/// repeated.
std::int64_t usual_bracket() {
    std::int64_t least = read_once().width;
    for (int trial = 1; trial < kTrialBrackets; ++trial) {
        least = std::min(least, read_once().width);
    }
    return std::max(kGoodBracket, 2 * least);
}

ClockReading read_until(std::int64_t good) {
    ClockReading best = read_once();
    for (int attempt = 1; attempt < kBracketAttempts && best.width > good; ++attempt) {
        const ClockReading next = read_once();
        if (next.width < best.width) {
            best = next;
        }
    }
    return best;
}

// CLOCK_REALTIME and CLOCK_MONOTONIC are slewed alike: their difference changes by steps, and by nothing else.
bool stepped(const ClockReading& earlier, const ClockReading& later) {
    const std::int64_t moved = (later.realtime - later.monotonic) - (earlier.realtime - earlier.monotonic);
    return std::abs(moved) > kStepFloor + earlier.width + later.width;
}

// What the counter showed when `clock` showed `stamp`, on the straight line through two readings.
std::int64_t raw_between(const ClockReading& earlier, const ClockReading& later, std::int64_t ClockReading::*clock,
                         std::int64_t stamp) {
    __extension__ using Wide = __int128;
    const std::int64_t span = later.*clock - earlier.*clock;
    const Wide part = static_cast<Wide>(later.*clock - stamp) * (later.raw - earlier.raw);
    return later.raw - static_cast<std::int64_t>(part / std::max<std::int64_t>(span, 1));
}

std::optional<LocalInstant> from_age(std::int64_t age, std::int64_t raw) {
    if (age < kNewestStamp || age > Counter::kOldestStamp) {
        return std::nullopt;
    }
    return LocalInstant{Duration{raw - std::max<std::int64_t>(age, 0)}};
}

}  // namespace

ClockReading read_host_clocks() {
    return read_until(kGoodBracket);
}

ClockReading read_host_clocks_for_packets() {
    static const std::int64_t usual = usual_bracket();
    return read_until(usual);
}

LocalInstant read_host_counter() {
    return LocalInstant{Duration{read_clock(CLOCK_MONOTONIC_RAW)}};
}

int measure_host_precision() {
    std::int64_t smallest = kNanosecondsPerSecond;
    std::int64_t last = read_clock(CLOCK_MONOTONIC_RAW);
    for (int i = 0; i < 1000; ++i) {
        const std::int64_t now = read_clock(CLOCK_MONOTONIC_RAW);
        if (now > last) {
            smallest = std::min(smallest, now - last);
        }
        last = now;
    }
    const double seconds = static_cast<double>(smallest) / static_cast<double>(kNanosecondsPerSecond);
    return std::clamp(static_cast<int>(std::ceil(std::log2(seconds))), -30, -6);
}

Counter::Counter(std::function<ClockReading()> reader) : reader_{std::move(reader)} {}

ClockReading Counter::keep() {
    const ClockReading reading = reader_();
    push(reading);
    return reading;
}

void Counter::push(const ClockReading& reading) {
    ring_[next_] = reading;
    next_ = (next_ + 1) % kReadings;
    size_ = std::min(size_ + 1, kReadings);
}

// Stamps may be turned by the thousand; the ring must still reach back to the oldest one.
void Counter::push_if_telling(const ClockReading& reading) {
    if (size_ == 0 || reading.raw - kept(0).raw >= kTellingSpan || stepped(kept(0), reading)) {
        push(reading);
    }
}

// A batch is stamped just before it is read: the packet path needs no ring.
Counter::RealtimeStamps Counter::realtime_stamps() {
    const ClockReading reading = reader_();
    RealtimeStamps stamps;
    stamps.realtime_ = stepped(last_batch_, reading) ? kNever : reading.realtime;
    stamps.raw_ = reading.raw;
    stamps.asleep_ = reading.asleep();
    last_batch_ = reading;
    return stamps;
}

std::optional<LocalInstant> Counter::RealtimeStamps::at_the_edge(std::int64_t age) const {
    return from_age(age, raw_);
}

// What is old by a clock that was stepped meanwhile may be of a moment ago.
StampedInstant Counter::from_realtime(std::int64_t stamp) {
    const ClockReading now = reader_();
    StampedInstant stamped;
    if (!may_lie_before_a_step(stamp, now)) {
        stamped.at = interpolated(stamp, &ClockReading::realtime, now);
        stamped.refusal = now.realtime - stamp > kOldestStamp ? Rejection::Reason::kStale : stamped.refusal;
    }
    push_if_telling(now);
    return stamped;
}

std::optional<LocalInstant> Counter::from_monotonic(std::int64_t stamp) {
    const ClockReading now = reader_();
    const std::optional<LocalInstant> instant = interpolated(stamp, &ClockReading::monotonic, now);
    push_if_telling(now);
    return instant;
}

std::optional<LocalInstant> Counter::interpolated(std::int64_t stamp, std::int64_t ClockReading::*clock,
                                                  const ClockReading& now) const {
    const std::int64_t age = now.*clock - stamp;
    if (age <= 0 || age > kOldestStamp) {
        return from_age(age, now.raw);
    }
    const ClockReading* later = &now;
    for (std::size_t i = 0; i < size_; ++i) {
        const ClockReading& earlier = kept(i);
        if (earlier.*clock <= stamp) {
            return LocalInstant{Duration{raw_between(earlier, *later, clock, stamp)}};
        }
        later = &earlier;
    }
    return LocalInstant{Duration{later->raw - (later->*clock - stamp)}};
}

// After a step back the same readings of CLOCK_REALTIME come a second time, and a stamp does not say which it was.
bool Counter::may_lie_before_a_step(std::int64_t stamp, const ClockReading& now) const {
    const ClockReading* later = &now;
    for (std::size_t i = 0; i < size_ && now.raw - later->raw <= kOldestStamp; ++i) {
        const ClockReading& earlier = kept(i);
        const std::int64_t at_step = earlier.realtime + (later->monotonic - earlier.monotonic);
        if (stepped(earlier, *later) && stamp <= std::max(at_step, later->realtime)) {
            return true;
        }
        later = &earlier;
    }
    return false;
}

Counter::HostDate Counter::host_date() const {
    const ClockReading reading = reader_();
    return {LocalInstant{Duration{reading.raw}}, reading.realtime};
}

Duration Counter::asleep() const {
    return reader_().asleep();
}

bool Counter::slept_between(Duration before, Duration after) {
    return after - before > kSuspendFloor;
}

}  // namespace tokimori
