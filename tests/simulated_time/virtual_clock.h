#pragma once

#include <sys/timex.h>

#include <cstdint>

namespace tokimori::simulated_time {

/// How the counter of the simulated host runs: `error_ppm` too fast, and a sine of `wander_ppm` about that, as over the
/// day of a room.
struct Oscillator {
    double error_ppm = 0;
    double wander_ppm = 0;
    double wander_period_s = 86'400;
};

/// The clocks of a simulated host, all in nanoseconds, and the controls that Linux gives over them (kernel/time/ntp.c):
/// frequency, tick, offset by the phase-locked loop or by a single shot, steps, leap seconds, TAI offset, and the error
/// that grows until the clock calls itself unsynchronised. A second of CLOCK_REALTIME is the grain of slewing, as
/// there. Not thread-safe.
class VirtualClock {
public:
    /// `realtime` is CLOCK_REALTIME at launch, POSIX ns; the host was switched on a thousand seconds before.
    VirtualClock(Oscillator oscillator, std::int64_t realtime);

    /// True time goes on by that many ns.
    void advance(std::int64_t true_ns);

    std::int64_t raw() const { return raw_; }
    std::int64_t monotonic() const { return monotonic_; }
    std::int64_t realtime() const { return realtime_; }
    std::int64_t boottime() const { return monotonic_ + asleep_; }
    std::int64_t tai() const { return realtime_ + std::int64_t{tai_offset_} * 1'000'000'000; }

    /// The host is suspended for that many ns: its counters stand still, and CLOCK_REALTIME is set on when it wakes up.
    void sleep(std::int64_t true_ns) {
        asleep_ += true_ns;
        realtime_ += true_ns;
    }

    /// As clock_adjtime(2) of CLOCK_REALTIME, without its question of privilege: the state of the clock (TIME_OK …), or
    /// −EINVAL.
    int adjust(timex& asked);

    /// As clock_settime(2).
    void set(std::int64_t realtime);

private:
    void move(std::int64_t true_ns);
    double slew() const { return frequency_ + chunk_ + single_chunk_ + tick_error(); }
    double tick_error() const { return static_cast<double>(tick_ - 10'000) * 1e5; }
    void begin_second(std::int64_t second);
    void begin_slewing();
    std::int64_t leap_at(std::int64_t second);
    static bool is_valid(const timex& asked);
    void set_status(int status);
    void set_offset(std::int64_t offset);
    void apply(const timex& asked);
    void report(timex& told) const;
    void apply_single_shot(timex& asked);
    int state() const;

    Oscillator oscillator_;
    double age_s_ = 0;
    double raw_rest_ = 0;
    double monotonic_rest_ = 0;
    std::int64_t raw_ = 1'000'000'000'000;
    std::int64_t monotonic_ = raw_;
    std::int64_t realtime_;
    std::int64_t asleep_ = 0;

    double frequency_ = 0;     ///< ns per s
    double offset_ = 0;        ///< ns that the loop has still to slew
    double chunk_ = 0;         ///< ns of it in this second
    double single_ = 0;        ///< ns that a single shot has still to slew
    double single_chunk_ = 0;  ///< ns of it in this second
    std::int64_t tick_ = 10'000;
    std::int64_t constant_ = 2;
    int status_ = STA_UNSYNC;
    int leap_state_ = TIME_OK;
    std::int64_t leap_second_ = INT64_MAX;
    std::int64_t offset_set_at_ = 0;
    std::int64_t max_error_us_ = 16'000'000;
    std::int64_t estimated_error_us_ = 16'000'000;
    std::int32_t tai_offset_ = 0;
};

}  // namespace tokimori::simulated_time
