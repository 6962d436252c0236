#include "refclocks/gpsd_receiver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <vector>

#include "tests/refclocks/kept.h"

namespace tokimori {
namespace {

using namespace std::chrono_literals;
using Reason = Rejection::Reason;

constexpr std::int64_t kRaw = 50'000'000'000;
constexpr std::int64_t kRealtime = 1'700'000'000'000'000'000;
const std::string kDevice = "/dev/ttyAMA0";

/// A receiver on a host whose clocks are set by hand.
class GpsdReceiverTest : public ::testing::Test {
protected:
    static UtcTime utc(const std::string& text) { return parse_utc(text).value(); }
    static FixReport fix(const std::string& time, int mode = 3) {
        return {.device = kDevice, .time = utc(time), .mode = mode, .status = 0, .gps_minus_utc = 18};
    }
    TimeOffsetReport offset(const std::string& real, Duration age) const {
        return {kDevice, utc(real), reading_.realtime - age.count()};
    }
    PulseReport pulse(const std::string& real, Duration age) const {
        return {kDevice, utc(real), reading_.realtime - age.count(), 1us};
    }
    static SkyReport sky(int visible, int used, const std::string& time = "") {
        return {kDevice, time.empty() ? std::nullopt : parse_utc(time), visible, used};
    }
    void pass(Duration span) {
        reading_.raw += span.count();
        reading_.monotonic += span.count();
        reading_.realtime += span.count();
    }
    static LocalInstant local(Duration since_start) { return LocalInstant{Duration{kRaw} + since_start}; }

    ClockReading reading_{.raw = kRaw, .monotonic = 0, .realtime = kRealtime, .boottime = 0, .width = 100};
    Counter counter_{[this] { return reading_; }};
    Keeper kept_;
    DeviceWatch watch_{counter_, kept_, 7};
    GpsdReceiver receiver_ = local_receiver(false);

    GpsdReceiver local_receiver(bool pps) {
        GpsdReceiver receiver{counter_, watch_, kept_, 7, pps};
        receiver.set_local(true);
        return receiver;
    }
};

TEST_F(GpsdReceiverTest, HearsASecondWhenItsFirstDataArrivedAtGpsd) {
    receiver_.take(offset("2017-12-01T17:22:36.999887687Z", 80ms));
    pass(200ms);
    receiver_.take(fix("2017-12-01T17:22:37.000Z"));
    ASSERT_EQ(kept_.of<Label>().size(), 1U);
    const Label label = kept_.of<Label>().front();
    EXPECT_EQ(label.source, 7);
    EXPECT_EQ(label.heard, local(-80ms));
    EXPECT_EQ(label.time, utc("2017-12-01T17:22:37Z"));
    EXPECT_EQ(label.gps_minus_utc, 18);
    EXPECT_FALSE(label.leap_at_month_end);
    EXPECT_LE(label.uncertainty, Duration{20ms});
}

TEST_F(GpsdReceiverTest, HearsASecondWhenItsLineArrivesWhereThereIsNoStamp) {
    pass(300ms);
    receiver_.take(fix("2017-12-01T17:22:37.000Z"));
    ASSERT_EQ(kept_.of<Label>().size(), 1U);
    EXPECT_EQ(kept_.of<Label>().front().heard, local(300ms));
    EXPECT_GE(kept_.of<Label>().front().uncertainty, Duration{100ms});
}

TEST_F(GpsdReceiverTest, TakesNoStampOfAnotherSecond) {
    receiver_.take(offset("2017-12-01T17:22:36Z", 900ms));
    receiver_.take(fix("2017-12-01T17:22:37.000Z"));
    EXPECT_EQ(kept_.of<Label>().front().heard, local(0ms));
}

TEST_F(GpsdReceiverTest, TakesNoStampOfAnotherReceiver) {
    TimeOffsetReport other = offset("2017-12-01T17:22:37Z", 80ms);
    other.device = "/dev/ttyUSB0";
    receiver_.take(other);
    receiver_.take(fix("2017-12-01T17:22:37.000Z"));
    EXPECT_EQ(kept_.of<Label>().front().heard, local(0ms));
}

TEST_F(GpsdReceiverTest, TakesNoStampOfAnotherHostsClock) {
    receiver_.set_local(false);
    receiver_.take(offset("2017-12-01T17:22:37Z", 80ms));
    receiver_.take(fix("2017-12-01T17:22:37.000Z"));
    EXPECT_EQ(kept_.of<Label>().front().heard, local(0ms));
}

TEST_F(GpsdReceiverTest, GivesOneLabelASecond) {
    for (const char* time : {"2017-12-01T17:22:37.000Z", "2017-12-01T17:22:37.000Z", "2017-12-01T17:22:37.200Z",
                             "2017-12-01T17:22:37.960Z", "2017-12-01T17:22:38.000Z", "2017-12-01T17:22:38.999Z"}) {
        receiver_.take(fix(time));
    }
    ASSERT_EQ(kept_.of<Label>().size(), 3U);
    EXPECT_EQ(kept_.of<Label>()[1].time, utc("2017-12-01T17:22:38Z"));
}

TEST_F(GpsdReceiverTest, ReportsADateThatJumpsBack) {
    receiver_.take(fix("2037-07-17T17:22:37.000Z"));
    receiver_.take(fix("2017-12-01T17:22:38.000Z"));
    EXPECT_EQ(kept_.of<Label>().size(), 2U);
}

TEST_F(GpsdReceiverTest, LabelsBothSecondsThatPosixCountsAlike) {
    receiver_.take(fix("2016-12-31T23:59:60.000Z"));
    receiver_.take(fix("2017-01-01T00:00:00.000Z"));
    EXPECT_EQ(kept_.of<Label>().size(), 2U);

    FixReport next = fix("2017-01-01T00:00:00.000Z");
    next.gps_minus_utc = 19;
    receiver_.take(next);
    EXPECT_EQ(kept_.of<Label>().size(), 3U);
}

TEST_F(GpsdReceiverTest, GivesTheStampOfAnInsertedSecondToThatSecondAlone) {
    receiver_.take(offset("2017-01-01T00:00:00Z", 80ms));
    receiver_.take(fix("2016-12-31T23:59:60.000Z"));
    pass(1s);
    receiver_.take(fix("2017-01-01T00:00:00.000Z"));
    ASSERT_EQ(kept_.of<Label>().size(), 2U);
    EXPECT_EQ(kept_.of<Label>()[0].heard, local(-80ms));
    EXPECT_EQ(kept_.of<Label>()[1].heard, local(1s));
}

TEST_F(GpsdReceiverTest, HearsATimingReceiverAnewWhereGpsdCountsASecondTwice) {
    receiver_.take(sky(14, 10, "2017-01-01T00:00:00.000Z"));
    pass(1s);
    receiver_.take(fix("2017-01-01T00:00:00.000Z", 0));
    receiver_.take(sky(14, 10, "2017-01-01T00:00:00.000Z"));
    pass(1s);
    FixReport next = fix("2017-01-01T00:00:00.000Z", 0);
    next.gps_minus_utc = 19;
    receiver_.take(next);
    ASSERT_EQ(kept_.of<Label>().size(), 2U);
    EXPECT_EQ(kept_.of<Label>()[0].heard, local(0s));
    EXPECT_EQ(kept_.of<Label>()[1].heard, local(1s));
}

TEST_F(GpsdReceiverTest, RejectsAReceiverWithoutAFix) {
    receiver_.take(fix("2034-01-09T08:14:21.000Z", 1));
    EXPECT_TRUE(kept_.of<Label>().empty());
    ASSERT_EQ(kept_.of<Rejection>().size(), 1U);
    EXPECT_EQ(kept_.of<Rejection>().front().reason, Reason::kNoFix);
    EXPECT_EQ(kept_.of<Rejection>().front().source, 7);
}

TEST_F(GpsdReceiverTest, RejectsASimulatedFix) {
    FixReport report = fix("2017-12-01T17:22:37.000Z");
    report.status = 8;
    receiver_.take(report);
    EXPECT_TRUE(kept_.of<Label>().empty());
    EXPECT_EQ(kept_.of<Rejection>().size(), 1U);
}

TEST_F(GpsdReceiverTest, RejectsModeZeroWhileNoSatelliteIsUsed) {
    receiver_.take(fix("2021-02-23T18:04:29.000Z", 0));
    receiver_.take(sky(14, 0, "2021-02-23T18:04:30.000Z"));
    receiver_.take(fix("2021-02-23T18:04:30.000Z", 0));
    EXPECT_TRUE(kept_.of<Label>().empty());
    EXPECT_EQ(kept_.of<Rejection>().size(), 2U);
}

TEST_F(GpsdReceiverTest, HearsATimingReceiverByItsSatellitesBecauseItsFixComesASecondLate) {
    receiver_.take(sky(14, 10, "2021-02-23T18:04:29.000Z"));
    pass(1s);
    receiver_.take(fix("2021-02-23T18:04:29.000Z", 0));
    receiver_.take(sky(14, 10, "2021-02-23T18:04:30.000Z"));
    ASSERT_EQ(kept_.of<Label>().size(), 1U);
    EXPECT_EQ(kept_.of<Label>().front().heard, local(0s));
    EXPECT_EQ(kept_.of<Label>().front().time, utc("2021-02-23T18:04:29Z"));
}

TEST_F(GpsdReceiverTest, KeepsSilentWhereALateFixWasNotHeardInTime) {
    receiver_.take(sky(14, 10));
    pass(1s);
    receiver_.take(fix("2021-02-23T18:04:29.000Z", 0));
    EXPECT_TRUE(kept_.of<Label>().empty());
    EXPECT_TRUE(kept_.of<Rejection>().empty());
}

TEST_F(GpsdReceiverTest, DoesNotTrustSatellitesOfLongAgo) {
    receiver_.take(sky(14, 10, "2021-02-23T18:04:29.000Z"));
    pass(31s);
    receiver_.take(fix("2021-02-23T18:04:29.000Z", 0));
    EXPECT_TRUE(kept_.of<Label>().empty());
    EXPECT_EQ(kept_.of<Rejection>().size(), 1U);
}

TEST_F(GpsdReceiverTest, AcceptsModeZeroWithTheStatusOfATimingReceiver) {
    FixReport report = fix("2021-02-23T18:04:29.000Z", 0);
    report.status = 7;
    receiver_.take(report);
    EXPECT_EQ(kept_.of<Label>().size(), 1U);
}

TEST_F(GpsdReceiverTest, RejectsStampsAcrossAStepOfTheHostsClock) {
    receiver_.take(offset("2017-12-01T17:22:36Z", 80ms));
    pass(1s);
    const TimeOffsetReport before_step = offset("2017-12-01T17:22:37Z", 80ms);
    reading_.realtime += 300'000'000;
    receiver_.take(before_step);
    ASSERT_EQ(kept_.of<Rejection>().size(), 1U);
    EXPECT_EQ(kept_.of<Rejection>().front().reason, Reason::kClockStepped);
}

TEST_F(GpsdReceiverTest, ReportsPulsesOnlyWhereTheyAreWanted) {
    receiver_.take(pulse("2017-12-01T17:22:37Z", 5ms));
    EXPECT_TRUE(kept_.all.empty());

    GpsdReceiver wanted = local_receiver(true);
    wanted.take(pulse("2017-12-01T17:22:37Z", 5ms));
    ASSERT_EQ(kept_.of<Pulse>().size(), 1U);
    EXPECT_EQ(kept_.of<Pulse>().front().at, local(-5ms));
    EXPECT_EQ(kept_.of<Pulse>().front().uncertainty, Duration{1us});

    wanted.set_local(false);
    wanted.take(pulse("2017-12-01T17:22:38Z", 5ms));
    EXPECT_EQ(kept_.of<Pulse>().size(), 1U);
}

TEST_F(GpsdReceiverTest, ReportsAPulseOnceThatTwoDevicesTellOf) {
    GpsdReceiver wanted = local_receiver(true);
    PulseReport same_edge = pulse("2017-12-01T17:22:37Z", 5ms);
    wanted.take(same_edge);
    same_edge.device = "/dev/pps0";
    wanted.take(same_edge);
    EXPECT_EQ(kept_.of<Pulse>().size(), 1U);
}

TEST_F(GpsdReceiverTest, RejectsAPulseStampedBeforeAStep) {
    GpsdReceiver wanted = local_receiver(true);
    wanted.take(pulse("2017-12-01T17:22:37Z", -1s));
    EXPECT_TRUE(kept_.of<Pulse>().empty());
    EXPECT_EQ(kept_.of<Rejection>().front().reason, Reason::kClockStepped);
}

TEST_F(GpsdReceiverTest, ReportsSatellitesOnChangeOnly) {
    receiver_.take(sky(9, 3));
    for (const int used : {3, 3, 4, 4}) {
        pass(1s);
        receiver_.take(sky(9, used));
    }
    ASSERT_EQ(kept_.of<Satellites>().size(), 2U);
    EXPECT_EQ(kept_.of<Satellites>()[0].used, 3);
    EXPECT_EQ(kept_.of<Satellites>()[1].used, 4);
}

TEST_F(GpsdReceiverTest, TakesTheFullestOfSeveralSkyReportsInASecond) {
    for (int second = 0; second < 5; ++second) {
        receiver_.take(sky(12, 9));
        receiver_.take(sky(47, 15));
        receiver_.take(sky(28, 19));
        pass(1s);
    }
    const std::vector<Satellites> seen = kept_.of<Satellites>();
    ASSERT_EQ(seen.size(), 2U);
    EXPECT_EQ(seen.back().visible, 47);
    EXPECT_EQ(seen.back().used, 19);
}

TEST_F(GpsdReceiverTest, DoesNotGrowWithTheNumberOfDevicesNamed) {
    for (int i = 0; i < 1000; ++i) {
        FixReport report = fix("2017-12-01T17:22:37.000Z");
        report.device = "/dev/" + std::to_string(i);
        receiver_.take(report);
    }
    EXPECT_EQ(kept_.of<Label>().size(), 16U);
}

}  // namespace
}  // namespace tokimori
