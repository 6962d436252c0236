#include "tests/simulated_time/virtual_clock.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <vector>

namespace tokimori::simulated_time {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kMidnight = 20'000 * kDay;

timex asking(unsigned modes) {
    timex asked{};
    asked.modes = modes;
    return asked;
}

VirtualClock clock_at(std::int64_t second, Oscillator oscillator = {}) {
    return VirtualClock{oscillator, second * kSecond};
}

int order_leap(VirtualClock& clock, int status) {
    timex asked = asking(ADJ_STATUS | ADJ_TAI | ADJ_MAXERROR);
    asked.status = STA_PLL | status;
    asked.constant = 37;
    return clock.adjust(asked);
}

// POSIX seconds as CLOCK_REALTIME shows them in the middle of each true second.
std::vector<std::int64_t> seconds_shown(VirtualClock& clock, int count) {
    std::vector<std::int64_t> shown;
    clock.advance(kSecond / 2);
    for (int i = 0; i < count; ++i) {
        shown.push_back(clock.realtime() / kSecond - kMidnight);
        clock.advance(kSecond);
    }
    return shown;
}

TEST(VirtualClock, RunsWithTruthWhereTheOscillatorIsRight) {
    VirtualClock clock = clock_at(kMidnight);
    const std::int64_t raw = clock.raw();
    clock.advance(10 * kSecond + 7);
    EXPECT_EQ(clock.raw() - raw, 10 * kSecond + 7);
    EXPECT_EQ(clock.monotonic(), clock.raw());
    EXPECT_EQ(clock.realtime(), (kMidnight + 10) * kSecond + 7);
}

TEST(VirtualClock, GainsWhatItsOscillatorIsTooFast) {
    VirtualClock clock = clock_at(kMidnight, {.error_ppm = 20});
    const std::int64_t raw = clock.raw();
    clock.advance(1'000 * kSecond);
    EXPECT_NEAR(static_cast<double>(clock.raw() - raw - 1'000 * kSecond), 20e6, 10);
}

TEST(VirtualClock, IsSlewedByFrequencyAndTickButItsCounterIsNot) {
    VirtualClock clock = clock_at(kMidnight);
    timex asked = asking(ADJ_FREQUENCY | ADJ_TICK);
    asked.freq = -50 * 65'536;
    asked.tick = 10'001;
    clock.adjust(asked);
    const std::int64_t raw = clock.raw();
    clock.advance(100 * kSecond);
    EXPECT_EQ(clock.raw() - raw, 100 * kSecond);
    EXPECT_NEAR(static_cast<double>(clock.monotonic() - clock.raw()), 100 * (100e3 - 50e3), 10);
}

TEST(VirtualClock, RefusesATickThatTheKernelRefuses) {
    VirtualClock clock = clock_at(kMidnight);
    timex asked = asking(ADJ_TICK);
    asked.tick = 8'999;
    EXPECT_EQ(clock.adjust(asked), -EINVAL);
}

TEST(VirtualClock, SlewsAnOffsetByTheLoop) {
    VirtualClock clock = clock_at(kMidnight);
    timex asked = asking(ADJ_STATUS | ADJ_NANO);
    asked.status = STA_PLL | STA_FREQHOLD;
    clock.adjust(asked);
    asked = asking(ADJ_OFFSET | ADJ_TIMECONST);
    asked.offset = 1'000'000;
    asked.constant = 0;
    clock.adjust(asked);
    clock.advance(2 * kSecond);
    // A quarter of what is left each second, from the second after it was asked for.
    EXPECT_NEAR(static_cast<double>(clock.realtime() - (kMidnight + 2) * kSecond), 250e3, 1e3);
    clock.advance(60 * kSecond);
    EXPECT_NEAR(static_cast<double>(clock.realtime() - (kMidnight + 62) * kSecond), 1e6, 1e3);
}

TEST(VirtualClock, IgnoresAnOffsetWithoutTheLoop) {
    VirtualClock clock = clock_at(kMidnight);
    timex asked = asking(ADJ_OFFSET);
    asked.offset = 1'000;
    clock.adjust(asked);
    clock.advance(10 * kSecond);
    EXPECT_EQ(clock.realtime(), (kMidnight + 10) * kSecond);
}

TEST(VirtualClock, SlewsASingleShotByHalfAMillisecondPerSecond) {
    VirtualClock clock = clock_at(kMidnight);
    timex asked = asking(ADJ_OFFSET_SINGLESHOT);
    asked.offset = -1'200;
    clock.adjust(asked);
    clock.advance(2 * kSecond);
    EXPECT_NEAR(static_cast<double>(clock.realtime() - (kMidnight + 2) * kSecond), -500e3, 1e3);
    clock.advance(10 * kSecond);
    EXPECT_NEAR(static_cast<double>(clock.realtime() - (kMidnight + 12) * kSecond), -1'200e3, 1e3);
}

TEST(VirtualClock, RepeatsTheLastSecondOfADayThatIsOneLonger) {
    VirtualClock clock = clock_at(kMidnight - 4);
    order_leap(clock, STA_INS);
    EXPECT_EQ(seconds_shown(clock, 7), (std::vector<std::int64_t>{-4, -3, -2, -1, -1, 0, 1}));
    timex asked = asking(0);
    EXPECT_EQ(clock.adjust(asked), TIME_WAIT);
    EXPECT_EQ(asked.tai, 38);
}

TEST(VirtualClock, LeavesOutTheLastSecondOfADayThatIsOneShorter) {
    VirtualClock clock = clock_at(kMidnight - 4);
    order_leap(clock, STA_DEL);
    EXPECT_EQ(seconds_shown(clock, 5), (std::vector<std::int64_t>{-4, -3, -2, 0, 1}));
    timex asked = asking(0);
    clock.adjust(asked);
    EXPECT_EQ(asked.tai, 36);
}

TEST(VirtualClock, DoesNotRepeatASecondThatWasTakenBack) {
    VirtualClock clock = clock_at(kMidnight - 4);
    order_leap(clock, STA_INS);
    clock.advance(2 * kSecond);
    order_leap(clock, 0);
    EXPECT_EQ(seconds_shown(clock, 4), (std::vector<std::int64_t>{-2, -1, 0, 1}));
}

TEST(VirtualClock, ForgetsALeapSecondWhenItIsStepped) {
    VirtualClock clock = clock_at(kMidnight - 4);
    order_leap(clock, STA_INS);
    clock.advance(kSecond);
    timex asked = asking(ADJ_SETOFFSET | ADJ_NANO);
    asked.time.tv_sec = -1;
    asked.time.tv_usec = 500'000'000;
    EXPECT_EQ(clock.adjust(asked), TIME_ERROR);
    clock.advance(kSecond / 2);
    EXPECT_EQ(seconds_shown(clock, 5), (std::vector<std::int64_t>{-3, -2, -1, 0, 1}));
}

TEST(VirtualClock, CallsItselfUnsynchronisedOnceItsErrorMayBeSixteenSeconds) {
    VirtualClock clock = clock_at(kMidnight);
    EXPECT_EQ(order_leap(clock, 0), TIME_OK);
    clock.advance(100 * kSecond);
    timex asked = asking(0);
    EXPECT_EQ(clock.adjust(asked), TIME_OK);
    EXPECT_EQ(asked.maxerror, 100 * 500);
    clock.advance(32'000 * kSecond);
    EXPECT_EQ(clock.adjust(asked), TIME_ERROR);
}

}  // namespace
}  // namespace tokimori::simulated_time
