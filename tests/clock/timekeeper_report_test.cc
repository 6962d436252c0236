#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "tests/clock/bench.h"

namespace tokimori {
namespace {

using namespace std::chrono_literals;

// What people are told of the sources.
class SourceReportTest : public Bench {
protected:
    using Bench::Bench;

    void SetUp() override { clock_.set_sources({gps()}); }
    void feed_with_noise(int from, int to, double noise) {
        std::normal_distribution<double> error{0.0, noise};
        for (int second = from; second < to; ++second) {
            behind_[1] = Duration{std::llround(error(random_))};
            feed(second, second + 1);
        }
        behind_[1] = 0ns;
    }

    std::mt19937_64 random_{11};  // NOLINT(cert-msc51-cpp): the same on every run
};

TEST_F(SourceReportTest, KnowsNothingOfASourceThatWasNeverHeard) {
    const SourceReport silent = report();
    EXPECT_EQ(silent.reason, Reason::kSilent);
    EXPECT_EQ(silent.reach, 0);
    EXPECT_EQ(silent.poll, 0s);
    EXPECT_EQ(silent.samples, 0U);
    EXPECT_EQ(silent.accepted, 0U);
    EXPECT_EQ(silent.distance, 0s);
    EXPECT_FALSE(silent.last_offset);
    EXPECT_FALSE(silent.last_sample);
}

TEST_F(SourceReportTest, FillsTheReachRegister) {
    feed(0, 80);
    EXPECT_EQ(report().reach, 0xFF);
}

TEST_F(SourceReportTest, EmptiesTheReachRegisterOfASilentSource) {
    feed(0, 80);
    pass(80, 80 + 24);
    EXPECT_EQ(report().reach & 0b111, 0);
    EXPECT_NE(report().reach, 0);
    pass(104, 160);
    EXPECT_EQ(report().reach, 0);
}

TEST_F(SourceReportTest, DoesNotReachASourceThatIsNotBelieved) {
    feed(0, 80);
    lies_[1] = 1s;
    feed(80, 160);
    EXPECT_EQ(report().reach, 0);
}

TEST_F(SourceReportTest, TellsHowOftenItReports) {
    feed(0, 20);
    EXPECT_EQ(report().poll, 1s);
}

TEST_F(SourceReportTest, TellsHowOftenASlowOneReports) {
    for (int second = 0; second < 640; second += 64) {
        clock_.observe(OffsetSample{1, at(seconds(second)), LeapTable::built_in().utc_at(truth(seconds(second))), 1ms});
    }
    EXPECT_EQ(report().poll, 64s);
}

TEST_F(SourceReportTest, CountsTheSamplesOfItsLine) {
    feed(0, 20);
    EXPECT_EQ(report().samples, 20U);
    EXPECT_EQ(report().span, 19s);
    feed(20, 200);
    EXPECT_EQ(report().samples, 64U);
    EXPECT_EQ(report().span, 63s);
}

TEST_F(SourceReportTest, CountsTheSamplesThatWereAccepted) {
    feed(0, 100);
    const std::uint64_t before = report().accepted;
    feed(100, 200);
    EXPECT_EQ(report().accepted - before, 100U);
    EXPECT_EQ(report().rejected, 0U);
}

TEST_F(SourceReportTest, CountsTheSentencesOfOneWithoutPulsesToo) {
    clock_.set_sources({sentences()});
    feed(0, 60, 1, false);
    EXPECT_EQ(report().accepted, 60U);
}

TEST_F(SourceReportTest, CountsWhatItsDriverDidNotBelieve) {
    feed(0, 20);
    for (int i = 0; i < 3; ++i) {
        clock_.observe(Rejection{.source = 1, .at = at(20s)});
    }
    EXPECT_EQ(report().rejected, 3U);
}

TEST_F(SourceReportTest, CountsAnEdgeOffItsLineAsRejected) {
    feed(0, 20);
    const std::uint64_t before = report().accepted;
    behind_[1] = 2ms;
    pulse(20);
    EXPECT_EQ(report().rejected, 1U);
    EXPECT_EQ(report().accepted, before);
}

TEST_F(SourceReportTest, CountsAnEdgeThatBeginsNoSecondAsRejected) {
    feed(0, 20);
    behind_[1] = 450ms;
    pulse(20);
    EXPECT_EQ(report().rejected, 1U);
}

TEST_F(SourceReportTest, CountsSentencesThatNameAnotherSecondAsRejected) {
    feed(0, 20);
    lies_[1] = 1s;
    feed(20, 30);
    EXPECT_EQ(report().rejected, 8U) << "the first two only wait for a third that agrees";
}

TEST_F(SourceReportTest, CountsSentencesThatNameNoSecondAtAllAsRejected) {
    feed(0, 20);
    Label wrong = label(20);
    wrong.time.second.second = kSecondsPerDay;
    clock_.observe(wrong);
    EXPECT_EQ(report().rejected, 1U);
}

TEST_F(SourceReportTest, DoesNotCountWhatIsSaidAgainAsRejected) {
    feed(0, 20);
    clock_.observe(label(19));
    EXPECT_EQ(report().rejected, 0U);
}

TEST_F(SourceReportTest, BeginsToCountAnewWithChangedSettings) {
    feed(0, 20);
    SourceSettings changed = gps();
    changed.refid = reference_id("PPS");
    clock_.set_sources({changed});
    EXPECT_EQ(report().accepted, 0U);
    EXPECT_EQ(report().reach, 0);
}

TEST_F(SourceReportTest, TellsTheDeviationOfItsOffset) {
    feed_with_noise(0, 300, 300.0);
    EXPECT_GT(report().deviation, 20ns);
    EXPECT_LT(report().deviation, 150ns) << "less than the jitter of one sample";
    EXPECT_GT(report().jitter, 200ns);
}

TEST_F(SourceReportTest, TellsTheOffsetOfTheNewestSampleAlone) {
    feed_with_noise(0, 300, 1000.0);
    behind_[1] = 3us;
    pulse(300);
    EXPECT_EQ(report().last_sample, at(300s + 3us));
    EXPECT_NEAR(static_cast<double>(report().last_offset->count()), -3000.0, 600.0);
    EXPECT_GT(report().offset, -1500ns) << "that of its line";
}

TEST_F(SourceReportTest, KeepsTheOffsetOfTheLastSampleWhileTheClockGoesOn) {
    feed(0, 60);
    const auto offset = report().last_offset;
    pass(60, 120);
    EXPECT_EQ(report().last_offset, offset);
    EXPECT_EQ(report().last_sample, at(59s));
}

TEST_F(SourceReportTest, TakesALabelForTheNewestSampleWhereThereAreNoPulses) {
    feed(0, 60, 1, false);
    EXPECT_GT(report().last_sample, at(58s));
    EXPECT_TRUE(report().last_offset);
}

TEST_F(SourceReportTest, CountsPulsesThatWereLost) {
    clock_.observe(LostPulses{1, at(10s), 3});
    clock_.observe(LostPulses{1, at(20s), 2});
    EXPECT_EQ(report().lost_pulses, 5U);
}

TEST_F(SourceReportTest, TellsWhatTheReceiverSaysOfItself) {
    EXPECT_FALSE(report().health);
    clock_.observe(ReceiverHealth{1, at(10s), ReceiverHealth::Antenna::kShort, false, 64});
    EXPECT_EQ(report().health->antenna, ReceiverHealth::Antenna::kShort);
}

TEST_F(SourceReportTest, TellsTheLastMinuteOfLongWave) {
    EXPECT_FALSE(report().jjy);
    clock_.observe(JjyHeard{.source = 1, .at = at(60s), .frame = "M0"});
    clock_.observe(JjyHeard{.source = 1, .at = at(120s), .frame = "M1"});
    EXPECT_EQ(report().jjy->frame, "M1");
}

TEST_F(SourceReportTest, AddsTheOperatorsOffsetToTheNewestSample) {
    SourceSettings cable = gps(2);
    cable.offset = 5ms;
    cable.noselect = true;
    clock_.set_sources({gps(1), cable});
    feed_all(0, 60, {1, 2});
    EXPECT_NEAR(static_cast<double>(report(2).last_offset->count()), 5e6, 10.0);
}

TEST_F(SourceReportTest, TellsHowMuchFasterItsLineRunsThanOurs) {
    SourceSettings other = gps(2);
    other.noselect = true;
    clock_.set_sources({gps(1), other});
    for (int second = 0; second < 60; ++second) {
        behind_[2] = -second * 3us;
        feed_all(second, second + 1, {1, 2});
    }
    EXPECT_NEAR(report(2).frequency_ppm, 3.0, 0.1);
    EXPECT_GE(report(2).frequency_bound_ppm, 1.0);
}

// What people are told of the clock.
class ClockReportTest : public SourceReportTest {};

TEST_F(ClockReportTest, KnowsNothingAtFirst) {
    const ClockReport none = clock_.report();
    EXPECT_EQ(none.state, ClockState::kNeverSynchronised);
    EXPECT_FALSE(none.selected);
    EXPECT_FALSE(none.by_pulses);
    EXPECT_FALSE(none.last_update);
    EXPECT_FALSE(none.disputed);
    EXPECT_EQ(none.wander_ppm, 0.0);
}

TEST_F(ClockReportTest, TellsWhomTheClockFollows) {
    feed(0, 20);
    const ClockReport report = clock_.report();
    EXPECT_EQ(report.state, ClockState::kSynchronised);
    EXPECT_EQ(report.selected, SourceId{1});
    EXPECT_TRUE(report.by_pulses);
    EXPECT_EQ(report.last_update, at(19s));
}

TEST_F(ClockReportTest, TellsThatItIsFollowedByItsSentences) {
    clock_.set_sources({sentences()});
    feed(0, 20, 1, false);
    EXPECT_EQ(clock_.report().selected, SourceId{1});
    EXPECT_FALSE(clock_.report().by_pulses);
}

TEST_F(ClockReportTest, HoldsWhatIsServed) {
    feed(0, 20);
    EXPECT_EQ(clock_.report().server.valid_until, clock_.state().valid_until);
    EXPECT_EQ(clock_.report().server.reference, clock_.state().reference);
}

TEST_F(ClockReportTest, FollowsNobodyInHoldover) {
    feed(0, 20);
    pass(20, 60);
    EXPECT_EQ(clock_.report().state, ClockState::kHoldover);
    EXPECT_FALSE(clock_.report().selected);
    EXPECT_EQ(clock_.report().last_update, at(19s));
}

// Each point of the line is the mean of many pulses, and old when it is drawn.
TEST_F(ClockReportTest, FollowsARadioThatScatters) {
    clock_.set_sources({gps(1)});
    std::normal_distribution<double> error{0.0, 12e6};
    for (int second = 0; second < 1800; ++second) {
        behind_[1] = Duration{std::llround(error(random_))};
        clock_.observe(Pulse{1, at(seconds(second) + behind_[1]), 20ms});
        clock_.observe(label(second));
        clock_.advance(at(seconds(second) + 900ms));
        if (second > 60) {
            ASSERT_EQ(clock_.report().state, ClockState::kSynchronised) << second;
            ASSERT_EQ(clock_.report().selected, SourceId{1}) << second;
        }
    }
    pass(1800, 1950);
    EXPECT_EQ(clock_.report().state, ClockState::kHoldover);
}

TEST_F(ClockReportTest, TellsTheFrequencyOfTaiAgainstTheCounter) {
    for (int second = 0; second < 120; ++second) {
        behind_[1] = -second * 20us;
        feed(second, second + 1);
    }
    EXPECT_NEAR(clock_.report().frequency_ppm, 20.0, 0.1);
    EXPECT_NEAR(clock_.report().frequency_bound_ppm, 1.0, 0.2);
}

TEST_F(ClockReportTest, TellsHowMuchTheClockJitters) {
    feed_with_noise(0, 600, 1000.0);
    EXPECT_GT(clock_.report().jitter, 5ns);
    EXPECT_LT(clock_.report().jitter, 1us);
}

TEST_F(ClockReportTest, TellsHowFarTheFrequencyWandered) {
    Duration behind{};
    for (int second = 0; second < 3600; ++second) {
        behind -= second < 1800 ? 1us : 4us;
        behind_[1] = behind;
        feed(second, second + 1);
    }
    EXPECT_NEAR(clock_.report().wander_ppm, 3.0, 0.3);
}

TEST_F(ClockReportTest, DoesNotTakeTheJitterOfSentencesForUnrestOfTheCrystal) {
    clock_.set_sources({sentences()});
    std::normal_distribution<double> error{0.0, 30e6};
    for (int second = 0; second < 3600; ++second) {
        behind_[1] = Duration{std::llround(error(random_))};
        feed(second, second + 1, 1, false);
    }
    EXPECT_LT(clock_.report().wander_ppm, 1.0);
}

TEST_F(ClockReportTest, TellsOfADispute) {
    clock_.set_sources({gps(1), gps(2)});
    behind_[2] = 5ms;
    feed_all(0, 20, {1, 2});
    EXPECT_TRUE(clock_.report().disputed);
}

TEST_F(ClockReportTest, TellsOfNoDisputeWhereTheyAgreeAgain) {
    clock_.set_sources({gps(1), gps(2)});
    behind_[2] = 5ms;
    feed_all(0, 20, {1, 2});
    behind_[2] = 0ms;
    feed_all(20, 60, {1, 2});
    EXPECT_FALSE(clock_.report().disputed);
}

TEST_F(ClockReportTest, TellsOfNoDisputeAmongSourcesThatFellSilent) {
    clock_.set_sources({gps(1), gps(2)});
    behind_[2] = 5ms;
    feed_all(0, 20, {1, 2});
    pass(20, 60);
    EXPECT_FALSE(clock_.report().disputed);
}

}  // namespace
}  // namespace tokimori
