#include "server/clock/last_resort.h"

#include "tests/clock/bench.h"

namespace tokimori {
namespace {

using namespace std::chrono_literals;

constexpr SourceId kLocal = 9;

class LastResortTest : public Bench {
protected:
    LastResortTest() { clock_ = Timekeeper{settings(), LeapTable::built_in(), kStart}; }

    static Timekeeper::Settings settings() {
        Timekeeper::Settings settings;
        settings.policy.holdover = 10min;
        return settings;
    }
    static SourceSettings local() {
        return {.id = kLocal, .refid = reference_id("LOCL"), .stratum = 10, .last_resort = true};
    }
    /// What the clock of the host shows at second `second`, `fast` more than the truth.
    void show(int second, Duration fast = {}) {
        clock_.observe(
            HostTime{kLocal, at(seconds(second)), LeapTable::built_in().utc_at(truth(seconds(second)) + fast)});
    }
    bool serves_local(Duration later) const {
        return serving_at(later) && clock_.state().refid == reference_id("LOCL");
    }
};

TEST_F(LastResortTest, AloneServesTheClockOfTheHostAtOnceAtItsStratumAndASecondAway) {
    clock_.set_sources({local()});
    show(0, 700ms);
    clock_.advance(at(1s));
    EXPECT_TRUE(serves_local(1s));
    EXPECT_EQ(clock_.state().stratum, 11);
    EXPECT_EQ(clock_.state().root_distance_at(at(1s)), 1s);
    EXPECT_EQ(clock_.state().root_delay, Duration::zero());
    EXPECT_EQ(error_at(1s), 700ms);
    EXPECT_EQ(clock_.clock_state(), ClockState::kLocal);
    EXPECT_EQ(clock_.selected(), kLocal);
    EXPECT_EQ(report(kLocal).reason, Reason::kSelected);
    EXPECT_TRUE(clock_.report().server.ever_synchronised);
    EXPECT_FALSE(clock_.report().was_right) << "offsets of sources would be from nowhere";
    EXPECT_FALSE(clock_.own_state().synchronised_at(at(1s))) << "the clock of the host must not follow itself";
    EXPECT_FALSE(clock_.memory().has_value()) << "nobody may remember it as trusted";
}

TEST_F(LastResortTest, RunsFreeWhateverTheClockOfTheHostDoesAfterwards) {
    clock_.set_sources({local()});
    show(0, 700ms);
    clock_.advance(at(1s));
    show(16, 1h);
    clock_.advance(at(17s));
    EXPECT_TRUE(serves_local(17s));
    EXPECT_EQ(error_at(17s), 700ms);
}

TEST_F(LastResortTest, IsNotServedWithADateThatCannotBe) {
    Timekeeper::Settings settings;
    settings.floor = LeapTable::built_in().utc_at(truth(0s)).second.day;
    clock_ = Timekeeper{settings, LeapTable::built_in(), kStart};
    clock_.set_sources({local()});
    EXPECT_EQ(report(kLocal).reason, Reason::kLastResort);
    show(0, -25h);
    clock_.advance(at(400s));
    EXPECT_FALSE(serving_at(400s));
    EXPECT_EQ(report(kLocal).reason, Reason::kWrongWeek);
    show(401);
    clock_.advance(at(402s));
    EXPECT_TRUE(serves_local(402s));
}

TEST_F(LastResortTest, WaitsFiveMinutesForOtherSources) {
    clock_.set_sources({gps(), local()});
    show(0);
    pass(0, 299);
    EXPECT_FALSE(serving_at(299s));
    EXPECT_EQ(report(kLocal).reason, Reason::kLastResort);
    pass(299, 303);
    EXPECT_TRUE(serves_local(303s));
}

TEST_F(LastResortTest, GivesWayBehindLiThreeWhereAnotherSourceNamesTheTime) {
    clock_.set_sources({gps(), local()});
    show(0, 5s);
    pass(0, 310);
    ASSERT_TRUE(serves_local(310s));
    clock_.observe(label(311));
    EXPECT_FALSE(serving_at(312s)) << "from the first report on";
    pulse(312);
    feed(312, 340);
    ASSERT_TRUE(serving_at(340s));
    EXPECT_EQ(clock_.state().refid, reference_id("GPS"));
    EXPECT_EQ(clock_.state().stratum, 1);
    EXPECT_LT(std::chrono::abs(error_at(340s)), 1us) << "and nothing of the free counter is left in it";
}

TEST_F(LastResortTest, IsNotServedBesideASourceThatIsHeardAndNotBelieved) {
    Timekeeper::Settings settings;
    settings.floor = LeapTable::built_in().utc_at(truth(0s)).second.day;
    clock_ = Timekeeper{settings, LeapTable::built_in(), kStart};
    clock_.set_sources({sentences(), local()});
    show(0);
    lies_[1] = -std::chrono::hours{24 * 400};
    feed(0, 600, 1, false);
    EXPECT_EQ(report(1).reason, Reason::kWrongWeek);
    EXPECT_FALSE(serving_at(600s));
    pass(600, 1000);
    EXPECT_TRUE(serves_local(1000s));
}

TEST_F(LastResortTest, TakesOverWhereHoldoverEndsWithoutAStepAndWithTheBoundOfTheClockItself) {
    clock_.set_sources({gps(), local()});
    show(0, 5s);
    feed(0, 60);
    const Duration error = error_at(650s);
    pass(60, 650);
    EXPECT_EQ(clock_.clock_state(), ClockState::kHoldover);
    EXPECT_EQ(clock_.state().stratum, 1);
    pass(650, 670);
    EXPECT_TRUE(serves_local(670s));
    EXPECT_EQ(clock_.state().stratum, 11);
    EXPECT_LT(std::chrono::abs(error_at(670s) - error), 1us);
    EXPECT_GE(clock_.state().root_distance_at(at(670s)), 1s);
    pass(670, 4000);
    EXPECT_GE(clock_.state().root_distance_at(at(4000s)), clock_.own_state().model.dispersion_at(at(4000s)));
    EXPECT_FALSE(clock_.own_state().synchronised_at(at(4000s)));
}

TEST_F(LastResortTest, IsServedForAMomentOnlyShouldNobodyRenewIt) {
    clock_.set_sources({local()});
    show(0);
    clock_.advance(at(1s));
    EXPECT_TRUE(serving_at(10s));
    EXPECT_FALSE(serving_at(12s));
}

TEST_F(LastResortTest, IsSilentForAMomentWhereItIsTakenOutOfTheConfiguration) {
    clock_.set_sources({local()});
    show(0);
    clock_.advance(at(1s));
    ASSERT_TRUE(serving_at(1s));
    clock_.set_sources({});
    EXPECT_FALSE(serving_at(1s));
    EXPECT_EQ(clock_.clock_state(), ClockState::kNeverSynchronised);
}

TEST_F(LastResortTest, BeginsAnewByTheClockOfTheHostAfterTheHostHasSlept) {
    clock_.set_sources({gps(), local()});
    show(0, 2s);
    feed(0, 60);
    clock_.lose_time(at(61s));
    pass(61, 400);
    EXPECT_FALSE(serving_at(400s)) << "nobody knows how long it slept";
    show(401, 3s);
    clock_.advance(at(402s));
    EXPECT_TRUE(serves_local(402s));
    EXPECT_EQ(error_at(402s), 3s);
}

TEST_F(LastResortTest, NumbersNoPulses) {
    clock_.set_sources({gps(), local()});
    show(0);
    for (int second = 0; second < 400; ++second) {
        pulse(second);
        clock_.advance(at(seconds(second) + 900ms));
    }
    EXPECT_TRUE(serves_local(400s)) << "pulses that nobody numbers are no time";
    EXPECT_EQ(report(1).reason, Reason::kUnlabelled);
}

TEST_F(LastResortTest, IsOnlyWatchedWhereTheOperatorSaysSo) {
    SourceSettings watched = local();
    watched.noselect = true;
    clock_.set_sources({watched});
    show(0);
    clock_.advance(at(1s));
    EXPECT_FALSE(serving_at(1s));
    EXPECT_EQ(report(kLocal).reason, Reason::kNoselect);
}

class LastResortAtALeapSecond : public LastResortTest {
protected:
    LastResortAtALeapSecond()
        : begin_before_{LeapTable::built_in().tai_at(parse_utc("2016-12-31T23:59:00Z").value()).value()} {
        begin_ = begin_before_;
    }
    TaiInstant begin_before_;
};

TEST_F(LastResortAtALeapSecond, AnnouncesAndInsertsItAsTheTableSays) {
    clock_.set_sources({local()});
    show(0);
    clock_.advance(at(1s));
    const auto leap_at = [&](Duration later) {
        const ServerState& state = clock_.state();
        return state.scale.at(state.model.tai_at(at(later))).leap;
    };
    EXPECT_EQ(leap_at(1s), LeapIndicator::kInsert);
    pass(1, 62);
    ASSERT_TRUE(serves_local(62s));
    EXPECT_EQ(leap_at(62s), LeapIndicator::kNone);
    EXPECT_EQ(LeapTable::built_in().utc_at(clock_.state().model.tai_at(at(61s))).second.second, 0);
}

}  // namespace
}  // namespace tokimori
