#include "refclocks/counter.h"

#include <gtest/gtest.h>

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

    void pass(std::int64_t nanoseconds) {
        reading.raw += nanoseconds;
        reading.monotonic += nanoseconds;
        reading.realtime += nanoseconds;
        reading.boottime += nanoseconds;
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
    EXPECT_EQ(counter.from_realtime(host.reading.realtime - 5'000), local(50 * kSecond - 5'000));
}

TEST(Counter, TurnsAMonotonicStampIntoItsAge) {
    FakeHost host;
    Counter counter = host.counter();
    EXPECT_EQ(counter.from_monotonic(60 * kSecond - 7'000), local(50 * kSecond - 7'000));
}

TEST(Counter, RefusesStampsFromTheFutureAndFromLongAgo) {
    FakeHost host;
    Counter counter = host.counter();
    EXPECT_FALSE(counter.from_realtime(host.reading.realtime + kSecond / 10));
    EXPECT_FALSE(counter.from_realtime(host.reading.realtime - 3 * kSecond));
    EXPECT_FALSE(counter.from_monotonic(host.reading.monotonic + kSecond));
}

TEST(Counter, DropsOneStampAcrossAStepInEitherDirection) {
    for (const std::int64_t step : {-kSecond / 2, kSecond / 2, std::int64_t{50'000}}) {
        FakeHost host;
        Counter counter = host.counter();
        ASSERT_TRUE(counter.from_realtime(host.reading.realtime));
        host.pass(1'000'000);
        const std::int64_t stamp = host.reading.realtime - 100;
        host.reading.realtime += step;
        EXPECT_FALSE(counter.from_realtime(stamp)) << step;
        host.pass(1'000'000);
        EXPECT_TRUE(counter.from_realtime(host.reading.realtime - 100)) << step;
    }
}

TEST(Counter, DoesNotTakeASlewForAStep) {
    FakeHost host;
    Counter counter = host.counter();
    ASSERT_TRUE(counter.from_realtime(host.reading.realtime));
    host.pass(kSecond);
    host.reading.realtime += kSecond / 12;
    host.reading.monotonic += kSecond / 12;
    EXPECT_TRUE(counter.from_realtime(host.reading.realtime));
}

TEST(Counter, NoticesASuspendOnce) {
    FakeHost host;
    Counter counter = host.counter();
    EXPECT_FALSE(counter.suspended_since_last_call());
    host.pass(kSecond);
    EXPECT_FALSE(counter.suspended_since_last_call());
    host.reading.boottime += 3600 * kSecond;
    EXPECT_TRUE(counter.suspended_since_last_call());
    EXPECT_FALSE(counter.suspended_since_last_call());
}

TEST(HostClocks, AreReadCloseTogetherAndRunForward) {
    const ClockReading first = read_host_clocks();
    const ClockReading second = read_host_clocks();
    EXPECT_GT(second.raw, first.raw);
    EXPECT_GE(second.monotonic, first.monotonic);
    EXPECT_GT(first.realtime, 1'600'000'000 * kSecond);
    EXPECT_GE(read_host_counter(), local(second.raw));
}

TEST(HostClocks, HaveAPrecisionBetterThanAMicrosecond) {
    EXPECT_LE(measure_host_precision(), -17);
    EXPECT_GE(measure_host_precision(), -30);
}

}  // namespace
}  // namespace tokimori
