#include "tests/simulated_time/virtual_clock.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <numbers>

namespace tokimori::simulated_time {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kDay = 86'400;
constexpr double kLargestFrequency = 500'000;         // ns per s
constexpr std::int64_t kLargestOffset = 500'000'000;  // ns
constexpr std::int64_t kLargestError = 16'000'000;    // µs
constexpr std::int64_t kErrorGrowth = 500;            // µs per s
constexpr double kSingleShotRate = 500'000;           // ns per s
constexpr std::int64_t kLongestConstant = 10;
constexpr std::int64_t kLargestTai = 100'000;
constexpr int kLoopShift = 2;
constexpr int kReadOnly =
    STA_PPSSIGNAL | STA_PPSJITTER | STA_PPSWANDER | STA_PPSERROR | STA_CLOCKERR | STA_NANO | STA_MODE | STA_CLK;
constexpr double kFrequencyUnit = 65'536;  // timex counts in 2^-16 ppm
constexpr unsigned kSingleShot = 0x8000;
constexpr unsigned kReadOnlyShot = 0x2000;

std::int64_t second_of(std::int64_t realtime) {
    return realtime / kSecond - (realtime % kSecond < 0 ? 1 : 0);
}

}  // namespace

VirtualClock::VirtualClock(Oscillator oscillator, std::int64_t realtime)
    : oscillator_{oscillator}, realtime_{realtime} {}

void VirtualClock::advance(std::int64_t true_ns) {
    while (true_ns > 0) {
        const std::int64_t second = second_of(realtime_);
        const std::int64_t left = (second + 1) * kSecond - realtime_;
        // A nanosecond at the end of a second may fall on either side of it; a whole second never does.
        const auto most = static_cast<std::int64_t>(static_cast<double>(left) / (1 + slew() * 1e-9 + 1e-3));
        const std::int64_t step = std::min(true_ns, std::max<std::int64_t>(most, 1));
        move(step);
        true_ns -= step;
        if (second_of(realtime_) != second) {
            begin_second(second + 1);
        }
    }
}

void VirtualClock::move(std::int64_t true_ns) {
    const auto span = static_cast<double>(true_ns);
    const double phase = 2 * std::numbers::pi * age_s_ / oscillator_.wander_period_s;
    age_s_ += span * 1e-9;
    raw_rest_ += span * 1e-6 * (oscillator_.error_ppm + oscillator_.wander_ppm * std::sin(phase));
    const double whole = std::floor(raw_rest_);
    raw_rest_ -= whole;
    const std::int64_t counted = true_ns + static_cast<std::int64_t>(whole);
    monotonic_rest_ += static_cast<double>(counted) * 1e-9 * slew();
    const double slewed = std::floor(monotonic_rest_);
    monotonic_rest_ -= slewed;
    raw_ += counted;
    monotonic_ += counted + static_cast<std::int64_t>(slewed);
    realtime_ += counted + static_cast<std::int64_t>(slewed);
}

void VirtualClock::begin_second(std::int64_t second) {
    const std::int64_t leap = leap_at(second);
    realtime_ += leap * kSecond;
    tai_offset_ -= static_cast<std::int32_t>(leap);
    max_error_us_ += kErrorGrowth;
    if (max_error_us_ > kLargestError) {
        max_error_us_ = kLargestError;
        status_ |= STA_UNSYNC;
    }
    begin_slewing();
}

void VirtualClock::begin_slewing() {
    offset_ -= chunk_;
    chunk_ = offset_ / static_cast<double>(std::int64_t{1} << (kLoopShift + constant_));
    single_ -= single_chunk_;
    single_chunk_ = std::clamp(single_, -kSingleShotRate, kSingleShotRate);
}

// What this second adds to CLOCK_REALTIME, s: −1 repeats the one before it, +1 leaves it out.
std::int64_t VirtualClock::leap_at(std::int64_t second) {
    const auto next_midnight = [](std::int64_t from) { return from + kDay - from % kDay; };
    switch (leap_state_) {
        case TIME_OK:
            if ((status_ & STA_INS) != 0) {
                leap_state_ = TIME_INS;
                leap_second_ = next_midnight(second);
            } else if ((status_ & STA_DEL) != 0) {
                leap_state_ = TIME_DEL;
                leap_second_ = next_midnight(second + 1) - 1;
            }
            return 0;
        case TIME_INS:
        case TIME_DEL:
            if ((status_ & (leap_state_ == TIME_INS ? STA_INS : STA_DEL)) == 0) {
                leap_state_ = TIME_OK;
            } else if (second == leap_second_) {
                const bool inserted = leap_state_ == TIME_INS;
                leap_state_ = inserted ? TIME_OOP : TIME_WAIT;
                return inserted ? -1 : 1;
            }
            return 0;
        case TIME_OOP:
            leap_state_ = TIME_WAIT;
            return 0;
        default:
            leap_state_ = (status_ & (STA_INS | STA_DEL)) == 0 ? TIME_OK : TIME_WAIT;
            return 0;
    }
}

void VirtualClock::set(std::int64_t realtime) {
    realtime_ = realtime;
    // As the kernel does: a clock that was stepped is not synchronised, slews nothing, and forgets when the leap second
    // is due while it still believes that one is.
    offset_ = chunk_ = single_ = single_chunk_ = 0;
    status_ |= STA_UNSYNC;
    max_error_us_ = estimated_error_us_ = kLargestError;
    leap_second_ = INT64_MAX;
}

bool VirtualClock::is_valid(const timex& asked) {
    const bool tick_is_valid = (asked.modes & ADJ_TICK) == 0 || (asked.tick >= 9'000 && asked.tick <= 11'000);
    const std::int64_t fraction_end = (asked.modes & ADJ_NANO) != 0 ? kSecond : 1'000'000;
    const bool step_is_valid =
        (asked.modes & ADJ_SETOFFSET) == 0 || (asked.time.tv_usec >= 0 && asked.time.tv_usec < fraction_end);
    return tick_is_valid && step_is_valid;
}

int VirtualClock::adjust(timex& asked) {
    if ((asked.modes & kSingleShot) != 0) {
        apply_single_shot(asked);
        return state();
    }
    if (!is_valid(asked)) {
        return -EINVAL;
    }
    apply(asked);
    report(asked);
    return state();
}

void VirtualClock::apply_single_shot(timex& asked) {
    const auto before = static_cast<std::int64_t>(single_) / 1'000;
    if ((asked.modes & kReadOnlyShot) == 0) {
        single_ = static_cast<double>(asked.offset) * 1e3;
        single_chunk_ = 0;
    }
    report(asked);
    asked.offset = before;
}

void VirtualClock::apply(const timex& asked) {
    const auto wants = [&asked](unsigned mode) { return (asked.modes & mode) != 0; };
    if (wants(ADJ_SETOFFSET)) {
        const std::int64_t fraction = asked.time.tv_usec * (wants(ADJ_NANO) ? 1 : 1'000);
        set(realtime_ + asked.time.tv_sec * kSecond + fraction);
    }
    if (wants(ADJ_STATUS)) {
        set_status(asked.status);
    }
    if (wants(ADJ_NANO)) {
        status_ |= STA_NANO;
    }
    if (wants(ADJ_MICRO)) {
        status_ &= ~STA_NANO;
    }
    if (wants(ADJ_FREQUENCY)) {
        frequency_ =
            std::clamp(static_cast<double>(asked.freq) / kFrequencyUnit * 1e3, -kLargestFrequency, kLargestFrequency);
    }
    if (wants(ADJ_MAXERROR)) {
        max_error_us_ = std::clamp<std::int64_t>(asked.maxerror, 0, kLargestError);
    }
    if (wants(ADJ_ESTERROR)) {
        estimated_error_us_ = std::clamp<std::int64_t>(asked.esterror, 0, kLargestError);
    }
    if (wants(ADJ_TIMECONST)) {
        constant_ = std::clamp<std::int64_t>(asked.constant + ((status_ & STA_NANO) != 0 ? 0 : 4), 0, kLongestConstant);
    }
    if (wants(ADJ_TAI) && asked.constant >= 0 && asked.constant <= kLargestTai) {
        tai_offset_ = static_cast<std::int32_t>(asked.constant);
    }
    if (wants(ADJ_OFFSET)) {
        set_offset(asked.offset);
    }
    if (wants(ADJ_TICK)) {
        tick_ = asked.tick;
    }
}

void VirtualClock::set_status(int status) {
    if ((status_ & STA_PLL) != 0 && (status & STA_PLL) == 0) {
        leap_state_ = TIME_OK;
        leap_second_ = INT64_MAX;
    }
    if ((status_ & STA_PLL) == 0 && (status & STA_PLL) != 0) {
        offset_set_at_ = second_of(realtime_);
    }
    status_ = (status_ & kReadOnly) | (status & ~kReadOnly);
}

// The phase-locked loop: what is slewed also corrects the frequency, the more so the longer it took to build up.
void VirtualClock::set_offset(std::int64_t offset) {
    if ((status_ & STA_PLL) == 0) {
        return;
    }
    const std::int64_t nanoseconds = (status_ & STA_NANO) != 0 ? offset : offset * 1'000;
    offset_ = static_cast<double>(std::clamp(nanoseconds, -kLargestOffset, kLargestOffset));
    chunk_ = 0;
    const std::int64_t now = second_of(realtime_);
    const std::int64_t longest = std::int64_t{1} << (kLoopShift + 1 + constant_);
    const std::int64_t span = (status_ & STA_FREQHOLD) != 0 ? 0 : std::min(now - offset_set_at_, longest);
    offset_set_at_ = now;
    const double gain = std::ldexp(1.0, static_cast<int>(-2 * (kLoopShift + 2 + constant_)));
    frequency_ =
        std::clamp(frequency_ + offset_ * static_cast<double>(span) * gain, -kLargestFrequency, kLargestFrequency);
}

void VirtualClock::report(timex& told) const {
    const std::int64_t unit = (status_ & STA_NANO) != 0 ? 1 : 1'000;
    told.offset = static_cast<std::int64_t>(offset_) / unit;
    told.freq = std::llround(frequency_ * 1e-3 * kFrequencyUnit);
    told.maxerror = max_error_us_;
    told.esterror = estimated_error_us_;
    told.status = status_;
    told.constant = constant_;
    told.precision = 1;
    told.tolerance = std::llround(kLargestFrequency * 1e-3 * kFrequencyUnit);
    told.tick = tick_;
    told.tai = tai_offset_;
    told.time.tv_sec = second_of(realtime_);
    told.time.tv_usec = (realtime_ - told.time.tv_sec * kSecond) / unit;
}

int VirtualClock::state() const {
    return (status_ & (STA_UNSYNC | STA_CLOCKERR)) != 0 ? TIME_ERROR : leap_state_;
}

}  // namespace tokimori::simulated_time
