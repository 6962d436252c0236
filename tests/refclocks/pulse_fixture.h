#pragma once

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "refclocks/device_watch.h"
#include "tests/refclocks/driver_fixture.h"

namespace tokimori {

/// A host whose clocks stand still until they are told to go on; counts how often it is read.
struct HandSetHost {
    static constexpr std::int64_t kSecond = 1'000'000'000;
    static constexpr std::int64_t kMonotonic = 300 * kSecond;
    static constexpr std::int64_t kRealtime = 1'800'000'000 * kSecond;

    std::int64_t raw = 0;
    std::int64_t step = 0;  ///< of CLOCK_REALTIME
    int readings = 0;

    ClockReading read() {
        ++readings;
        return {raw, monotonic(raw), realtime(raw), monotonic(raw), 100};
    }
    std::int64_t monotonic(std::int64_t at) const { return kMonotonic + at; }
    std::int64_t realtime(std::int64_t at) const { return kRealtime + step + at; }
};

/// Runs a driver of pulses on a host whose clocks are set by hand.
class PulseDriverTest : public EventLoopTest {
protected:
    static std::int64_t nanoseconds(Duration duration) { return duration.count(); }

    static DevicePatience impatient() {
        return {std::chrono::milliseconds{1}, std::chrono::milliseconds{4}, std::chrono::seconds{10}};
    }

    std::string said() const {
        const std::string all = kept_.said();
        return all.substr(std::min<std::size_t>(all.size(), 1));
    }
    bool is_working() const { return kept_.said().starts_with('+'); }
    std::vector<Duration> pulses() const {
        std::vector<Duration> found;
        for (const Pulse& pulse : kept_.of<Pulse>()) {
            found.push_back(pulse.at.time_since_epoch());
        }
        return found;
    }
    long rejected(Rejection::Reason reason) const {
        const auto all = kept_.reasons();
        return std::count(all.begin(), all.end(), reason);
    }

    HandSetHost host_;
    Counter counter_{[this] { return host_.read(); }};
};

}  // namespace tokimori
