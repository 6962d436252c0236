#include <gtest/gtest.h>

#include "tests/clock/bench.h"

namespace tokimori {
namespace {

using namespace std::chrono_literals;

// Whom does the clock follow, and what is its own voice worth?
class Vote : public Bench {
protected:
    using Bench::Bench;

    void feed_with_the_first_behind(Duration behind, int from, int to, const std::vector<SourceId>& ids) {
        behind_[ids.front()] = behind;
        feed_all(from, to, ids);
    }
    void feed_roughly(int from, int to, const std::vector<SourceId>& ids, Duration ahead) {
        for (int second = from; second < to; ++second) {
            const LocalInstant local = at(seconds(second) + 300ms);
            for (const SourceId id : ids) {
                clock_.observe(
                    OffsetSample{.source = id,
                                 .local = local,
                                 .time = LeapTable::built_in().utc_at(truth(seconds(second) + 300ms + ahead)),
                                 .uncertainty = 5ms});
            }
            clock_.advance(at(seconds(second) + 900ms));
        }
    }
};

TEST_F(Vote, FollowsThePreferredOfTwoThatAgree) {
    SourceSettings preferred = gps(2);
    preferred.prefer = true;
    clock_.set_sources({gps(1), preferred});
    feed_all(0, 20, {1, 2});
    EXPECT_EQ(clock_.selected(), SourceId{2});
    EXPECT_EQ(report(1).reason, Reason::kSelectable);
}

TEST_F(Vote, SlewsToAnotherSourceWithoutAStep) {
    clock_.set_sources({gps(1), gps(2)});
    feed(0, 60, 1);
    for (int second = 60; second < 120; ++second) {
        const TaiInstant served = clock_.state().model.tai_at(at(second * 1s));
        clock_.observe(Pulse{2, at(second * 1s - 90ns), 100ns});
        EXPECT_LE(std::chrono::abs(clock_.state().model.tai_at(at(second * 1s)) - served), 2ns);
        clock_.observe(label(second, 2));
        clock_.advance(at(second * 1s + 900ms));
    }
    EXPECT_EQ(clock_.selected(), SourceId{2});
    EXPECT_NEAR(static_cast<double>(error_at(120s).count()), 90, 8);
}

TEST_F(Vote, DoesNotFollowTheQuickestBeforeTheOthersAreHeardOut) {
    for (const std::vector<SourceId>& order : {std::vector<SourceId>{1, 2, 3}, {3, 1, 2}, {2, 3, 1}}) {
        clock_ = Timekeeper{laboratory(), LeapTable::built_in(), kStart};
        clock_.set_sources({gps(1), gps(2), gps(3)});
        behind_[order.front()] = 5ms;
        for (int second = 0; second < 20; ++second) {
            feed_all(second, second + 1, order);
            EXPECT_TRUE(!serving_at(second * 1s + 900ms) || std::chrono::abs(error_at(second * 1s + 900ms)) < 1us);
        }
        EXPECT_TRUE(serving_at(20s));
        EXPECT_EQ(report(order.front()).reason, Reason::kFalseticker);
        behind_.clear();
    }
}

TEST_F(Vote, OutvotesTheReceiverThatNamesAnotherSecondFirst) {
    clock_.set_sources({gps(1), gps(2), gps(3)});
    lies_[1] = 1s;
    feed_all(0, 20, {1, 2, 3});
    EXPECT_TRUE(serving_at(20s));
    EXPECT_LE(std::chrono::abs(error_at(20s)), 1ns);
}

TEST_F(Vote, FollowsNeitherOfTwoThatContradictEachOtherFromTheStart) {
    clock_.set_sources({gps(1), gps(2)});
    feed_with_the_first_behind(5ms, 0, 120, {1, 2});
    EXPECT_EQ(clock_.clock_state(), ClockState::kNeverSynchronised);
    EXPECT_EQ(report(1).reason, Reason::kDisputed);
    EXPECT_EQ(report(2).reason, Reason::kDisputed);
}

TEST_F(Vote, WaitsSixSecondsForAReceiverThatGivesPulsesButNoSecond) {
    clock_.set_sources({gps(1), gps(2)});
    for (int second = 0; second < 9; ++second) {
        pulse(second, 2);
        Label frozen = label(0, 2);
        frozen.heard = at(second * 1s + 130ms);
        clock_.observe(frozen);
        feed(second, second + 1, 1);
        EXPECT_EQ(serving_at(second * 1s + 900ms), second >= 8) << second;
    }
}

TEST_F(Vote, WaitsForSentencesWhereThereIsNothingBetter) {
    clock_.set_sources({sentences(1), sentences(2)});
    feed(0, 3, 1, false);
    feed_all(3, 10, {1, 2}, false);
    EXPECT_FALSE(serving_at(10s));
    feed_all(10, 11, {1, 2}, false);
    EXPECT_TRUE(serving_at(11s));
}

TEST_F(Vote, DoesNotWaitForSentencesWherePulsesTell) {
    clock_.set_sources({gps(1), sentences(2)});
    for (int second = 0; second < 3; ++second) {
        feed(second, second + 1, 1);
        feed(second, second + 1, 2, false);
    }
    EXPECT_TRUE(serving_at(3s));
}

TEST_F(Vote, WaitsForNobodyWhoIsOnlyWatched) {
    SourceSettings watched = gps(2);
    watched.noselect = true;
    clock_.set_sources({gps(1), watched});
    for (int second = 0; second < 3; ++second) {
        pulse(second, 2);
        Label frozen = label(0, 2);
        frozen.heard = at(second * 1s + 130ms);
        clock_.observe(frozen);
        feed(second, second + 1, 1);
    }
    EXPECT_TRUE(serving_at(3s));
}

TEST_F(Vote, DoesNotWaitOnceItServes) {
    clock_.set_sources({gps(1)});
    feed(0, 4);
    clock_.set_sources({gps(1), gps(2)});
    for (int second = 4; second < 8; ++second) {
        pulse(second, 2);
        Label frozen = label(0, 2);
        frozen.heard = at(second * 1s + 130ms);
        clock_.observe(frozen);
        feed(second, second + 1, 1);
        EXPECT_GE(clock_.state().reference, truth(second * 1s) - 1ns) << second;
    }
}

TEST_F(Vote, LetsItsOwnClockBreakTheTieOfTwo) {
    for (const SourceId liar : {SourceId{1}, SourceId{2}}) {
        clock_ = Timekeeper{laboratory(), LeapTable::built_in(), kStart};
        behind_.clear();
        clock_.set_sources({gps(1), gps(2)});
        feed_all(0, 60, {1, 2});
        behind_[liar] = 5ms;
        feed_all(60, 90, {1, 2});
        EXPECT_EQ(clock_.selected(), liar == 1 ? 2 : 1);
        EXPECT_EQ(report(liar).reason, Reason::kFalseticker);
        EXPECT_EQ(clock_.clock_state(), ClockState::kSynchronised);
        EXPECT_LE(std::chrono::abs(error_at(90s)), 1ns);
    }
}

TEST_F(Vote, DoesNotLetALoneSourceOverruleItsOwnClock) {
    clock_.set_sources({gps(1), gps(2)});
    feed(0, 60, 1);
    pass(60, 80);
    feed_with_the_first_behind(5ms, 80, 200, {2});
    EXPECT_EQ(report(2).reason, Reason::kFalseticker);
    EXPECT_FALSE(clock_.selected());
    EXPECT_EQ(clock_.clock_state(), ClockState::kHoldover);
    EXPECT_LE(std::chrono::abs(error_at(200s)), 1ns);
}

TEST_F(Vote, HasNoVoiceAgainstTwoThatAgree) {
    clock_.set_sources({gps(1), gps(2)});
    feed_all(0, 60, {1, 2});
    behind_[1] = behind_[2] = 5ms;
    feed_all(60, 150, {1, 2});
    EXPECT_TRUE(serving_at(150s));
    EXPECT_NE(report(1).reason, Reason::kFalseticker);
    EXPECT_NE(report(2).reason, Reason::kFalseticker);
    EXPECT_NEAR(static_cast<double>(error_at(150s).count()), -5e6, 100);
}

TEST_F(Vote, HasNoVoiceForTheOneItFollowedAgainstTwoThatAgree) {
    clock_.set_sources({gps(1), gps(2), gps(3)});
    feed(0, 60, 1);
    behind_[2] = behind_[3] = 5ms;
    feed_all(60, 80, {1, 2, 3});
    EXPECT_EQ(report(1).reason, Reason::kFalseticker);
    EXPECT_TRUE(clock_.selected() == 2 || clock_.selected() == 3);
}

TEST_F(Vote, IsNeverFollowedItself) {
    clock_.set_sources({gps(1)});
    feed(0, 60);
    EXPECT_EQ(clock_.selected(), SourceId{1});
    const TaiInstant last = clock_.state().reference;
    pass(60, 75);
    EXPECT_EQ(clock_.state().reference, last);
    EXPECT_FALSE(clock_.selected());
}

TEST_F(Vote, VouchesForNothingAfter64SecondsInWhichItsOnlySourceIsJustOutside) {
    clock_.set_sources({gps(1)});
    feed(0, 60);
    pass(60, 80);
    behind_[1] = 190us;
    int lost = 0;
    for (int second = 80; second < 240 && lost == 0; ++second) {
        feed(second, second + 1);
        lost = clock_.clock_state() == ClockState::kUnsynchronised ? second : 0;
    }
    EXPECT_GE(lost, 80 + 64);
    EXPECT_LT(lost, 80 + 64 + 10);
    feed(lost + 1, lost + 10);
    EXPECT_EQ(clock_.clock_state(), ClockState::kSynchronised);
    EXPECT_EQ(error_at((lost + 10) * 1s), -190us);
}

TEST_F(Vote, CountsDoubtAnewWhereItsSourceWasRightInBetween) {
    clock_.set_sources({gps(1)});
    feed(0, 60);
    pass(60, 80);
    for (const int begin : {80, 180}) {
        behind_[1] = 190us;
        feed(begin, begin + 60);
        behind_[1] = 0us;
        feed(begin + 60, begin + 85);
        EXPECT_EQ(clock_.clock_state(), ClockState::kSynchronised) << begin;
        EXPECT_LE(std::chrono::abs(error_at((begin + 85) * 1s)), 1ns);
        pass(begin + 85, begin + 100);
    }
}

TEST_F(Vote, WaitsOutASourceThatJumpedFar) {
    clock_.set_sources({gps(1)});
    feed(0, 60);
    feed_with_the_first_behind(50ms, 60, 360, {1});
    EXPECT_TRUE(serving_at(360s));
    EXPECT_LE(std::chrono::abs(error_at(360s)), 1ns);
    feed_with_the_first_behind(0ms, 360, 380, {1});
    EXPECT_EQ(report().reason, Reason::kSelected);
}

TEST_F(Vote, WaitsOutALoneSourceThatStepsAsideUntilItsOwnBoundHasGrownToIt) {
    clock_.set_sources({gps(1)});
    const auto feed_off_by = [this](int from, int to, Duration off) {
        for (int second = from; second < to; ++second) {
            behind_[1] = off + (second * 7919 % 31 - 15) * 20ns;
            feed(second, second + 1);
            const LocalInstant now = at(second * 1s + 950ms);
            if (second < 10) {
                continue;
            }
            EXPECT_TRUE(clock_.state().synchronised_at(now)) << second;
            ASSERT_LE(std::chrono::abs(error_at(second * 1s + 950ms)), clock_.state().root_distance_at(now)) << second;
        }
    };
    feed_off_by(0, 300, 0ns);
    feed_off_by(300, 1000, 1ms);
    EXPECT_EQ(report().reason, Reason::kFalseticker);
    EXPECT_EQ(clock_.clock_state(), ClockState::kHoldover);
    feed_off_by(1000, 1100, 0ns);
    EXPECT_EQ(report().reason, Reason::kSelected);
}

// The two are far too rough to be followed for their own sake.
TEST_F(Vote, DoesNotGoOnAtABoundThatAMajorityHasRefuted) {
    clock_.set_sources({gps(1), {.id = 2}, {.id = 3}});
    feed(0, 60);
    pass(60, 80);
    feed_roughly(80, 130, {2, 3}, 20ms);
    EXPECT_TRUE(clock_.selected() == 2 || clock_.selected() == 3);
    EXPECT_TRUE(serving_at(130s));
    EXPECT_GE(error_at(130s) + clock_.state().root_distance_at(at(130s)), 20ms);
}

TEST_F(Vote, DoesNotExchangeItsOwnClockForARoughMajorityThatBearsItOut) {
    clock_.set_sources({gps(1), {.id = 2}, {.id = 3}});
    feed(0, 60);
    pass(60, 80);
    feed_roughly(80, 130, {2, 3}, 4ms);
    EXPECT_EQ(clock_.clock_state(), ClockState::kHoldover);
    EXPECT_LE(std::chrono::abs(error_at(130s)), 1us);
}

TEST_F(Vote, StepsToTwoThatAgreeFarAwayOnlyWhileNobodyIsServed) {
    clock_.set_sources({gps(1), gps(2)});
    feed_all(0, 60, {1, 2});
    behind_[1] = behind_[2] = 200ms;
    bool stepped = false;
    int second = 60;
    const auto watched = [&](const Observation& observation) {
        const LocalInstant now = at(second * 1s + 200ms);
        const Duration before = error_at(second * 1s);
        const bool served = clock_.state().synchronised_at(now);
        clock_.observe(observation);
        const bool steps = std::chrono::abs(error_at(second * 1s) - before) > 100ms;
        EXPECT_FALSE(steps && served) << second;
        stepped |= steps;
    };
    for (; second < 100 && !stepped; ++second) {
        for (const SourceId id : {SourceId{1}, SourceId{2}}) {
            watched(Pulse{id, at(second * 1s + 200ms), 100ns});
        }
        for (const SourceId id : {SourceId{1}, SourceId{2}}) {
            watched(label(second, id));
        }
    }
    EXPECT_TRUE(stepped);
    feed_all(second, second + 2, {1, 2});
    EXPECT_TRUE(serving_at((second + 2) * 1s)) << "they need not prove themselves again";
    EXPECT_EQ(error_at((second + 2) * 1s), -200ms);
}

TEST_F(Vote, BeginsAnewWhereTheOperatorCorrectsTheSourceThatItFollows) {
    clock_.set_sources({gps(1)});
    feed(0, 60);
    SourceSettings corrected = gps(1);
    corrected.offset = 1ms;
    clock_.set_sources({corrected});
    EXPECT_EQ(clock_.clock_state(), ClockState::kUnsynchronised);
    feed(60, 62);
    EXPECT_FALSE(serving_at(62s));
    feed(62, 65);
    EXPECT_TRUE(serving_at(65s));
    EXPECT_EQ(error_at(65s), 1ms);
}

TEST_F(Vote, GoesOnWhereTheOperatorChangesASourceThatItDoesNotFollow) {
    clock_.set_sources({gps(1), gps(2)});
    feed(0, 60, 1);
    SourceSettings changed = gps(2);
    changed.offset = 1ms;
    clock_.set_sources({gps(1), changed});
    EXPECT_EQ(clock_.clock_state(), ClockState::kSynchronised);
    clock_.set_sources({changed});
    EXPECT_TRUE(serving_at(61s)) << "nor where he takes away the one that it follows";
}

}  // namespace
}  // namespace tokimori
