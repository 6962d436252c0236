#pragma once

#include <sys/timex.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdlib>

#include "refclocks/counter.h"

namespace tokimori {

/// A kernel's clocks without a kernel: what Linux 6 does with adjtimex, second by second (kernel/time/ntp.c):
/// frequency, tick, steps, the PLL's and adjtime's remainders, the leap second machine, the growth of the maximum
/// error. Readings may be up to a tick of 4 ms ahead of what the kernel has noticed, as on a real one.
class VirtualKernel {
public:
    static constexpr std::int64_t kSecond = 1'000'000'000;
    static constexpr std::int64_t kTick = 4'000'000;
    static constexpr long kPhaseLimit = 16'000'000;

    explicit VirtualKernel(std::int64_t realtime) : wall_{realtime - mono_}, noticed_{realtime / kSecond} {}

    ClockReading clocks() const {
        return {.raw = raw_, .monotonic = mono_, .realtime = realtime(), .boottime = mono_ + asleep_, .width = width};
    }
    std::int64_t realtime() const { return mono_ + wall_; }
    std::int64_t tai() const { return realtime() + tai_ * kSecond; }

    /// Nanoseconds of the counter go by.
    void pass(Duration span) {
        for (std::int64_t left = span.count(); left > 0;) {
            const std::int64_t part = std::min(left, kTick - raw_ % kTick);
            advance(part);
            left -= part;
        }
    }

    /// clock_adjtime(CLOCK_REALTIME, ...).
    int adjust(timex& call) {
        ++calls;
        if (call.modes != 0) {
            ++writes;
            if (error != 0) {
                return -error;
            }
        }
        return (call.modes & ADJ_ADJTIME) != 0 ? single_shot(call) : whole(call);
    }

    /// What another program does.
    void set(std::int64_t realtime_now) { step(realtime_now - realtime()); }
    void move(Duration by) { step(by.count()); }
    /// The host sleeps: the counter and CLOCK_MONOTONIC stand still.
    void sleep(Duration span) {
        asleep_ += span.count();
        wall_ += span.count();
    }

    long max_error() const { return max_error_; }
    long tick() const { return tick_; }
    int status() const { return status_; }
    int tai_minus_utc() const { return static_cast<int>(tai_); }
    bool synchronised() const { return (status_ & STA_UNSYNC) == 0; }
    /// Frequency and tick together, ppm.
    double ppm() const {
        return static_cast<double>(frequency_) / 65536.0 + static_cast<double>(tick_ - 10'000) * 100.0;
    }

    std::int64_t width = 200;   ///< of the bracket of a reading
    int error = 0;              ///< what writing ends in, such as EPERM
    bool ignores_leap = false;  ///< a kernel that forgets
    int calls = 0;
    int writes = 0;

private:
    static constexpr unsigned ADJ_ADJTIME = 0x8000;
    static constexpr std::int64_t kNever = INT64_MAX;

    void advance(std::int64_t span) {
        const double rate = ppm() * 1e-6 + slewing_;
        const double exact = static_cast<double>(span) * rate + remainder_;
        const auto extra = static_cast<std::int64_t>(exact);
        remainder_ = exact - static_cast<double>(extra);
        raw_ += span;
        mono_ += span + extra;
        if (raw_ % kTick == 0) {
            notice();
        }
    }

    void notice() {
        while (realtime() / kSecond > noticed_) {
            ++noticed_;
            const int leap = second_overflow(noticed_);
            wall_ += leap * kSecond;
            tai_ -= leap;
            noticed_ += leap;
        }
    }

    int second_overflow(std::int64_t second) {
        const int leap = ignores_leap ? 0 : leap_machine(second);
        max_error_ += 500;
        if (max_error_ > kPhaseLimit) {
            max_error_ = kPhaseLimit;
            status_ |= STA_UNSYNC;
        }
        const double chunk = offset_ / 16.0;  // SHIFT_PLL 2, time constant 2
        offset_ -= chunk;
        const std::int64_t adjusted = std::clamp<std::int64_t>(adjustment_, -500, 500);
        adjustment_ -= adjusted;
        slewing_ = chunk * 1e-9 + static_cast<double>(adjusted) * 1e-6;
        return leap;
    }

    int leap_machine(std::int64_t second) {
        constexpr std::int64_t kDay = 86'400;
        switch (state_) {
            case TIME_OK:
                if ((status_ & STA_INS) != 0) {
                    state_ = TIME_INS;
                    next_leap_ = second + kDay - second % kDay;
                } else if ((status_ & STA_DEL) != 0) {
                    state_ = TIME_DEL;
                    next_leap_ = second + kDay - (second + 1) % kDay;
                }
                break;
            case TIME_INS:
                if ((status_ & STA_INS) == 0) {
                    next_leap_ = kNever;
                    state_ = TIME_OK;
                } else if (second == next_leap_) {
                    state_ = TIME_OOP;
                    return -1;
                }
                break;
            case TIME_DEL:
                if ((status_ & STA_DEL) == 0) {
                    next_leap_ = kNever;
                    state_ = TIME_OK;
                } else if (second == next_leap_) {
                    next_leap_ = kNever;
                    state_ = TIME_WAIT;
                    return 1;
                }
                break;
            case TIME_OOP:
                next_leap_ = kNever;
                state_ = TIME_WAIT;
                break;
            default:
                if ((status_ & (STA_INS | STA_DEL)) == 0) {
                    state_ = TIME_OK;
                }
        }
        return 0;
    }

    // settimeofday and ADJ_SETOFFSET both clear what NTP told the kernel, and when a leap second is due.
    void step(std::int64_t by) {
        wall_ += by;
        noticed_ = realtime() / kSecond;
        status_ |= STA_UNSYNC;
        max_error_ = kPhaseLimit;
        estimated_error_ = kPhaseLimit;
        adjustment_ = 0;
        offset_ = 0.0;
        slewing_ = 0.0;
        next_leap_ = kNever;
    }

    int single_shot(timex& call) {
        const long left = static_cast<long>(adjustment_);
        if ((call.modes & 0x2000) == 0) {
            adjustment_ = call.offset;
        }
        fill(call);
        call.offset = left;
        return result();
    }

    int whole(timex& call) {
        if ((call.modes & ADJ_TICK) != 0 && (call.tick < 9'000 || call.tick > 11'000)) {
            return -EINVAL;
        }
        if ((call.modes & ADJ_SETOFFSET) != 0) {
            if (call.time.tv_usec < 0 || call.time.tv_usec >= 1'000'000) {
                return -EINVAL;
            }
            step(call.time.tv_sec * kSecond + call.time.tv_usec * 1'000);
        }
        apply(call);
        fill(call);
        return result();
    }

    void apply(const timex& call) {
        if ((call.modes & ADJ_STATUS) != 0) {
            set_status(call.status);
        }
        if ((call.modes & ADJ_FREQUENCY) != 0) {
            frequency_ = std::clamp<std::int64_t>(call.freq, -500 * 65'536, 500 * 65'536);
        }
        if ((call.modes & ADJ_MAXERROR) != 0) {
            max_error_ = std::clamp(call.maxerror, 0L, kPhaseLimit);
        }
        if ((call.modes & ADJ_ESTERROR) != 0) {
            estimated_error_ = std::clamp(call.esterror, 0L, kPhaseLimit);
        }
        if ((call.modes & ADJ_TAI) != 0) {
            tai_ = call.constant;
        }
        if ((call.modes & ADJ_OFFSET) != 0 && (status_ & STA_PLL) != 0) {
            offset_ = static_cast<double>(call.offset) * 1e3;
        }
        if ((call.modes & ADJ_TICK) != 0) {
            tick_ = call.tick;
        }
    }

    void set_status(int status) {
        if ((status_ & STA_PLL) != 0 && (status & STA_PLL) == 0) {
            state_ = TIME_OK;
            next_leap_ = kNever;
        }
        status_ = (status_ & STA_RONLY) | (status & ~STA_RONLY);
    }

    void fill(timex& call) const {
        call.offset = static_cast<long>(offset_ / 1e3);
        call.freq = static_cast<long>(frequency_);
        call.maxerror = max_error_;
        call.esterror = estimated_error_;
        call.status = status_;
        call.tick = tick_;
        call.tai = static_cast<int>(tai_);
        call.time.tv_sec = static_cast<time_t>(realtime() / kSecond);
        call.time.tv_usec = static_cast<suseconds_t>(realtime() % kSecond / 1'000);
    }

    int result() const { return (status_ & (STA_UNSYNC | STA_CLOCKERR)) != 0 ? TIME_ERROR : state_; }

    std::int64_t raw_ = 100 * kSecond + kTick / 2;
    std::int64_t mono_ = 90 * kSecond;
    std::int64_t wall_ = 0;  // CLOCK_REALTIME − CLOCK_MONOTONIC
    std::int64_t asleep_ = 0;
    std::int64_t noticed_ = 0;
    std::int64_t tai_ = 0;
    std::int64_t next_leap_ = kNever;
    std::int64_t frequency_ = 0;   // 2^-16 ppm
    std::int64_t adjustment_ = 0;  // left of adjtime, µs
    double offset_ = 0.0;          // left of the PLL's, ns
    double slewing_ = 0.0;         // what the two add this second
    double remainder_ = 0.0;
    long tick_ = 10'000;
    long max_error_ = kPhaseLimit;
    long estimated_error_ = kPhaseLimit;
    int status_ = STA_UNSYNC;
    int state_ = TIME_OK;
};

}  // namespace tokimori
