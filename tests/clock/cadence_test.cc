#include "server/clock/cadence.h"

#include <gtest/gtest.h>

namespace tokimori {
namespace {

using namespace std::chrono_literals;

constexpr LocalInstant kBegin{1000s};

Cadence heard_every(Duration interval, int times) {
    Cadence cadence;
    for (int i = 0; i < times; ++i) {
        cadence.note(kBegin + i * interval);
    }
    return cadence;
}

TEST(Cadence, KnowsNothingBeforeItHeardAnything) {
    const Cadence cadence;
    EXPECT_FALSE(cadence.last());
    EXPECT_EQ(cadence.interval(), 0s);
    EXPECT_FALSE(cadence.alive(kBegin));
    EXPECT_EQ(cadence.reach(kBegin), 0);
}

TEST(Cadence, KnowsNoIntervalAfterTheFirstTime) {
    const Cadence cadence = heard_every(1s, 1);
    EXPECT_EQ(cadence.last(), kBegin);
    EXPECT_EQ(cadence.interval(), 0s);
    EXPECT_EQ(cadence.reach(kBegin), 1);
}

TEST(Cadence, WaitsForWhatWasAnnounced) {
    Cadence cadence = heard_every(2s, 6);
    cadence.expect_next(256s);
    EXPECT_EQ(cadence.interval(), 2s);
    EXPECT_EQ(cadence.expected(), 256s);
    EXPECT_EQ(cadence.patience(), 1024s);
    EXPECT_TRUE(cadence.alive(kBegin + 10s + 1024s));
    EXPECT_FALSE(cadence.alive(kBegin + 10s + 1025s));
    EXPECT_EQ(cadence.reach(kBegin + 10s + 255s) & 1U, 1U) << "no poll is missed yet";
}

TEST(Cadence, TakesTheMedianOfItsLastFiveIntervals) {
    Cadence cadence;
    LocalInstant at = kBegin;
    for (const Duration interval : {0s, 100s, 100s, 100s, 100s, 100s, 2s, 3s}) {
        cadence.note(at += interval);
    }
    EXPECT_EQ(cadence.interval(), 100s) << "two of five are short";
    cadence.note(at += 4s);
    EXPECT_EQ(cadence.interval(), 4s) << "three of five are";
}

TEST(Cadence, TakesTheLesserOfTwoIntervals) {
    Cadence cadence;
    cadence.note(kBegin);
    cadence.note(kBegin + 64s);
    cadence.note(kBegin + 74s);
    EXPECT_EQ(cadence.interval(), 10s);
}

TEST(Cadence, HearsNothingAtAnInstantThatItHeardAlready) {
    Cadence cadence = heard_every(16s, 4);
    cadence.note(*cadence.last());
    cadence.note(*cadence.last());
    cadence.note(*cadence.last());
    EXPECT_EQ(cadence.interval(), 16s);
}

TEST(Cadence, HearsNothingWhenTimeRunsBackwards) {
    Cadence cadence = heard_every(16s, 4);
    const LocalInstant last = *cadence.last();
    cadence.note(last - 5s);
    cadence.note(LocalInstant{-1h});
    EXPECT_EQ(cadence.last(), last);
    EXPECT_EQ(cadence.interval(), 16s);
}

TEST(Cadence, IsPatientForEightSecondsAtLeast) {
    const Cadence cadence = heard_every(1s, 5);
    EXPECT_TRUE(cadence.alive(kBegin + 4s + 8s));
    EXPECT_FALSE(cadence.alive(kBegin + 4s + 8s + 1ns));
}

TEST(Cadence, IsPatientForFourIntervals) {
    const Cadence cadence = heard_every(64s, 3);
    EXPECT_TRUE(cadence.alive(kBegin + 128s + 256s));
    EXPECT_FALSE(cadence.alive(kBegin + 128s + 256s + 1ns));
}

TEST(Cadence, IsPatientForTwoHoursAtMost) {
    EXPECT_EQ(heard_every(1h, 5).patience(), 2h);
}

TEST(Cadence, IsPatientForTwoHoursAtMostThoughALifetimeLiesBetweenTwoReports) {
    Cadence cadence;
    cadence.note(LocalInstant{});
    cadence.note(LocalInstant{24h * 365 * 200});
    EXPECT_EQ(cadence.patience(), 2h) << "four of these are more than a Duration holds";
}

TEST(Cadence, IsAliveAtAnInstantBeforeTheLastOne) {
    EXPECT_TRUE(heard_every(1s, 5).alive(kBegin));
}

TEST(Cadence, PollsWithinEightSecondsAtLeast) {
    EXPECT_EQ(heard_every(1s, 5).poll(), 8s);
    EXPECT_EQ(heard_every(64s, 5).poll(), 64s);
}

TEST(Cadence, FillsItsReachRegisterAsItIsHeard) {
    EXPECT_EQ(heard_every(64s, 3).reach(kBegin + 128s), 0b111);
    EXPECT_EQ(heard_every(64s, 100).reach(kBegin + 99 * 64s), 0xFF);
}

TEST(Cadence, CountsAllOfOnePollAsOneBit) {
    EXPECT_EQ(heard_every(1s, 8).reach(kBegin + 7s), 0b1);
    EXPECT_EQ(heard_every(1s, 9).reach(kBegin + 8s), 0b11);
}

TEST(Cadence, EmptiesItsReachRegisterInSilence) {
    const Cadence cadence = heard_every(1s, 65);
    EXPECT_EQ(cadence.reach(kBegin + 64s), 0xFF);
    EXPECT_EQ(cadence.reach(kBegin + 64s + 16s), 0xFC);
    EXPECT_EQ(cadence.reach(kBegin + 64s + 64s), 0);
    EXPECT_EQ(cadence.reach(kBegin + 24h * 365), 0);
}

TEST(Cadence, ShowsAMissedPollAmongTheOthers) {
    Cadence cadence = heard_every(64s, 5);
    cadence.note(kBegin + 6 * 64s);
    EXPECT_EQ(cadence.reach(kBegin + 6 * 64s), 0b1111101);
}

TEST(Cadence, DoesNotShiftItsReachRegisterBackwards) {
    EXPECT_EQ(heard_every(64s, 3).reach(kBegin), 0b111);
}

TEST(Cadence, BeginsAnewWhenRestarted) {
    Cadence cadence = heard_every(64s, 5);
    cadence.restart();
    EXPECT_FALSE(cadence.last());
    EXPECT_EQ(cadence.reach(kBegin + 256s), 0);
    EXPECT_EQ(cadence.patience(), 8s);
}

}  // namespace
}  // namespace tokimori
