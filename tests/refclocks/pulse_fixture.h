#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio.hpp>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "refclocks/counter.h"
#include "refclocks/pulse_watch.h"
#include "refclocks/refclock.h"

namespace tokimori {

/// What a driver reports; `on_each` may interfere.
struct KeptObservations : ObservationSink {
    std::vector<Observation> all;
    std::function<void()> on_each = [] {};

    void observe(const Observation& observation) override {
        all.push_back(observation);
        on_each();
    }
    template <typename Kind>
    std::vector<Kind> of() const {
        std::vector<Kind> found;
        for (const Observation& observation : all) {
            if (const auto* one = std::get_if<Kind>(&observation)) {
                found.push_back(*one);
            }
        }
        return found;
    }
};

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

/// Runs a driver on an event loop and keeps what it says.
class PulseDriverTest : public ::testing::Test {
protected:
    void TearDown() override { EXPECT_FALSE(timed_out_); }

    static std::int64_t nanoseconds(Duration duration) { return duration.count(); }

    static PulsePatience impatient() {
        return {std::chrono::milliseconds{1}, std::chrono::milliseconds{4}, std::chrono::seconds{10}};
    }

    /// Runs handlers until `reached`, for ten seconds at most.
    void run_until(const std::function<bool()>& reached) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{10};
        io_.restart();
        while (!reached()) {
            if (io_.run_one_until(deadline) == 0) {
                timed_out_ = true;
                FAIL() << "what was waited for did not come";
            }
        }
    }
    void run_until_said(const std::string& words) {
        run_until([&] { return said().find(words) != std::string::npos; });
    }
    std::string said() const {
        const auto states = kept_.of<DeviceState>();
        return states.empty() ? "" : states.back().sentence;
    }
    bool is_working() const {
        const auto states = kept_.of<DeviceState>();
        return !states.empty() && states.back().working;
    }
    std::vector<Duration> pulses() const {
        std::vector<Duration> found;
        for (const Pulse& pulse : kept_.of<Pulse>()) {
            found.push_back(pulse.at.time_since_epoch());
        }
        return found;
    }
    long rejected(Rejection::Reason reason) const {
        const auto all = kept_.of<Rejection>();
        return std::count_if(all.begin(), all.end(), [&](const Rejection& one) { return one.reason == reason; });
    }

    boost::asio::io_context io_{1};
    HandSetHost host_;
    Counter counter_{[this] { return host_.read(); }};
    KeptObservations kept_;
    bool timed_out_ = false;
};

}  // namespace tokimori
