#include "refclocks/counter.h"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <utility>

namespace tokimori {
namespace {

constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;
constexpr std::int64_t kOldestStamp = 2 * kNanosecondsPerSecond;
// Two stamps of one instant differ by the width of the bracket in which the clocks were read.
constexpr std::int64_t kNewestStamp = -20'000;
constexpr std::int64_t kStepFloor = 20'000;
constexpr std::int64_t kSuspendFloor = 1'000'000;
constexpr std::int64_t kGoodBracket = 2'000;
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

}  // namespace

ClockReading read_host_clocks() {
    ClockReading best = read_once();
    for (int attempt = 1; attempt < kBracketAttempts && best.width > kGoodBracket; ++attempt) {
        const ClockReading next = read_once();
        if (next.width < best.width) {
            best = next;
        }
    }
    return best;
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

LocalInstant Counter::now() const {
    return LocalInstant{Duration{reader_().raw}};
}

Counter::RealtimeStamps Counter::realtime_stamps() {
    RealtimeStamps stamps;
    stamps.reading_ = reader_();
    stamps.stepped_ = stepped(stamps.reading_);
    return stamps;
}

std::optional<LocalInstant> Counter::RealtimeStamps::at(std::int64_t stamp) const {
    return stepped_ ? std::nullopt : from_age(reading_.realtime - stamp, reading_.raw);
}

std::optional<LocalInstant> Counter::from_realtime(std::int64_t stamp) {
    return realtime_stamps().at(stamp);
}

std::optional<LocalInstant> Counter::from_monotonic(std::int64_t stamp) {
    const ClockReading reading = reader_();
    return from_age(reading.monotonic - stamp, reading.raw);
}

std::optional<LocalInstant> Counter::from_age(std::int64_t age, std::int64_t raw) {
    if (age < kNewestStamp || age > kOldestStamp) {
        return std::nullopt;
    }
    return LocalInstant{Duration{raw - std::max<std::int64_t>(age, 0)}};
}

// CLOCK_REALTIME and CLOCK_MONOTONIC are slewed alike: their difference changes by steps, and by nothing else.
bool Counter::stepped(const ClockReading& reading) {
    const std::optional<ClockReading> last = std::exchange(last_, reading);
    if (!last) {
        return false;
    }
    const std::int64_t moved = (reading.realtime - reading.monotonic) - (last->realtime - last->monotonic);
    return std::abs(moved) > kStepFloor + reading.width + last->width;
}

Counter::HostDate Counter::host_date() const {
    const ClockReading reading = reader_();
    return {LocalInstant{Duration{reading.raw}}, reading.realtime};
}

bool Counter::suspended_since_last_call() {
    const ClockReading reading = reader_();
    const std::int64_t asleep = reading.boottime - reading.monotonic;
    const std::optional<std::int64_t> before = std::exchange(asleep_, asleep);
    return before && asleep - *before > kSuspendFloor;
}

}  // namespace tokimori
