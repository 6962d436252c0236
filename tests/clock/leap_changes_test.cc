#include "server/clock/leap_changes.h"

#include "tests/clock/bench.h"

// Another configuration at a restart; reloads are in tests/daemon/leap_service_test.cc, whole days in tests/sim.

namespace tokimori {
namespace {

using namespace std::chrono_literals;

const LeapEvent kInsertion{day_from_date(2028, 12, 31).value(), LeapKind::kInsert};

/// A day before the end of 2028, with a leap second that an entry of an earlier run has made up.
class RestartWithoutAnEntry : public Bench {
protected:
    explicit RestartWithoutAnEntry(const char* begin = "2028-12-31T01:00:00Z") : Bench{parse_utc(begin).value()} {
        memory_.saved = begin_ - 1min;
        memory_.saved_local = kStart - 1min;
        memory_.model = {
            .anchor_local = memory_.saved_local, .anchor_tai = memory_.saved, .slew_end = memory_.saved_local};
        memory_.valid_until = kStart + 24h;
        memory_.stratum = 1;
        memory_.leap.decided = {
            .event = kInsertion, .ground = LeapGround::kManual, .table_updated = LeapTable::built_in().updated()};
    }

    void start(const LeapChanges::Wanted& wanted, bool same_boot) {
        changes_ = LeapChanges{wanted, kStart};
        clock_ = Timekeeper{laboratory(), wanted.knowledge, kStart};
        changes_.recall(memory_, clock_);
        clock_.recall(memory_, same_boot);
        clock_.set_sources({gps()});
    }
    LeapChanges::Outcome advance(Duration later) {
        clock_.advance(at(later));
        return changes_.advance(clock_, at(later));
    }
    LeapIndicator served(Duration later) const {
        const ServerState& state = clock_.state();
        return state.scale.at(state.model.tai_at(at(later))).leap;
    }

    ClockMemory memory_;
    LeapChanges changes_;
};

TEST_F(RestartWithoutAnEntry, GoesOnAnnouncingAtOnceWithinTheSameBoot) {
    start({}, true);
    EXPECT_EQ(served(1ms), LeapIndicator::kInsert);
    EXPECT_TRUE(advance(1s).waits);
    EXPECT_EQ(served(1s), LeapIndicator::kInsert);
    advance(23h);
    EXPECT_EQ(served(23h), LeapIndicator::kInsert) << "the second itself";
    advance(23h + 1s);
    EXPECT_EQ(served(23h + 1s), LeapIndicator::kNone);
    EXPECT_FALSE(advance(23h + 2s).waits);
    EXPECT_TRUE(clock_.leap().knowledge().manual.empty()) << "the change is made";
    EXPECT_EQ(clock_.leap_table().tai_minus_utc_at(begin_ + 23h + 2s), 38) << "and it happened all the same";
}

TEST_F(RestartWithoutAnEntry, GoesOnAnnouncingAfterAPowerCutAsSoonAsTheTimeIsKnown) {
    start({}, false);
    EXPECT_FALSE(advance(1s).waits) << "nobody knows";
    feed(1, 30);
    ASSERT_TRUE(serving_at(30s));
    EXPECT_EQ(served(30s), LeapIndicator::kInsert);
    EXPECT_TRUE(advance(31s).waits);
    EXPECT_EQ(served(31s), LeapIndicator::kInsert);
}

TEST_F(RestartWithoutAnEntry, ForcesItWhereThatIsWanted) {
    for (const bool same_boot : {false, true}) {
        start({.at_once = true}, same_boot);
        feed(1, 30);
        EXPECT_FALSE(advance(30s).waits);
        EXPECT_EQ(served(30s), LeapIndicator::kNone);
    }
}

// Else an entry that turns out to be wrong while everything is off might keep us from understanding anybody.
TEST_F(RestartWithoutAnEntry, CountsWhatIsConfiguredAfterAnHourWithoutTheTime) {
    start({}, false);
    advance(1h - 1s);
    EXPECT_FALSE(clock_.leap().knowledge().manual.empty());
    advance(1h);
    EXPECT_TRUE(clock_.leap().knowledge().manual.empty());
    feed(3601, 3630);
    EXPECT_EQ(served(3630s), LeapIndicator::kNone);
}

TEST_F(RestartWithoutAnEntry, IsNoReasonToWaitWhereClientsHaveNotBeenTold) {
    memory_.leap_policy.lead = 1h;
    start({}, true);
    EXPECT_FALSE(advance(1s).waits);
    EXPECT_TRUE(clock_.leap().knowledge().manual.empty());
    EXPECT_EQ(clock_.leap_table().kind_on(kInsertion.day), LeapKind::kNone);
}

TEST_F(RestartWithoutAnEntry, CountsAnotherModeAfterAnHourWithoutTheTime) {
    start({.policy = {.mode = LeapMode::kSmear}}, false);
    advance(1h - 1s);
    EXPECT_EQ(changes_.policy().mode, LeapMode::kInsert);
    advance(1h);
    EXPECT_EQ(changes_.policy().mode, LeapMode::kSmear);
}

TEST_F(RestartWithoutAnEntry, BeginsWithTheConfiguredModeWhereNobodyWasPreparedForAnother) {
    memory_.saved = begin_ - 24h * 150;
    start({.policy = {.mode = LeapMode::kSmear}}, false);
    EXPECT_EQ(changes_.policy().mode, LeapMode::kSmear);
    memory_.saved = begin_ - 1h;
    start({.policy = {.mode = LeapMode::kSmear}}, false);
    EXPECT_EQ(changes_.policy().mode, LeapMode::kInsert);
}

// Decided by a list of 2028 that is gone; the one that is found then is newer than what is built in, and older than
// that.
TEST_F(RestartWithoutAnEntry, IsNotCalledOffByAListOlderThanTheOneThatDecided) {
    memory_.leap.decided = {.event = kInsertion, .ground = LeapGround::kTable, .table_updated = kInsertion.day - 100};
    const LeapTable older = LeapTable::built_in().known_on(kInsertion.day - 200);
    for (int restart = 0; restart < 2; ++restart) {
        start({}, true);
        advance(1s);
        ASSERT_TRUE(clock_.memory());
        memory_.leap = clock_.memory()->leap;
    }
    changes_.know(older, clock_);
    EXPECT_TRUE(advance(2s).waits);
    EXPECT_EQ(served(2s), LeapIndicator::kInsert);
    changes_.know(LeapTable::built_in().known_on(kInsertion.day - 50), clock_);
    advance(3s);
    EXPECT_EQ(served(3s), LeapIndicator::kNone) << "this one knows better";
}

class RestartAfterIt : public RestartWithoutAnEntry {
protected:
    RestartAfterIt() : RestartWithoutAnEntry{"2029-01-04T00:00:00Z"} { memory_.saved = begin_ - 100h; }
};

// The receivers count it.
TEST_F(RestartAfterIt, CountsALeapSecondThatCameWhileItWasOff) {
    begin_ += 1s;
    start({}, false);
    for (int second = 1; second < 30; ++second) {
        pulse(second);
        Label label = this->label(second);
        label.time = LeapTable::built_in().with_event(kInsertion).utc_at(truth(seconds(second)));
        label.gps_minus_utc = 19;
        clock_.observe(label);
        advance(seconds(second) + 900ms);
    }
    ASSERT_TRUE(serving_at(30s));
    EXPECT_LT(std::chrono::abs(error_at(30s)), 1ms);
    EXPECT_TRUE(clock_.leap().knowledge().manual.empty());
    EXPECT_EQ(clock_.leap_table().tai_minus_utc_at(truth(30s)), 38);
    EXPECT_EQ(clock_.leap().memory().last(), kInsertion);
}

}  // namespace
}  // namespace tokimori
