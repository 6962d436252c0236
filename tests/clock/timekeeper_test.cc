#include "server/clock/timekeeper.h"

#include <gtest/gtest.h>

namespace tokimori {
namespace {

using namespace std::chrono_literals;

constexpr LocalInstant kStart{1000s};
const UtcTime kEvening = parse_utc("2026-11-22T09:00:00Z").value();

// A clock room on a bench: the counter is exact, every observation is made by hand.
class TimekeeperTest : public ::testing::Test {
protected:
    explicit TimekeeperTest(UtcTime begin = kEvening) : begin_{LeapTable::built_in().tai_at(begin).value()} {}

    static Timekeeper::Settings laboratory() {
        Timekeeper::Settings settings;
        settings.laboratory = true;
        return settings;
    }
    static SourceSettings gps(SourceId id = 1) { return {.id = id, .expects_pulses = true}; }
    static SourceSettings sentences(SourceId id = 1) { return {.id = id}; }

    static LocalInstant at(Duration later) { return kStart + later; }
    TaiInstant truth(Duration later) const { return begin_ + later; }

    Label label(int second, SourceId id = 1) const {
        return {
            .source = id, .heard = at(second * 1s + 140ms), .time = LeapTable::built_in().utc_at(truth(second * 1s))};
    }
    void pulse(int second, SourceId id = 1) { clock_.observe(Pulse{id, at(second * 1s), 100ns}); }

    /// Seconds of a receiver in order, and the time that passes.
    void feed(int from, int to, SourceId id = 1, bool pulses = true) {
        for (int second = from; second < to; ++second) {
            if (pulses) {
                pulse(second, id);
            }
            clock_.observe(label(second, id));
            clock_.advance(at(second * 1s + 900ms));
        }
    }
    void pass(int from, int to) {
        for (int second = from; second < to; ++second) {
            clock_.advance(at(second * 1s + 900ms));
        }
    }
    SourceReport report(SourceId id = 1) const {
        for (const SourceReport& each : clock_.sources()) {
            if (each.source == id) {
                return each;
            }
        }
        return {};
    }
    bool serving_at(Duration later) const { return clock_.state().synchronised_at(at(later)); }
    Duration error_at(Duration later) const { return clock_.state().model.tai_at(at(later)) - truth(later); }

    TaiInstant begin_;
    Timekeeper clock_{laboratory(), LeapTable::built_in(), kStart};
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

TEST_F(TimekeeperTest, TellsClientsWhomItFollows) {
    SourceSettings named = gps();
    named.refid = reference_id("PPS");
    clock_.set_sources({named});
    feed(0, 10);
    EXPECT_EQ(clock_.state().refid, reference_id("PPS"));
    EXPECT_LE(std::chrono::abs(clock_.state().reference - truth(9s)), 1us);
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

TEST_F(TimekeeperTest, NumbersPulsesThatCameBeforeTheirFirstBelievedLabel) {
    clock_.set_sources({gps()});
    for (int second = 0; second < 3; ++second) {
        pulse(second);
    }
    for (int second = 0; second < 3; ++second) {
        clock_.observe(label(second));
    }
    EXPECT_TRUE(serving_at(3s));
    EXPECT_EQ(report().reason, Reason::kSelected);
}

TEST_F(TimekeeperTest, NumbersThePulsesOfOneSourceByTheLabelsOfAnother) {
    SourceSettings bare = gps(2);
    bare.prefer = true;
    clock_.set_sources({sentences(1), bare});
    for (int second = 0; second < 10; ++second) {
        pulse(second, 2);
        clock_.observe(label(second, 1));
    }
    EXPECT_EQ(clock_.selected(), SourceId{2});
    EXPECT_LE(std::chrono::abs(error_at(10s)), 1ns);
}

TEST_F(TimekeeperTest, NumbersPulsesByTheLabelsOfASourceThatIsOnlyWatched) {
    SourceSettings watched = sentences(1);
    watched.noselect = true;
    clock_.set_sources({watched, gps(2)});
    for (int second = 0; second < 10; ++second) {
        pulse(second, 2);
        clock_.observe(label(second, 1));
    }
    EXPECT_EQ(clock_.selected(), SourceId{2});
    EXPECT_EQ(report(1).reason, Reason::kNoselect);
}

TEST_F(TimekeeperTest, DoesNotNumberPulsesByLabelsThatContradictEachOther) {
    clock_.set_sources({sentences(1), sentences(2), gps(3)});
    for (int second = 0; second < 9; ++second) {
        pulse(second, 3);
        clock_.observe(label(second, 1));
        Label other = label(second, 2);
        other.time = LeapTable::built_in().utc_at(truth(second * 1s + 3s));
        other.heard += 1ms;
        clock_.observe(other);
        if (second == 1) {
            clock_.observe(Label{.source = 1, .heard = at(1s + 150ms), .time = kEvening});
        }
    }
    EXPECT_NE(clock_.selected(), SourceId{2});
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
    feed(9, 12, 1, false);
    EXPECT_TRUE(serving_at(12s));
    EXPECT_FALSE(report().from_pulses);
}

TEST_F(TimekeeperTest, DoesNotWaitForPulsesThatNobodyExpects) {
    clock_.set_sources({sentences()});
    feed(0, 6, 1, false);
    EXPECT_TRUE(serving_at(6s));
    EXPECT_LE(std::chrono::abs(error_at(6s)), clock_.state().root_distance_at(at(6s)));
    EXPECT_GT(clock_.state().root_distance_at(at(6s)), 500ms);
}

TEST_F(TimekeeperTest, LearnsTheSentenceDelayFromItsOwnClock) {
    clock_.set_sources({gps()});
    feed(0, 30);
    ASSERT_TRUE(report().sentence_delay);
    EXPECT_LE(std::chrono::abs(*report().sentence_delay - 140ms), 1us);
}

TEST_F(TimekeeperTest, GoesOnByItselfUntilTheHoldoverEnds) {
    clock_.set_holdover(100s);
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
    clock_.set_holdover(100s);
    clock_.set_sources({gps()});
    feed(0, 60);
    EXPECT_TRUE(serving_at(158s));
    EXPECT_FALSE(serving_at(160s)) << "nobody called advance";
}

TEST_F(TimekeeperTest, StopsWhereItsBoundReachesASecondHoweverLongTheHoldover) {
    clock_.set_holdover(24h * 365);
    clock_.set_sources({sentences()});
    feed(0, 60, 1, false);
    const LocalInstant end = clock_.state().valid_until;
    EXPECT_LT(end, at(24h * 365));
    EXPECT_GT(end, at(120s));
    EXPECT_LE(clock_.state().root_distance_at(end), 1s + 1us);
    EXPECT_GE(clock_.state().root_distance_at(end), 990ms);
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

TEST_F(TimekeeperTest, HearsWhatNamesAnotherSecondWithoutBelievingIt) {
    clock_.set_sources({gps()});
    feed(0, 30);
    begin_ += 1s;
    feed(30, 45);
    EXPECT_EQ(report().reason, Reason::kWrongSecond);
    EXPECT_EQ(clock_.clock_state(), ClockState::kHoldover);
    begin_ -= 1s;
    EXPECT_LE(std::chrono::abs(error_at(45s)), 1us);
}

TEST_F(TimekeeperTest, ComesBackToASourceThatNamesTheRightSecondAgain) {
    clock_.set_sources({gps()});
    feed(0, 30);
    begin_ += 1s;
    feed(30, 45);
    begin_ -= 1s;
    feed(45, 50);
    EXPECT_EQ(clock_.clock_state(), ClockState::kSynchronised);
    EXPECT_EQ(report().reason, Reason::kSelected);
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

TEST_F(TimekeeperTest, SlewsToAnotherSourceWithoutAStep) {
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
    EXPECT_NEAR(static_cast<double>(error_at(120s).count()), 90, 10);
}

TEST_F(TimekeeperTest, FollowsThePreferredOfTwoThatAgree) {
    SourceSettings preferred = gps(2);
    preferred.prefer = true;
    clock_.set_sources({gps(1), preferred});
    for (int second = 0; second < 20; ++second) {
        feed(second, second + 1, 1);
        feed(second, second + 1, 2);
    }
    EXPECT_EQ(clock_.selected(), SourceId{2});
    EXPECT_EQ(report(1).reason, Reason::kSelectable);
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
    clock_.set_sources({gps(1)});
    feed(0, 20);
    SourceSettings changed = gps(1);
    changed.prefer = true;
    clock_.set_sources({changed});
    EXPECT_FALSE(report(1).sentence_delay);
    EXPECT_TRUE(serving_at(21s)) << "the clock itself goes on";
    feed(20, 25);
    EXPECT_EQ(report(1).reason, Reason::kSelected);
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
    EXPECT_LT(report().distance, 100us);
    EXPECT_LE(std::chrono::abs(report().offset), 1us);
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

TEST_F(LeapMonth, ArmsForTwoThatAgree) {
    clock_.set_sources({gps(1), gps(2)});
    feed_announcing({1, 2}, LeapKind::kDelete);
    EXPECT_EQ(armed(), LeapKind::kDelete);
}

TEST_F(LeapMonth, AnnouncesTheLeapSecondOfItsTableADayBefore) {
    const LeapEvent event{parse_utc("2028-12-31")->second.day, LeapKind::kInsert};
    clock_.set_leap_table(LeapTable::built_in().with_event(event));
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
    clock_.set_leap_table(LeapTable::built_in().with_event(event));
    EXPECT_EQ(armed(), LeapKind::kInsert);
    EXPECT_EQ(clock_.state().model.tai_at(at(100s)), before);
    EXPECT_EQ(clock_.state().scale.at(clock_.leap_table().end_of(event) - 1s).leap, LeapIndicator::kInsert);
}

}  // namespace
}  // namespace tokimori
