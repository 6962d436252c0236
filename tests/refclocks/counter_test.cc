#include "refclocks/counter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

namespace tokimori {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

/// A host whose clocks are set by hand.
struct FakeHost {
    ClockReading reading{.raw = 50 * kSecond,
                         .monotonic = 60 * kSecond,
                         .realtime = 1'700'000'000 * kSecond,
                         .boottime = 70 * kSecond,
                         .width = 100};

    std::int64_t slew_ppm = 0;

    void pass(std::int64_t nanoseconds) {
        const std::int64_t slewed = nanoseconds + nanoseconds * slew_ppm / 1'000'000;
        reading.raw += nanoseconds;
        reading.monotonic += slewed;
        reading.realtime += slewed;
        reading.boottime += slewed;
    }
    Counter counter() {
        return Counter{[this] { return reading; }};
    }
};

LocalInstant local(std::int64_t nanoseconds) {
    return LocalInstant{Duration{nanoseconds}};
}

TEST(Counter, TurnsARealtimeStampIntoItsAge) {
    FakeHost host;
    Counter counter = host.counter();
    EXPECT_EQ(counter.from_realtime(host.reading.realtime - 5'000).at, local(50 * kSecond - 5'000));
}

TEST(Counter, TurnsAMonotonicStampIntoItsAge) {
    FakeHost host;
    Counter counter = host.counter();
    EXPECT_EQ(counter.from_monotonic(60 * kSecond - 7'000), local(50 * kSecond - 7'000));
}

TEST(Counter, RefusesStampsFromTheFutureAndFromLongAgo) {
    FakeHost host;
    Counter counter = host.counter();
    EXPECT_FALSE(counter.from_realtime(host.reading.realtime + kSecond / 10).at);
    EXPECT_FALSE(counter.from_realtime(host.reading.realtime - 3 * kSecond).at);
    EXPECT_FALSE(counter.from_monotonic(host.reading.monotonic + kSecond));
}

TEST(Counter, SaysWhyAStampHasNoInstant) {
    FakeHost host;
    Counter counter = host.counter();
    counter.keep();
    host.pass(100'000'000);
    EXPECT_EQ(counter.from_realtime(host.reading.realtime + kSecond).refusal, Rejection::Reason::kClockStepped);
    EXPECT_EQ(counter.from_realtime(host.reading.realtime - 3 * kSecond).refusal, Rejection::Reason::kStale);
    const std::int64_t young = host.reading.realtime;
    host.reading.realtime += 3600 * kSecond;
    EXPECT_EQ(counter.from_realtime(young).refusal, Rejection::Reason::kClockStepped) << "it looks an hour old";
}

TEST(Counter, DropsAStampAcrossAStepInEitherDirection) {
    for (const std::int64_t step : {-kSecond / 2, kSecond / 2, std::int64_t{50'000}}) {
        FakeHost host;
        Counter counter = host.counter();
        ASSERT_TRUE(counter.from_realtime(host.reading.realtime).at);
        host.pass(1'000'000);
        const std::int64_t stamp = host.reading.realtime - 100;
        host.reading.realtime += step;
        EXPECT_FALSE(counter.from_realtime(stamp).at) << step;
        host.pass(1'000'000 + std::max<std::int64_t>(-step, 0));
        EXPECT_EQ(counter.from_realtime(host.reading.realtime - 100).at, local(host.reading.raw - 100)) << step;
    }
}

TEST(Counter, DropsAStampThatMayBeOfEitherPassThroughASecondThatCameTwice) {
    FakeHost host;
    Counter counter = host.counter();
    counter.keep();
    host.pass(100'000'000);
    const std::int64_t before_the_step = host.reading.realtime;
    host.reading.realtime -= kSecond / 2;
    counter.keep();
    host.pass(700'000'000);
    EXPECT_FALSE(counter.from_realtime(before_the_step).at) << "0.7 s or 0.2 s ago";
    EXPECT_FALSE(counter.from_realtime(before_the_step - kSecond / 4).at) << "0.95 s or 0.45 s ago";
    EXPECT_EQ(counter.from_realtime(before_the_step + 1'000'000).at, local(host.reading.raw - 199'000'000));
}

TEST(Counter, TakesNoStampFromBeforeAStepOfTheLastSecondsForAYoungerOne) {
    FakeHost host;
    Counter counter = host.counter();
    counter.keep();
    host.pass(500'000'000);
    const std::int64_t old = host.reading.realtime - 100'000'000;
    host.reading.realtime += kSecond / 2;
    counter.keep();
    host.pass(500'000'000);
    counter.keep();
    host.pass(100'000'000);
    EXPECT_FALSE(counter.from_realtime(old).at);
    EXPECT_TRUE(counter.from_monotonic(host.reading.monotonic - 900'000'000));
}

TEST(Counter, MeasuresTheAgeOfAStampInItsOwnSecondsWhileTheClockIsSlewed) {
    for (const std::int64_t ppm : {500, -500, 100'000, -100'000}) {
        FakeHost host;
        host.slew_ppm = ppm;
        Counter counter = host.counter();
        counter.keep();
        host.pass(300'000'000);
        const ClockReading then = host.reading;
        host.pass(200'000'000);
        counter.keep();
        host.pass(500'000'000);
        const auto realtime = counter.from_realtime(then.realtime).at;
        const auto monotonic = counter.from_monotonic(then.monotonic);
        ASSERT_TRUE(realtime && monotonic) << ppm;
        EXPECT_LE(std::chrono::abs(*realtime - local(then.raw)), Duration{2}) << ppm;
        EXPECT_LE(std::chrono::abs(*monotonic - local(then.raw)), Duration{2}) << ppm;
    }
}

TEST(Counter, IsExactOnBothSidesOfAReadingKeptWhereASlewBegins) {
    for (const std::int64_t ppm : {500, -500, 100'000}) {
        FakeHost host;
        Counter counter = host.counter();
        counter.keep();
        host.pass(250'000'000);
        const ClockReading before = host.reading;
        host.pass(50'000'000);
        counter.keep();
        host.slew_ppm = ppm;
        host.pass(150'000'000);
        const ClockReading after = host.reading;
        host.pass(400'000'000);
        for (const ClockReading& then : {before, after}) {
            const auto instant = counter.from_realtime(then.realtime).at;
            ASSERT_TRUE(instant) << ppm;
            EXPECT_LE(std::chrono::abs(*instant - local(then.raw)), Duration{2}) << ppm;
        }
    }
}

TEST(Counter, ErrsByNoMoreThanAQuarterOfTheSlewWhereItBeginsUnseenBetweenReadings) {
    for (const std::int64_t ppm : {500, 100'000}) {
        FakeHost host;
        Counter counter = host.counter();
        counter.keep();
        host.pass(250'000'000);
        const ClockReading then = host.reading;
        host.slew_ppm = ppm;
        host.pass(250'000'000);
        counter.keep();
        host.pass(500'000'000);
        const auto instant = counter.from_realtime(then.realtime).at;
        ASSERT_TRUE(instant);
        EXPECT_LE(std::chrono::abs(*instant - local(then.raw)), Duration{500'000'000 / 4 / 1'000'000 * ppm});
    }
}

TEST(Counter, ReachesBackToTheOldestStampHoweverManyItTurns) {
    FakeHost host;
    Counter counter = host.counter();
    for (int i = 0; i < 20; ++i) {
        host.pass(100'000'000);
        counter.keep();
    }
    const ClockReading then = host.reading;
    host.slew_ppm = 100'000;
    for (int i = 0; i < 16'000; ++i) {
        host.pass(100'000);
        ASSERT_TRUE(counter.from_realtime(host.reading.realtime).at);
    }
    EXPECT_EQ(counter.from_realtime(then.realtime).at, local(then.raw));
}

TEST(Counter, JudgesABatchOfPacketsByOneReading) {
    int readings = 0;
    FakeHost host;
    Counter counter{[&] {
        ++readings;
        return host.reading;
    }};
    const Counter::RealtimeStamps stamps = counter.realtime_stamps();
    EXPECT_EQ(stamps.at(host.reading.realtime - 5'000), local(50 * kSecond - 5'000));
    EXPECT_EQ(stamps.at(host.reading.realtime - 9'000), local(50 * kSecond - 9'000));
    EXPECT_FALSE(stamps.at(host.reading.realtime + kSecond));
    EXPECT_EQ(readings, 1);
    host.reading.realtime += 50'000;
    EXPECT_FALSE(counter.realtime_stamps().at(host.reading.realtime));
    EXPECT_TRUE(counter.realtime_stamps().at(host.reading.realtime));
}

TEST(Counter, DoesNotTakeASlewForAStep) {
    FakeHost host;
    Counter counter = host.counter();
    ASSERT_TRUE(counter.from_realtime(host.reading.realtime).at);
    host.pass(kSecond);
    host.reading.realtime += kSecond / 12;
    host.reading.monotonic += kSecond / 12;
    EXPECT_TRUE(counter.from_realtime(host.reading.realtime).at);
}

TEST(Counter, NoticesASleep) {
    FakeHost host;
    Counter counter = host.counter();
    const Duration before = counter.asleep();
    host.pass(kSecond);
    EXPECT_FALSE(Counter::slept_between(before, counter.asleep()));
    host.reading.boottime += 3600 * kSecond;
    EXPECT_TRUE(Counter::slept_between(before, counter.asleep()));
    EXPECT_EQ(counter.realtime_stamps().asleep(), counter.asleep());
}

class HostClocksAreRead : public ::testing::TestWithParam<ClockReading (*)()> {};

TEST_P(HostClocksAreRead, CloseTogetherAndRunForward) {
    const LocalInstant before = read_host_counter();
    const ClockReading first = GetParam()();
    const ClockReading second = GetParam()();
    EXPECT_LE(before, local(first.raw - first.width / 2));
    EXPECT_GT(second.raw, first.raw);
    EXPECT_GE(second.monotonic, first.monotonic);
    EXPECT_GT(first.realtime, 1'600'000'000 * kSecond);
    EXPECT_GE(read_host_counter(), local(second.raw));
}

INSTANTIATE_TEST_SUITE_P(ForAll, HostClocksAreRead, ::testing::Values(read_host_clocks, read_host_clocks_for_packets));

TEST(HostClocks, HaveAPrecisionBetterThanAMicrosecond) {
    EXPECT_LE(measure_host_precision(), -17);
    EXPECT_GE(measure_host_precision(), -30);
}

}  // namespace
}  // namespace tokimori
