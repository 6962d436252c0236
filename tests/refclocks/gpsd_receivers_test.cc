#include "refclocks/gpsd_receivers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "tests/refclocks/kept.h"

namespace tokimori {
namespace {

using namespace std::chrono_literals;
using Reason = Rejection::Reason;

constexpr std::int64_t kRaw = 50'000'000'000;
constexpr std::int64_t kRealtime = 1'700'000'000'000'000'000;
const std::string kDevice = "/dev/ttyAMA0";

/// Receivers behind the gpsd of a host whose clocks are set by hand.
class GpsdReceiversTest : public ::testing::Test {
protected:
    GpsdReceiversTest() {
        receivers_.set_local(true);
        with_pulses_.set_local(true);
        with_pulses_.set_name("gpsd 3.22 at here");
    }
    static UtcTime utc(const std::string& text) { return parse_utc(text).value(); }
    static FixReport fix(const std::string& time, int mode = 3, const std::string& device = kDevice) {
        return {.device = device, .time = utc(time), .mode = mode, .status = 0, .gps_minus_utc = 18};
    }
    TimeOffsetReport offset(const std::string& real, Duration age) const {
        return {kDevice, utc(real), reading_.realtime - age.count()};
    }
    PulseReport pulse(const std::string& real, Duration age, const std::string& device = kDevice) const {
        return {device, utc(real), reading_.realtime - age.count(), 1us};
    }
    static SkyReport sky(int visible, int used, const std::string& time = "", const std::string& device = kDevice) {
        return {device, time.empty() ? std::nullopt : parse_utc(time), visible, used};
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
    GpsdReceivers receivers_{counter_, watch_, kept_, 7, false};
    GpsdReceivers with_pulses_{counter_, watch_, kept_, 7, true};
};

TEST_F(GpsdReceiversTest, HearsASecondWhenItsFirstDataArrivedAtGpsd) {
    receivers_.take(offset("2017-12-01T17:22:36.999887687Z", 80ms));
    pass(200ms);
    receivers_.take(fix("2017-12-01T17:22:37.000Z"));
    ASSERT_EQ(kept_.of<Label>().size(), 1U);
    const Label label = kept_.of<Label>().front();
    EXPECT_EQ(label.source, 7);
    EXPECT_EQ(label.heard, local(-80ms));
    EXPECT_EQ(label.time, utc("2017-12-01T17:22:37Z"));
    EXPECT_EQ(label.gps_minus_utc, 18);
    EXPECT_FALSE(label.leap_at_month_end);
    EXPECT_LE(label.uncertainty, Duration{20ms});
}

TEST_F(GpsdReceiversTest, HearsASecondWhenItsLineArrivesWhereThereIsNoStamp) {
    pass(300ms);
    receivers_.take(fix("2017-12-01T17:22:37.000Z"));
    ASSERT_EQ(kept_.of<Label>().size(), 1U);
    EXPECT_EQ(kept_.of<Label>().front().heard, local(300ms));
    EXPECT_GE(kept_.of<Label>().front().uncertainty, Duration{100ms});
}

TEST_F(GpsdReceiversTest, TakesNoStampOfAnotherSecond) {
    receivers_.take(offset("2017-12-01T17:22:36Z", 900ms));
    receivers_.take(fix("2017-12-01T17:22:37.000Z"));
    EXPECT_EQ(kept_.of<Label>().front().heard, local(0ms));
}

TEST_F(GpsdReceiversTest, TakesNoStampOfAnotherReceiver) {
    TimeOffsetReport other = offset("2017-12-01T17:22:37Z", 80ms);
    other.device = "/dev/ttyUSB0";
    receivers_.take(other);
    receivers_.take(fix("2017-12-01T17:22:37.000Z"));
    EXPECT_EQ(kept_.of<Label>().front().heard, local(0ms));
}

TEST_F(GpsdReceiversTest, TakesNoStampOfAnotherHostsClock) {
    receivers_.set_local(false);
    receivers_.take(offset("2017-12-01T17:22:37Z", 80ms));
    receivers_.take(fix("2017-12-01T17:22:37.000Z"));
    EXPECT_EQ(kept_.of<Label>().front().heard, local(0ms));
}

TEST_F(GpsdReceiversTest, GivesOneLabelASecond) {
    for (const char* time : {"2017-12-01T17:22:37.000Z", "2017-12-01T17:22:37.000Z", "2017-12-01T17:22:37.200Z",
                             "2017-12-01T17:22:37.960Z", "2017-12-01T17:22:38.000Z", "2017-12-01T17:22:38.999Z"}) {
        receivers_.take(fix(time));
    }
    ASSERT_EQ(kept_.of<Label>().size(), 3U);
    EXPECT_EQ(kept_.of<Label>()[1].time, utc("2017-12-01T17:22:38Z"));
}

TEST_F(GpsdReceiversTest, ReportsADateThatJumpsBack) {
    receivers_.take(fix("2037-07-17T17:22:37.000Z"));
    receivers_.take(fix("2017-12-01T17:22:38.000Z"));
    EXPECT_EQ(kept_.of<Label>().size(), 2U);
}

TEST_F(GpsdReceiversTest, LabelsBothSecondsThatPosixCountsAlike) {
    receivers_.take(fix("2016-12-31T23:59:60.000Z"));
    receivers_.take(fix("2017-01-01T00:00:00.000Z"));
    EXPECT_EQ(kept_.of<Label>().size(), 2U);

    FixReport next = fix("2017-01-01T00:00:00.000Z");
    next.gps_minus_utc = 19;
    receivers_.take(next);
    EXPECT_EQ(kept_.of<Label>().size(), 3U);
}

TEST_F(GpsdReceiversTest, GivesTheStampOfAnInsertedSecondToThatSecondAlone) {
    receivers_.take(offset("2017-01-01T00:00:00Z", 80ms));
    receivers_.take(fix("2016-12-31T23:59:60.000Z"));
    pass(1s);
    receivers_.take(fix("2017-01-01T00:00:00.000Z"));
    ASSERT_EQ(kept_.of<Label>().size(), 2U);
    EXPECT_EQ(kept_.of<Label>()[0].heard, local(-80ms));
    EXPECT_EQ(kept_.of<Label>()[1].heard, local(1s));
}

TEST_F(GpsdReceiversTest, HearsATimingReceiverAnewWhereGpsdCountsASecondTwice) {
    receivers_.take(sky(14, 10, "2017-01-01T00:00:00.000Z"));
    pass(1s);
    receivers_.take(fix("2017-01-01T00:00:00.000Z", 0));
    receivers_.take(sky(14, 10, "2017-01-01T00:00:00.000Z"));
    pass(1s);
    FixReport next = fix("2017-01-01T00:00:00.000Z", 0);
    next.gps_minus_utc = 19;
    receivers_.take(next);
    ASSERT_EQ(kept_.of<Label>().size(), 2U);
    EXPECT_EQ(kept_.of<Label>()[0].heard, local(0s));
    EXPECT_EQ(kept_.of<Label>()[1].heard, local(1s));
}

TEST_F(GpsdReceiversTest, RejectsAReceiverWithoutAFix) {
    receivers_.take(fix("2034-01-09T08:14:21.000Z", 1));
    EXPECT_TRUE(kept_.of<Label>().empty());
    ASSERT_EQ(kept_.of<Rejection>().size(), 1U);
    EXPECT_EQ(kept_.of<Rejection>().front().reason, Reason::kNoFix);
    EXPECT_EQ(kept_.of<Rejection>().front().source, 7);
}

TEST_F(GpsdReceiversTest, RejectsASimulatedFix) {
    FixReport report = fix("2017-12-01T17:22:37.000Z");
    report.status = 8;
    receivers_.take(report);
    EXPECT_TRUE(kept_.of<Label>().empty());
    EXPECT_EQ(kept_.of<Rejection>().size(), 1U);
}

TEST_F(GpsdReceiversTest, RejectsModeZeroWhileNoSatelliteIsUsed) {
    receivers_.take(fix("2021-02-23T18:04:29.000Z", 0));
    receivers_.take(sky(14, 0, "2021-02-23T18:04:30.000Z"));
    receivers_.take(fix("2021-02-23T18:04:30.000Z", 0));
    EXPECT_TRUE(kept_.of<Label>().empty());
    EXPECT_EQ(kept_.of<Rejection>().size(), 2U);
}

TEST_F(GpsdReceiversTest, HearsATimingReceiverByItsSatellitesBecauseItsFixComesASecondLate) {
    receivers_.take(sky(14, 10, "2021-02-23T18:04:29.000Z"));
    pass(1s);
    receivers_.take(fix("2021-02-23T18:04:29.000Z", 0));
    receivers_.take(sky(14, 10, "2021-02-23T18:04:30.000Z"));
    ASSERT_EQ(kept_.of<Label>().size(), 1U);
    EXPECT_EQ(kept_.of<Label>().front().heard, local(0s));
    EXPECT_EQ(kept_.of<Label>().front().time, utc("2021-02-23T18:04:29Z"));
}

TEST_F(GpsdReceiversTest, KeepsSilentWhereALateFixWasNotHeardInTime) {
    receivers_.take(sky(14, 10));
    pass(1s);
    receivers_.take(fix("2021-02-23T18:04:29.000Z", 0));
    EXPECT_TRUE(kept_.of<Label>().empty());
    EXPECT_TRUE(kept_.of<Rejection>().empty());
}

TEST_F(GpsdReceiversTest, DoesNotTrustSatellitesOfLongAgo) {
    receivers_.take(sky(14, 10, "2021-02-23T18:04:29.000Z"));
    pass(31s);
    receivers_.take(fix("2021-02-23T18:04:29.000Z", 0));
    EXPECT_TRUE(kept_.of<Label>().empty());
    EXPECT_EQ(kept_.of<Rejection>().size(), 1U);
}

TEST_F(GpsdReceiversTest, AcceptsModeZeroWithTheStatusOfATimingReceiver) {
    FixReport report = fix("2021-02-23T18:04:29.000Z", 0);
    report.status = 7;
    receivers_.take(report);
    EXPECT_EQ(kept_.of<Label>().size(), 1U);
}

TEST_F(GpsdReceiversTest, RejectsStampsAcrossAStepOfTheHostsClock) {
    receivers_.take(offset("2017-12-01T17:22:36Z", 80ms));
    pass(1s);
    const TimeOffsetReport before_step = offset("2017-12-01T17:22:37Z", 80ms);
    reading_.realtime += 300'000'000;
    receivers_.take(before_step);
    ASSERT_EQ(kept_.of<Rejection>().size(), 1U);
    EXPECT_EQ(kept_.of<Rejection>().front().reason, Reason::kClockStepped);
}

TEST_F(GpsdReceiversTest, ReportsPulsesOnlyWhereTheyAreWanted) {
    receivers_.take(fix("2017-12-01T17:22:36.000Z"));
    receivers_.take(pulse("2017-12-01T17:22:37Z", 5ms));
    EXPECT_TRUE(kept_.of<Pulse>().empty());

    with_pulses_.take(fix("2017-12-01T17:22:36.000Z"));
    with_pulses_.take(pulse("2017-12-01T17:22:37Z", 5ms));
    ASSERT_EQ(kept_.of<Pulse>().size(), 1U);
    EXPECT_EQ(kept_.of<Pulse>().front().at, local(-5ms));
    EXPECT_EQ(kept_.of<Pulse>().front().uncertainty, Duration{1us});

    with_pulses_.set_local(false);
    with_pulses_.take(pulse("2017-12-01T17:22:38Z", 5ms));
    EXPECT_EQ(kept_.of<Pulse>().size(), 1U);
}

TEST_F(GpsdReceiversTest, CallsAStampThatWasOnlyHeldUpStale) {
    with_pulses_.take(fix("2017-12-01T17:22:36.000Z"));
    with_pulses_.take(pulse("2017-12-01T17:22:37Z", 3s));
    with_pulses_.take(offset("2017-12-01T17:22:37Z", 3s));
    EXPECT_TRUE(kept_.of<Pulse>().empty());
    EXPECT_EQ(kept_.reasons(), (std::vector<Reason>{Reason::kStale, Reason::kStale}));
}

TEST_F(GpsdReceiversTest, RejectsAPulseStampedBeforeAStep) {
    with_pulses_.take(fix("2017-12-01T17:22:36.000Z"));
    with_pulses_.take(pulse("2017-12-01T17:22:37Z", -1s));
    EXPECT_TRUE(kept_.of<Pulse>().empty());
    EXPECT_EQ(kept_.of<Rejection>().front().reason, Reason::kClockStepped);
}

TEST_F(GpsdReceiversTest, ReportsSatellitesOnChangeOnly) {
    receivers_.take(sky(9, 3));
    for (const int used : {3, 3, 4, 4}) {
        pass(1s);
        receivers_.take(sky(9, used));
    }
    ASSERT_EQ(kept_.of<Satellites>().size(), 2U);
    EXPECT_EQ(kept_.of<Satellites>()[0].used, 3);
    EXPECT_EQ(kept_.of<Satellites>()[1].used, 4);
}

TEST_F(GpsdReceiversTest, TakesTheFullestOfSeveralSkyReportsInASecond) {
    for (int second = 0; second < 5; ++second) {
        receivers_.take(sky(12, 9));
        receivers_.take(sky(47, 15));
        receivers_.take(sky(28, 19));
        pass(1s);
    }
    const std::vector<Satellites> seen = kept_.of<Satellites>();
    ASSERT_EQ(seen.size(), 2U);
    EXPECT_EQ(seen.back().visible, 47);
    EXPECT_EQ(seen.back().used, 19);
}

TEST_F(GpsdReceiversTest, PassesOnWhichSatellitesAreSeenAndWhenTheirSignalsChange) {
    SkyReport report = sky(2, 1);
    report.list = {{SatelliteSystem::kGps, 5, 205, 44, 33, true}, {SatelliteSystem::kQzss, 2, 170, 80, 40, false}};
    receivers_.take(report);
    EXPECT_EQ(kept_.of<Satellites>().back().list, report.list);
    for (const int signal : {33, 33, 34, 34}) {
        pass(1s);
        report.list.front().signal = static_cast<std::int16_t>(signal);
        receivers_.take(report);
    }
    ASSERT_EQ(kept_.of<Satellites>().size(), 2U);
    EXPECT_EQ(kept_.of<Satellites>().back().list, report.list);
}

TEST_F(GpsdReceiversTest, ListsTheSatellitesOfTheFullestOfSeveralReports) {
    SkyReport full = sky(2, 1);
    full.list = {{SatelliteSystem::kGps, 5}, {SatelliteSystem::kGps, 7}};
    SkyReport poor = sky(1, 1);
    poor.list = {{SatelliteSystem::kGlonass, 1}};
    for (int second = 0; second < 3; ++second) {
        receivers_.take(poor);
        receivers_.take(full);
        receivers_.take(poor);
        pass(1s);
    }
    EXPECT_EQ(kept_.of<Satellites>().back().list, full.list);
}

TEST_F(GpsdReceiversTest, RemembersNoMoreDevicesThanItMust) {
    for (int i = 0; i < 1000; ++i) {
        receivers_.take(fix("2017-12-01T17:22:37.000Z", 3, "/dev/" + std::to_string(i)));
    }
    EXPECT_EQ(kept_.of<Label>().size(), 1U);
    pass(61s);
    receivers_.take(fix("2017-12-01T17:23:38.000Z", 3, "/dev/1000"));
    EXPECT_EQ(kept_.of<Label>().size(), 2U) << "those that nobody has heard for a minute make room";
}

const std::string kOther = "/dev/ttyUSB0";

/// Two receivers that name each second.
class TwoReceivers : public GpsdReceiversTest {
protected:
    std::string now() const { return format_utc({{17501, second_}, 0}, 3); }
    void next_second() {
        pass(1s);
        ++second_;
    }
    void both(int seconds) {
        for (int i = 0; i < seconds; ++i) {
            next_second();
            with_pulses_.take(fix(now()));
            pass(300ms);
            with_pulses_.take(fix(now(), 3, kOther));
            pass(-300ms);
        }
    }
    /// What the first receiver does not say.
    void other_alone(int seconds) {
        for (int i = 0; i < seconds; ++i) {
            next_second();
            with_pulses_.take(fix(now(), 3, kOther));
        }
    }
    void pulse_of(const std::string& device) { with_pulses_.take(pulse(now(), 5ms, device)); }

    std::int32_t second_ = 62557;
};

TEST_F(TwoReceivers, OneOfThemIsFollowed) {
    both(20);
    ASSERT_EQ(kept_.of<Label>().size(), 20U);
    for (std::size_t i = 1; i < 20; ++i) {
        EXPECT_EQ(kept_.of<Label>()[i].heard - kept_.of<Label>()[i - 1].heard, 1s);
    }
    EXPECT_TRUE(kept_.of<ReceiverChange>().empty());
    EXPECT_EQ(kept_.said(), "");
}

TEST_F(TwoReceivers, TheOtherTakesOverWhenTheFirstFallsSilent) {
    both(3);
    other_alone(4);
    EXPECT_EQ(kept_.of<Label>().size(), 3U);
    other_alone(2);
    EXPECT_EQ(kept_.of<Label>().size(), 5U);
    EXPECT_EQ(kept_.said(),
              "+gpsd 3.22 at here: the receiver /dev/ttyAMA0 has fallen silent, /dev/ttyUSB0 is followed now");
    ASSERT_EQ(kept_.of<ReceiverChange>().size(), 1U);
    EXPECT_EQ(kept_.of<ReceiverChange>().front().source, 7);
}

TEST_F(TwoReceivers, TheChangeIsToldBeforeTheFirstLabelOfTheOther) {
    both(1);
    other_alone(5);
    std::vector<std::size_t> order;
    for (const Observation& one : kept_.all) {
        if (std::holds_alternative<Label>(one) || std::holds_alternative<ReceiverChange>(one)) {
            order.push_back(one.index());
        }
    }
    const std::size_t label = Observation{Label{}}.index();
    EXPECT_EQ(order, (std::vector<std::size_t>{label, Observation{ReceiverChange{}}.index(), label}));
}

TEST_F(TwoReceivers, TheOtherTakesOverWhenTheFirstHasNoFix) {
    both(3);
    for (int i = 0; i < 5; ++i) {
        other_alone(1);
        with_pulses_.take(fix(now(), 1));
    }
    EXPECT_EQ(kept_.of<Rejection>().size(), 4U) << "of the other one they are not passed on";
    EXPECT_EQ(kept_.said(), "+gpsd 3.22 at here: the receiver /dev/ttyAMA0 has no fix, /dev/ttyUSB0 is followed now");
}

TEST_F(TwoReceivers, TheOtherTakesOverAtOnceWhenTheFirstIsUnplugged) {
    both(3);
    EXPECT_FALSE(with_pulses_.lose("/dev/elsewhere"));
    EXPECT_TRUE(with_pulses_.lose(kDevice));
    other_alone(1);
    EXPECT_EQ(kept_.of<Label>().size(), 4U);
    EXPECT_EQ(kept_.said(), "+gpsd 3.22 at here: the receiver /dev/ttyAMA0 is gone, /dev/ttyUSB0 is followed now");
    EXPECT_FALSE(with_pulses_.lose(kDevice)) << "it is not followed any more";
}

TEST_F(TwoReceivers, AnUnpluggedOneThatIsBackInTimeIsGoneNoMore) {
    both(3);
    with_pulses_.lose(kDevice);
    both(3);
    EXPECT_EQ(kept_.of<Label>().size(), 6U);
    EXPECT_TRUE(kept_.of<ReceiverChange>().empty());
}

TEST_F(TwoReceivers, TheFirstIsNotReturnedToWhileTheOtherServes) {
    both(3);
    other_alone(6);
    both(20);
    EXPECT_EQ(kept_.of<ReceiverChange>().size(), 1U);
    EXPECT_EQ(kept_.of<Label>().size(), 3U + 2U + 20U);
}

TEST_F(TwoReceivers, OneWithoutAFixFromTheBeginningGivesWayAtOnce) {
    next_second();
    with_pulses_.take(fix(now(), 1));
    with_pulses_.take(fix(now(), 3, kOther));
    EXPECT_EQ(kept_.of<Label>().size(), 1U);
    EXPECT_EQ(kept_.said(), "+gpsd 3.22 at here: the receiver /dev/ttyAMA0 has no fix, /dev/ttyUSB0 is followed now");
}

TEST_F(TwoReceivers, SatellitesAndHealthOfTheOtherAreToldWhenItTakesOver) {
    both(1);
    with_pulses_.take(sky(9, 7));
    with_pulses_.take(sky(14, 12, "", kOther));
    FixReport open = fix(now(), 3, kOther);
    open.antenna = 2;
    with_pulses_.take(open);
    EXPECT_EQ(kept_.of<Satellites>().size(), 1U);
    EXPECT_TRUE(kept_.of<ReceiverHealth>().empty());
    other_alone(5);
    ASSERT_EQ(kept_.of<Satellites>().size(), 2U);
    EXPECT_EQ(kept_.of<Satellites>().back().used, 12);
    ASSERT_EQ(kept_.of<ReceiverHealth>().size(), 1U);
    EXPECT_EQ(kept_.of<ReceiverHealth>().back().antenna, ReceiverHealth::Antenna::kOpen);
}

TEST_F(TwoReceivers, PulsesOfTheOtherAreNotMixedIn) {
    both(10);
    pulse_of(kOther);
    pulse_of(kDevice);
    EXPECT_EQ(kept_.of<Pulse>().size(), 1U);
    other_alone(5);
    pulse_of(kDevice);
    EXPECT_EQ(kept_.of<Pulse>().size(), 1U);
    pulse_of(kOther);
    EXPECT_EQ(kept_.of<Pulse>().size(), 2U);
}

TEST_F(TwoReceivers, ADeviceOfPulsesAloneServesAReceiverThatGivesNone) {
    const std::string pps = "/dev/pps0";
    for (int i = 0; i < 5; ++i) {
        both(1);
        pulse_of(pps);
    }
    EXPECT_EQ(kept_.of<Pulse>().size(), 2U) << "it might have been a receiver for three seconds";
    both(1);
    pulse_of(kDevice);
    EXPECT_EQ(kept_.of<Pulse>().size(), 2U) << "one device at a time";
    both(5);
    pulse_of(kDevice);
    pulse_of(pps);
    EXPECT_EQ(kept_.of<Pulse>().size(), 3U) << "the first to come after a pause";
}

TEST_F(TwoReceivers, APulseToldTwiceIsOnePulse) {
    both(1);
    pulse_of(kDevice);
    pulse_of(kDevice);
    EXPECT_EQ(kept_.of<Pulse>().size(), 1U);
}

TEST_F(TwoReceivers, TheSawtoothIsTakenOffTheirPulsesAndSaidSo) {
    for (int i = 0; i < 140; ++i) {
        both(1);
        const std::int64_t error = i * 7919 % 21000 - 10500;
        PulseReport report = pulse(now(), 5ms);
        report.clock -= error / 1000;
        report.sawtooth = error;
        with_pulses_.take(report);
    }
    const std::vector<Pulse> pulses = kept_.of<Pulse>();
    ASSERT_EQ(pulses.size(), 140U);
    EXPECT_NE(pulses[50].at - pulses[49].at, 1s);
    for (std::size_t i = 120; i < 140; ++i) {
        EXPECT_LE(std::chrono::abs(pulses[i].at - pulses[i - 1].at - 1s), 2ns);
    }
    EXPECT_EQ(kept_.said(),
              "+gpsd 3.22 at here: the sawtooth of /dev/ttyAMA0 is corrected, qErr added: its pulses scatter by 1 ns "
              "instead of 7 ns");
    EXPECT_EQ(kept_.of<DeviceState>().size(), 1U);
}

TEST_F(GpsdReceiversTest, TellsOfTheAntennaUntilItsFaultWasNotNamedForAMinute) {
    FixReport shorted = fix("2017-12-01T17:22:37.000Z", 1);
    shorted.antenna = 3;
    shorted.antenna_power = 1;
    with_pulses_.take(shorted);
    ASSERT_EQ(kept_.of<ReceiverHealth>().size(), 1U);
    EXPECT_EQ(kept_.of<ReceiverHealth>().front().antenna, ReceiverHealth::Antenna::kShort);
    EXPECT_EQ(kept_.of<ReceiverHealth>().front().antenna_powered, false);
    EXPECT_EQ(kept_.said(),
              "+gpsd 3.22 at here: the antenna of /dev/ttyAMA0 is short-circuited: check its cable and its plugs");
    pass(59s);
    with_pulses_.take(fix("2017-12-01T17:23:36.000Z"));
    EXPECT_EQ(kept_.of<ReceiverHealth>().size(), 1U) << "told every few seconds only";
    pass(2s);
    with_pulses_.take(fix("2017-12-01T17:23:38.000Z"));
    ASSERT_EQ(kept_.of<ReceiverHealth>().size(), 2U);
    EXPECT_EQ(kept_.of<ReceiverHealth>().back().antenna, ReceiverHealth::Antenna::kUnknown);
    EXPECT_FALSE(kept_.of<ReceiverHealth>().back().antenna_powered);
    EXPECT_EQ(kept_.said(), "+gpsd 3.22 at here: the antenna of /dev/ttyAMA0 is well again");
}

TEST_F(GpsdReceiversTest, TellsOfJammingWhereItChangesMuch) {
    FixReport report = fix("2017-12-01T17:22:37.000Z");
    for (const std::int64_t jamming : {5, 31, 32, 60, 63, 64, 255, 99'999, -7, 0}) {
        report.jamming = jamming;
        receivers_.take(report);
    }
    std::vector<int> told;
    for (const ReceiverHealth& health : kept_.of<ReceiverHealth>()) {
        told.push_back(health.jamming);
    }
    EXPECT_EQ(told, (std::vector<int>{32, 64, 255, 0}));
    EXPECT_EQ(kept_.said(), "");
}

TEST_F(GpsdReceiversTest, SaysNothingOfHealthWhereGpsdKnowsNothing) {
    for (int second = 0; second < 10; ++second) {
        pass(1s);
        receivers_.take(fix("2017-12-01T17:22:37.000Z"));
    }
    EXPECT_TRUE(kept_.of<ReceiverHealth>().empty());
}

/// A receiver of whose subframes gpsd tells; the leap second of 2016 is ahead.
class SubframesOfAReceiver : public GpsdReceiversTest {
protected:
    static LeapReport page(std::int64_t future = 18) { return {kDevice, {17, 137, 7, future}}; }
    std::optional<LeapKind> announced(const std::string& time) {
        receivers_.take(fix(time));
        return kept_.of<Label>().back().leap_at_month_end;
    }
};

TEST_F(SubframesOfAReceiver, AnnounceALeapSecondInItsMonth) {
    EXPECT_EQ(announced("2016-11-30T00:00:00.000Z"), std::nullopt);
    receivers_.take(page());
    receivers_.take(page());
    EXPECT_EQ(announced("2016-11-30T00:00:01.000Z"), LeapKind::kNone);
    EXPECT_EQ(announced("2016-12-01T00:00:00.000Z"), LeapKind::kInsert);
    EXPECT_EQ(announced("2016-12-31T23:59:59.000Z"), LeapKind::kInsert);
    EXPECT_EQ(announced("2017-01-01T00:00:00.000Z"), LeapKind::kNone);
}

TEST_F(SubframesOfAReceiver, AreNotBelievedOnASingleWord) {
    receivers_.take(page());
    EXPECT_EQ(announced("2016-12-02T00:00:00.000Z"), std::nullopt);
    receivers_.take(page(16));
    EXPECT_EQ(announced("2016-12-02T00:00:01.000Z"), std::nullopt);
    receivers_.take(page(16));
    EXPECT_EQ(announced("2016-12-02T00:00:02.000Z"), LeapKind::kDelete);
}

TEST_F(SubframesOfAReceiver, AreForgottenAfterADay) {
    receivers_.take(page());
    receivers_.take(page());
    pass(24h - 1s);
    EXPECT_EQ(announced("2016-12-02T00:00:00.000Z"), LeapKind::kInsert);
    pass(1s);
    EXPECT_EQ(announced("2016-12-02T00:00:01.000Z"), std::nullopt);
}

TEST_F(SubframesOfAReceiver, AreNotThoseOfAnother) {
    LeapReport other = page();
    other.device = kOther;
    receivers_.take(fix("2016-12-02T00:00:00.000Z"));
    receivers_.take(other);
    receivers_.take(other);
    EXPECT_EQ(announced("2016-12-02T00:00:01.000Z"), std::nullopt);
}

}  // namespace
}  // namespace tokimori
