#pragma once

#include <sys/timex.h>

#include <cstdint>

#include "refclocks/counter.h"
#include "tests/simulated_time/virtual_clock.h"

namespace tokimori {

/// The clocks of tests/simulated_time as a daemon's `SystemClock` sees them, on a host that may sleep, forbid, or
/// forget; and another program that sets them. The counter is exact.
class VirtualKernel {
public:
    static constexpr std::int64_t kSecond = 1'000'000'000;

    explicit VirtualKernel(std::int64_t realtime) : clock_{{}, realtime} {}

    ClockReading clocks() const {
        return {.raw = clock_.raw(),
                .monotonic = clock_.monotonic(),
                .realtime = realtime(),
                .boottime = clock_.monotonic() + asleep_,
                .width = 200};
    }
    std::int64_t realtime() const { return clock_.realtime() + asleep_; }

    /// Nanoseconds of the counter go by.
    void pass(Duration span) { clock_.advance(span.count()); }

    /// clock_adjtime(CLOCK_REALTIME, …): its state, or −errno.
    int adjust(timex& call) {
        ++calls;
        writes += call.modes != 0 ? 1 : 0;
        if (call.modes != 0 && error != 0) {
            return -error;
        }
        constexpr int kLeapFlags = STA_INS | STA_DEL;
        if (forgets_leap_seconds && (call.modes & ADJ_STATUS) != 0) {
            forgotten_ = call.status & kLeapFlags;
            call.status &= ~kLeapFlags;
        }
        const int state = clock_.adjust(call);
        call.status |= forgotten_;
        return state;
    }

    /// Another program sets the clock.
    void move(Duration by) { clock_.set(clock_.realtime() + by.count()); }
    /// The host sleeps: the counter and CLOCK_MONOTONIC stand still.
    void sleep(Duration span) { asleep_ += span.count(); }

    /// What adjtimex says.
    timex told() const {
        timex call{};
        simulated_time::VirtualClock clock = clock_;
        clock.adjust(call);
        call.status |= forgotten_;
        return call;
    }
    bool synchronised() const { return (told().status & STA_UNSYNC) == 0; }
    /// Frequency and tick together, ppm.
    double ppm() const {
        const timex now = told();
        return static_cast<double>(now.freq) / 65'536.0 + static_cast<double>(now.tick - 10'000) * 100.0;
    }

    int error = 0;                      ///< what writing ends in, such as EPERM
    bool forgets_leap_seconds = false;  ///< it shows the flags, and does nothing
    int calls = 0;
    int writes = 0;

private:
    simulated_time::VirtualClock clock_;
    std::int64_t asleep_ = 0;
    int forgotten_ = 0;
};

}  // namespace tokimori
