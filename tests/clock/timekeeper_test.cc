#include <gtest/gtest.h>

#include "tests/clock/bench.h"

namespace tokimori {
namespace {

using namespace std::chrono_literals;

const UtcTime kEvening = parse_utc("2026-11-22T09:00:00Z").value();

class TimekeeperTest : public Bench {
protected:
    using Bench::Bench;
};

TEST_F(TimekeeperTest, BeginsUnsynchronised) {
    clock_.advance(kStart);
    EXPECT_EQ(clock_.clock_state(), ClockState::kNeverSynchronised);
    EXPECT_FALSE(serving_at(0s));
    EXPECT_FALSE(clock_.state().ever_synchronised);
    EXPECT_EQ(clock_.state().stratum, 16);
    EXPECT_FALSE(clock_.selected());
}

TEST_F(TimekeeperTest, ServesAsSoonAsThreeSecondsAgree) {
    clock_.set_sources({gps()});
    feed(0, 2);
    EXPECT_FALSE(serving_at(2s));
    feed(2, 3);
    EXPECT_TRUE(serving_at(3s));
    EXPECT_LE(std::chrono::abs(error_at(3s)), 1ns);
    EXPECT_EQ(clock_.clock_state(), ClockState::kSynchronised);
    EXPECT_EQ(clock_.selected(), SourceId{1});
    EXPECT_EQ(clock_.state().stratum, 1);
    EXPECT_EQ(report().reason, Reason::kSelected);
    EXPECT_TRUE(report().from_pulses);
}

TEST_F(TimekeeperTest, ForgetsWhatItLearnedOfAReceiverThatAnotherReplaces) {
    clock_.set_sources({gps()});
    feed(0, 30);
    EXPECT_EQ(report().sentence_delay, 140ms);
    clock_.observe(ReceiverChange{.source = 1, .at = at(29900ms)});
    EXPECT_FALSE(report().sentence_delay);
    for (int second = 30; second < 60; ++second) {
        pulse(second);
        Label late = label(second);
        late.heard += 300ms;
        clock_.observe(late);
        clock_.advance(at(seconds(second) + 900ms));
        EXPECT_TRUE(serving_at(seconds(second) + 900ms)) << second;
        EXPECT_LE(std::chrono::abs(error_at(seconds(second))), 1us) << second;
    }
    EXPECT_EQ(report().sentence_delay, 440ms);
    EXPECT_EQ(report().reason, Reason::kSelected);
}

TEST_F(TimekeeperTest, TellsClientsWhomItFollows) {
    SourceSettings named = gps();
    named.refid = reference_id("PPS");
    clock_.set_sources({named});
    feed(0, 10);
    EXPECT_EQ(clock_.state().refid, reference_id("PPS"));
    EXPECT_LE(std::chrono::abs(clock_.state().reference - truth(9s)), 1ns);
}

TEST_F(TimekeeperTest, ServesUtcOfTheTable) {
    clock_.set_sources({gps()});
    feed(0, 10);
    const auto posix = std::int64_t{kEvening.second.day} * 86400 + kEvening.second.second + 10;
    EXPECT_EQ(clock_.state().scale.at(truth(10s)).timestamp, ntp_from_posix(posix * 1'000'000'000));
}

TEST_F(TimekeeperTest, IgnoresSourcesItWasNotToldOf) {
    clock_.set_sources({gps(1)});
    feed(0, 10, 7);
    clock_.observe(Satellites{.source = 7, .at = kStart, .visible = 3, .used = 2});
    EXPECT_FALSE(serving_at(10s));
    EXPECT_EQ(clock_.sources().size(), 1U);
}

TEST_F(TimekeeperTest, NeverFollowsASourceThatIsOnlyWatched) {
    SourceSettings watched = gps();
    watched.noselect = true;
    clock_.set_sources({watched});
    feed(0, 60);
    EXPECT_FALSE(serving_at(60s));
    EXPECT_EQ(report().reason, Reason::kNoselect);
}

TEST_F(TimekeeperTest, FollowsASimulatedSourceOnlyInALaboratory) {
    SourceSettings simulated = gps();
    simulated.laboratory_only = true;
    Timekeeper outside{{}, LeapTable::built_in(), kStart};
    outside.set_sources({simulated});
    clock_.set_sources({simulated});
    for (int second = 0; second < 60; ++second) {
        pulse(second);
        clock_.observe(label(second));
        outside.observe(Pulse{1, at(second * 1s), 100ns});
        outside.observe(label(second));
    }
    EXPECT_TRUE(serving_at(60s));
    EXPECT_FALSE(outside.state().synchronised_at(at(60s)));
    EXPECT_EQ(outside.sources().front().reason, Reason::kLaboratoryOnly);
}

TEST_F(TimekeeperTest, WaitsTenSecondsForPulsesThatAreExpected) {
    clock_.set_sources({gps()});
    feed(0, 9, 1, false);
    EXPECT_FALSE(serving_at(9s));
    EXPECT_EQ(report().reason, Reason::kWaitingForPulses);
    feed(9, 17, 1, false);
    EXPECT_FALSE(serving_at(17s)) << "seven seconds until there is a line, then ten of patience";
    feed(17, 18, 1, false);
    EXPECT_TRUE(serving_at(18s));
    EXPECT_FALSE(report().from_pulses);
}

TEST_F(TimekeeperTest, DoesNotWaitForPulsesThatNobodyExpects) {
    clock_.set_sources({sentences()});
    feed(0, 8, 1, false);
    EXPECT_TRUE(serving_at(8s));
    EXPECT_LE(std::chrono::abs(error_at(8s)), clock_.state().root_distance_at(at(8s)));
    EXPECT_GT(clock_.state().root_distance_at(at(8s)), 450ms);
    EXPECT_LT(clock_.state().root_distance_at(at(8s)), 452ms);
}

TEST_F(TimekeeperTest, GoesOnByItselfUntilTheHoldoverEnds) {
    clock_.set_policy({.holdover = 100s});
    clock_.set_sources({gps()});
    feed(0, 60);
    pass(60, 75);
    EXPECT_EQ(clock_.clock_state(), ClockState::kHoldover);
    EXPECT_FALSE(clock_.selected());
    EXPECT_EQ(report().reason, Reason::kSilent);
    EXPECT_TRUE(serving_at(158s));
    EXPECT_FALSE(serving_at(159s));
    pass(75, 161);
    EXPECT_EQ(clock_.clock_state(), ClockState::kUnsynchronised);
}

TEST_F(TimekeeperTest, StopsBeingSynchronisedWithoutBeingTold) {
    clock_.set_policy({.holdover = 100s});
    clock_.set_sources({gps()});
    feed(0, 60);
    EXPECT_TRUE(serving_at(158s));
    EXPECT_FALSE(serving_at(160s)) << "nobody called advance";
}

TEST_F(TimekeeperTest, StopsWhereItsBoundReachesASecondHoweverLongTheHoldover) {
    clock_.set_policy({.holdover = 24h * 365});
    clock_.set_sources({sentences()});
    feed(0, 60, 1, false);
    const LocalInstant end = clock_.state().valid_until;
    EXPECT_LT(end, at(24h * 365));
    EXPECT_GT(end, at(120s));
    EXPECT_LE(clock_.state().root_distance_at(end), 1s + 1us);
    EXPECT_GE(clock_.state().root_distance_at(end), 990ms);
}

TEST_F(TimekeeperTest, WaitsForPulsesAgainAfterTimeWasLost) {
    clock_.set_sources({gps()});
    feed(0, 60);
    clock_.lose_time(at(60s));
    feed(61, 78, 1, false);
    EXPECT_FALSE(serving_at(78s));
    feed(78, 79, 1, false);
    EXPECT_TRUE(serving_at(79s));
}

TEST_F(TimekeeperTest, FollowsNoLineThatCouldNotBeServed) {
    clock_.set_sources({sentences()});
    const auto feed_rough = [this](int from, int to) {
        for (int second = from; second < to; ++second) {
            behind_[1] = second % 2 == 0 ? 0ms : 200ms;
            feed(second, second + 1, 1, false);
        }
    };
    feed_rough(0, 8);
    EXPECT_GT(report().distance, 1s);
    EXPECT_EQ(clock_.state().stratum, 16);
    feed_rough(8, 60);
    EXPECT_TRUE(serving_at(60s));
    clock_.lose_time(at(60s));
    feed_rough(60, 120);
    EXPECT_TRUE(serving_at(120s)) << "what was not followed does not end its service";
}

TEST_F(TimekeeperTest, VouchesForNothingAfterTimeWasLost) {
    clock_.set_sources({gps()});
    feed(0, 60);
    clock_.lose_time(at(60s));
    EXPECT_EQ(clock_.clock_state(), ClockState::kUnsynchronised);
    EXPECT_FALSE(serving_at(60s));
    EXPECT_GT(clock_.state().root_distance_at(at(60s)), 24h);
    EXPECT_FALSE(clock_.selected());
}

TEST_F(TimekeeperTest, SetsTheClockAnewAfterTimeWasLost) {
    clock_.set_sources({gps()});
    feed(0, 60);
    clock_.lose_time(at(60s));
    begin_ += 3600s;
    feed(61, 66);
    EXPECT_TRUE(serving_at(66s));
    EXPECT_LE(std::chrono::abs(error_at(66s)), 1ns);
}

TEST_F(TimekeeperTest, DropsAnEdgeThatIsNoPulsePerSecond) {
    clock_.set_sources({gps()});
    feed(0, 30);
    const TimeModel before = clock_.state().model;
    clock_.observe(Pulse{1, at(29s + 300ms), 100ns});
    clock_.observe(Pulse{1, at(30s + 5ms), 100ns});
    EXPECT_EQ(clock_.state().model.tai_at(at(3600s)), before.tai_at(at(3600s)));
    feed(31, 33);
    EXPECT_EQ(report().reason, Reason::kSelected);
    EXPECT_LE(std::chrono::abs(error_at(33s)), 10ns);
}

TEST_F(TimekeeperTest, IgnoresWhatArrivesLateOrTwice) {
    clock_.set_sources({gps()});
    feed(0, 30);
    for (const int second : {29, 29, 12, 3}) {
        pulse(second);
        clock_.observe(label(second));
    }
    clock_.advance(at(5s));
    EXPECT_TRUE(serving_at(30s));
    EXPECT_LE(std::chrono::abs(error_at(30s)), 1ns);
    feed(30, 40);
    EXPECT_EQ(report().reason, Reason::kSelected);
}

TEST_F(TimekeeperTest, AddsTheOperatorsOffset) {
    SourceSettings shifted = gps();
    shifted.offset = 250us;
    clock_.set_sources({shifted});
    feed(0, 20);
    EXPECT_NEAR(static_cast<double>(error_at(20s).count()), 250e3, 2);
}

TEST_F(TimekeeperTest, KeepsAllItKnowsOfASourceThatAReloadDoesNotChange) {
    clock_.set_sources({gps(1)});
    feed(0, 20);
    clock_.set_sources({gps(3), gps(1)});
    EXPECT_EQ(report(1).reason, Reason::kSelected);
    EXPECT_TRUE(report(1).sentence_delay);
    EXPECT_EQ(report(3).reason, Reason::kSilent);
    EXPECT_EQ(clock_.clock_state(), ClockState::kSynchronised);
}

TEST_F(TimekeeperTest, BeginsAnewWithASourceThatAReloadChanges) {
    clock_.set_sources({gps(1), gps(2)});
    feed_all(0, 20, {1, 2});
    ASSERT_TRUE(report(2).sentence_delay);
    SourceSettings changed = gps(2);
    changed.trust = true;
    clock_.set_sources({gps(1), changed});
    EXPECT_FALSE(report(2).sentence_delay);
    EXPECT_EQ(report(2).reason, Reason::kSilent);
    EXPECT_TRUE(report(1).sentence_delay);
}

TEST_F(TimekeeperTest, GoesOnWhenEverySourceIsTakenAway) {
    clock_.set_sources({gps(1)});
    feed(0, 20);
    clock_.set_sources({});
    pass(20, 40);
    EXPECT_EQ(clock_.clock_state(), ClockState::kHoldover);
    EXPECT_TRUE(clock_.sources().empty());
    EXPECT_FALSE(clock_.selected());
}

TEST_F(TimekeeperTest, ReportsWhatAPersonMayWantToKnow) {
    clock_.set_sources({gps()});
    feed(0, 30);
    clock_.observe(Satellites{.source = 1, .at = at(30s), .visible = 14, .used = 11});
    EXPECT_EQ(report().satellites->used, 11);
    EXPECT_EQ(report().last_heard, at(29s + 140ms));
    EXPECT_GT(report().distance, 0ns);
    EXPECT_LT(report().distance, 1500ns) << "that of exact samples, carried over a second";
    EXPECT_LE(std::chrono::abs(report().offset), 1ns);
    EXPECT_FALSE(report().week_mended);
}

TEST_F(TimekeeperTest, LetsDevicesAndRejectionsPass) {
    clock_.set_sources({gps()});
    clock_.observe(DeviceState{.source = 1, .at = kStart, .working = false, .sentence = "The device is gone."});
    clock_.observe(Rejection{.source = 1, .at = kStart});
    EXPECT_EQ(report().reason, Reason::kSilent);
}

TEST_F(TimekeeperTest, AddsThePrecisionOfTheCounterToItsBound) {
    Timekeeper::Settings settings = laboratory();
    settings.precision = -6;
    Timekeeper coarse{settings, LeapTable::built_in(), kStart};
    coarse.set_sources({gps()});
    for (int second = 0; second < 30; ++second) {
        coarse.observe(Pulse{1, at(second * 1s), 100ns});
        coarse.observe(label(second));
    }
    EXPECT_EQ(coarse.state().precision, -6);
    EXPECT_GE(coarse.state().root_distance_at(at(30s)), 15'625us);
    EXPECT_LT(coarse.state().root_distance_at(at(30s)), 16ms);
    EXPECT_FALSE(coarse.sources().front().sentence_delay) << "too coarse to learn a sentence delay";
}

TEST_F(TimekeeperTest, RefusesDatesBeforeItsFloor) {
    Timekeeper::Settings settings = laboratory();
    settings.floor = kEvening.second.day + 1;
    Timekeeper shipped{settings, LeapTable::built_in(), kStart};
    shipped.set_sources({sentences()});
    for (int second = 0; second < 30; ++second) {
        shipped.observe(label(second));
    }
    EXPECT_FALSE(shipped.state().synchronised_at(at(30s)));
    EXPECT_EQ(shipped.sources().front().reason, Reason::kWrongWeek);
}

class LeapMonth : public TimekeeperTest {
protected:
    LeapMonth() : TimekeeperTest{parse_utc("2028-12-30T12:00:00Z").value()} {}

    void feed_announcing(const std::vector<SourceId>& ids, LeapKind kind, int from = 0, int to = 10) {
        for (int second = from; second < to; ++second) {
            for (const SourceId id : ids) {
                pulse(second, id);
                Label announcing = label(second, id);
                announcing.leap_at_month_end = kind;
                clock_.observe(announcing);
            }
        }
    }
    LeapKind armed() const { return clock_.leap_table().kind_on(parse_utc("2028-12-31")->second.day); }
};

TEST_F(LeapMonth, ArmsNothingForOneSourceThatIsNotTrusted) {
    clock_.set_sources({gps(1)});
    feed_announcing({1}, LeapKind::kInsert);
    EXPECT_EQ(armed(), LeapKind::kNone);
}

TEST_F(LeapMonth, ArmsForOneSourceThatIsTrustedAndDisarmsWhenItTakesItBack) {
    SourceSettings trusted = gps(1);
    trusted.trust = true;
    clock_.set_sources({trusted});
    feed_announcing({1}, LeapKind::kInsert);
    EXPECT_EQ(armed(), LeapKind::kInsert);
    feed_announcing({1}, LeapKind::kNone, 10, 12);
    EXPECT_EQ(armed(), LeapKind::kNone);
}

TEST_F(LeapMonth, DoesNotAskASourceThatIsOnlyWatched) {
    SourceSettings watched = gps(2);
    watched.trust = true;
    watched.noselect = true;
    clock_.set_sources({gps(1), watched});
    for (int second = 0; second < 20; ++second) {
        feed(second, second + 1, 1);
        feed_announcing({2}, LeapKind::kInsert, second, second + 1);
    }
    clock_.advance(at(20s));
    EXPECT_TRUE(serving_at(20s));
    EXPECT_EQ(armed(), LeapKind::kNone);
}

TEST_F(LeapMonth, ArmsForTwoOfDifferentKindsThatAgree) {
    SourceSettings long_wave = gps(2);
    long_wave.kin = Kin::kLongWave;
    clock_.set_sources({gps(1), long_wave});
    feed_announcing({1, 2}, LeapKind::kDelete);
    EXPECT_EQ(armed(), LeapKind::kDelete);
}

TEST_F(LeapMonth, ArmsNothingForTwoReceiversOfOneSky) {
    clock_.set_sources({gps(1), gps(2)});
    feed_announcing({1, 2}, LeapKind::kDelete);
    EXPECT_EQ(armed(), LeapKind::kNone);
    EXPECT_TRUE(clock_.leap().decision().unconfirmed);
}

TEST_F(LeapMonth, TellsWhoSaidWhatAndHowLongAgo) {
    clock_.set_sources({gps(1)});
    feed_announcing({1}, LeapKind::kInsert);
    feed(10, 70);
    const LeapDecision& decision = clock_.leap().decision();
    ASSERT_EQ(decision.votes.size(), 1u);
    EXPECT_EQ(decision.votes[0].vote.source, 1);
    EXPECT_EQ(decision.votes[0].standing, LeapStanding::kAlone);
    EXPECT_NEAR(static_cast<double>(decision.votes[0].vote.age.count()) * 1e-9, 60.0, 2.0);
}

TEST_F(LeapMonth, KeepsItArmedOverARestartBeforeAnybodyAnnouncesItAgain) {
    SourceSettings trusted = gps(1);
    trusted.trust = true;
    clock_.set_sources({trusted});
    feed_announcing({1}, LeapKind::kInsert);
    const ClockMemory memory = clock_.memory().value();
    for (const bool same_boot : {true, false}) {
        Timekeeper next{laboratory(), LeapTable::built_in(), at(10s)};
        next.set_sources({trusted});
        next.recall(memory, same_boot);
        for (int second = 11; second < 20; ++second) {
            next.observe(Pulse{1, at(second * 1s), 100ns});
            next.observe(label(second));
        }
        next.advance(at(20s));
        EXPECT_EQ(next.leap_table().kind_on(parse_utc("2028-12-31")->second.day), LeapKind::kInsert) << same_boot;
        EXPECT_EQ(next.leap().decision().ground, LeapGround::kRemembered);
    }
}

TEST_F(LeapMonth, AnnouncesTheLeapSecondOfItsTableADayBefore) {
    const LeapEvent event{parse_utc("2028-12-31")->second.day, LeapKind::kInsert};
    clock_.set_leap_knowledge(LeapTable::built_in().with_event(event));
    clock_.set_sources({gps(1)});
    feed(0, 10);
    const TaiInstant end = clock_.leap_table().end_of(event);
    EXPECT_EQ(clock_.state().scale.at(end - 24h - 2s).leap, LeapIndicator::kNone);
    EXPECT_EQ(clock_.state().scale.at(end - 24h).leap, LeapIndicator::kInsert);
    EXPECT_EQ(clock_.state().scale.at(end).leap, LeapIndicator::kNone);
}

TEST_F(LeapMonth, TakesABetterTableWithoutTouchingTheClock) {
    clock_.set_sources({gps(1)});
    feed(0, 10);
    const TaiInstant before = clock_.state().model.tai_at(at(100s));
    const LeapEvent event{parse_utc("2028-12-31")->second.day, LeapKind::kInsert};
    clock_.set_leap_knowledge(LeapTable::built_in().with_event(event));
    EXPECT_EQ(armed(), LeapKind::kInsert);
    EXPECT_EQ(clock_.state().model.tai_at(at(100s)), before);
    EXPECT_EQ(clock_.state().scale.at(clock_.leap_table().end_of(event) - 1s).leap, LeapIndicator::kInsert);
}

}  // namespace
}  // namespace tokimori
