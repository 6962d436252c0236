#include "server/clock/follower.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace tokimori {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Kind = FollowerEvent::Kind;

/// A follower and what it is told by hand. The counter is exact; CLOCK_REALTIME shows the truth + `ahead_`.
class Following : public ::testing::Test {
protected:
    static constexpr LocalInstant kStart{1000s};

    void begin(std::string_view utc, const LeapTable& table = LeapTable::built_in()) {
        table_ = table;
        state_.model = {.anchor_local = kStart,
                        .anchor_tai = table_.tai_at(*parse_utc(utc)).value(),
                        .slew_end = kStart,
                        .dispersion = 10us};
        state_.ever_synchronised = true;
        state_.valid_until = LocalInstant::max();
    }
    void begin_on_leap_day(std::string_view time, LeapKind kind = LeapKind::kInsert) {
        begin("2026-12-31T" + std::string(time) + "Z",
              LeapTable::built_in().with_event({parse_utc("2026-12-31")->second.day, kind}));
    }

    HostClocks clocks() const {
        const TaiInstant tai = state_.model.tai_at(now_);
        const UtcTime utc = table_.utc_at(tai);
        const std::int64_t posix =
            std::int64_t{utc.second.day} * kSecondsPerDay + std::min(utc.second.second, kSecondsPerDay - 1);
        const std::int64_t monotonic = now_.time_since_epoch().count();
        return {now_, posix * 1'000'000'000 + utc.nanosecond + ahead_.count(), monotonic, monotonic, 200ns};
    }
    /// One look, and what it asks for is done.
    Follower::Answer look() {
        Follower::Answer answer = follower_.look(clocks(), kernel_, state_, table_);
        if (answer.adjustment) {
            do_it(*answer.adjustment);
        }
        return answer;
    }
    void do_it(const KernelAdjustment& adjustment) {
        ahead_ += adjustment.step;
        kernel_.rate = adjustment.rate;
        kernel_.insert = adjustment.leap == LeapKind::kInsert;
        kernel_.remove = adjustment.leap == LeapKind::kDelete;
        kernel_.unsynchronised = adjustment.unsynchronised;
        kernel_.max_error = adjustment.max_error;
        kernel_.tai_minus_utc = adjustment.tai_minus_utc.value_or(kernel_.tai_minus_utc);
        kernel_.state = adjustment.unsynchronised ? KernelLeapState::kUnknown : KernelLeapState::kOk;
        // The clock of this bench goes at the counter's speed, so the slew is taken out of what was left behind.
        kernel_.rate = {};
        follower_.made(clocks(), kernel_);
    }
    Follower::Answer look_after(Duration later) {
        now_ += later;
        return look();
    }
    LeapKind told() const {
        return kernel_.insert ? LeapKind::kInsert : (kernel_.remove ? LeapKind::kDelete : LeapKind::kNone);
    }
    static std::vector<Kind> kinds(const Follower::Answer& answer) {
        std::vector<Kind> kinds;
        for (const FollowerEvent& event : answer.events) {
            kinds.push_back(event.kind);
        }
        return kinds;
    }

    LocalInstant now_ = kStart;
    Duration ahead_{};
    LeapTable table_ = LeapTable::built_in();
    ServerState state_;
    KernelClock kernel_;
    Follower follower_{Follower::Settings{}};
};

TEST(KernelRate, IsTheNearestToTheRateAndLeavesTheTickAloneWhereItCan) {
    EXPECT_EQ(kernel_rate_from(0), (KernelRate{0, 10'000}));
    EXPECT_EQ(kernel_rate_from(rate_from_ppm(1.0)), (KernelRate{65'536, 10'000}));
    EXPECT_EQ(kernel_rate_from(rate_from_ppm(-1.0)), (KernelRate{-65'536, 10'000}));
    EXPECT_EQ(kernel_rate_from(rate_from_ppm(500.0)).tick, 10'000);
    EXPECT_EQ(kernel_rate_from(rate_from_ppm(500.1)).tick, 10'001);
    EXPECT_EQ(kernel_rate_from(rate_from_ppm(-500.1)).tick, 9'999);
    EXPECT_EQ(kernel_rate_from(rate_from_ppm(99'999.0)).tick, 10'995);
}

TEST(KernelRate, IsItsOwnInverseOverItsWholeRange) {
    for (double ppm = -100'000.0; ppm <= 100'000.0; ppm += 77.7) {
        const KernelRate rate = kernel_rate_from(rate_from_ppm(ppm));
        EXPECT_NEAR(ppm_from_rate(rate_from(rate)), ppm, 1.0 / 65'536) << ppm;
        EXPECT_LE(std::abs(rate.frequency), KernelRate::kMostFrequency) << ppm;
        EXPECT_GE(rate.tick, 9'000) << ppm;
        EXPECT_LE(rate.tick, 11'000) << ppm;
    }
}

TEST(KernelRate, IsHeldWithinWhatTheKernelTakes) {
    for (const double ppm : {500'000.0, -500'000.0}) {
        const KernelRate rate = kernel_rate_from(rate_from_ppm(ppm));
        EXPECT_LE(std::abs(rate.frequency), KernelRate::kMostFrequency);
        EXPECT_NEAR(ppm_from_rate(rate_from(rate)), ppm / 5, 0.1);
    }
}

TEST_F(Following, AnErrorIsTakenBackInEightSecondsOrBy500PartsPerMillion) {
    begin("2026-11-28T07:00:00Z");
    state_.model.rate = rate_from_ppm(20.0);
    ahead_ = 80us;
    EXPECT_NEAR(ppm_from_rate(rate_from(look().adjustment->rate)), 20.0 - 10.0, 0.001);
    follower_ = Follower{{}};
    ahead_ = -80ms;
    EXPECT_NEAR(ppm_from_rate(rate_from(look().adjustment->rate)), 20.0 + 500.0, 0.001);
}

TEST_F(Following, WhatServedTimeIsSlewedByCountsAgainstTheLimit) {
    begin("2026-11-28T07:00:00Z");
    state_.model.slew_rate = rate_from_ppm(400.0);
    state_.model.slew_end = kStart + 8s;
    ahead_ = -80ms;
    EXPECT_NEAR(ppm_from_rate(rate_from(look().adjustment->rate)), 500.0, 0.001);
}

TEST_F(Following, AnErrorWithinTheUncertaintyOfTheReadingIsNone) {
    begin("2026-11-28T07:00:00Z");
    ahead_ = 100ns;
    EXPECT_EQ(look().adjustment->rate, KernelRate{});
    ahead_ = 200ns;
    EXPECT_NE(look_after(1s).adjustment->rate, KernelRate{});
}

TEST_F(Following, TheErrorsToldAreThoseOfTheClockAndNotOnlyOurOwn) {
    begin("2026-11-28T07:00:00Z");
    ahead_ = 3ms;
    const KernelAdjustment told = *look().adjustment;
    EXPECT_GE(told.max_error, 3ms + 10us);
    EXPECT_LE(told.max_error, 3ms + 11us);
    EXPECT_EQ(told.estimated_error, 3ms);
    EXPECT_FALSE(told.unsynchronised);
}

TEST_F(Following, AClockThatIsASecondOffIsNotCalledSynchronised) {
    follower_ = Follower{{.steps_at_start = false}};
    begin("2026-11-28T07:00:00Z");
    ahead_ = -1s;
    EXPECT_TRUE(look().adjustment->unsynchronised);
    EXPECT_EQ(kernel_.max_error, kUnsynchronisedError);
    ahead_ = -999ms;
    EXPECT_FALSE(look_after(1s).adjustment->unsynchronised);
}

TEST_F(Following, TheStartIsOverOnceTheClockIsKnownToBeRight) {
    begin("2026-11-28T07:00:00Z");
    state_.model.dispersion = 400ms;
    ahead_ = 10h;
    EXPECT_THAT(kinds(look()), ElementsAre(Kind::kSet, Kind::kFollowing));
    ahead_ = 500ms;  // known to 400 ms is not known to 128 ms: as when pulses come after sentences
    EXPECT_THAT(kinds(look_after(1s)), ElementsAre(Kind::kMoved, Kind::kSet));
    state_.model.dispersion = 10us;
    look_after(1s);
    ahead_ = 500ms;
    EXPECT_THAT(kinds(look_after(1s)), ElementsAre(Kind::kMoved, Kind::kFarOff));
}

TEST_F(Following, AStepIsTheWholeErrorToTheMicrosecond) {
    begin("2026-11-28T07:00:00Z");
    ahead_ = 10h + 123'456'789ns;
    look();
    EXPECT_LT(std::chrono::abs(ahead_), 1us);
    follower_ = Follower{{}};
    ahead_ = -(10h + 123'456'789ns);
    look();
    EXPECT_LT(std::chrono::abs(ahead_), 1us);
}

TEST_F(Following, ARequestStepsOnceWhateverThePolicy) {
    follower_ = Follower{{.steps_at_start = false}};
    begin("2026-11-28T07:00:00Z");
    ahead_ = 50ms;
    look();
    follower_.request_step();
    EXPECT_THAT(kinds(look_after(1s)), ElementsAre(Kind::kSet));
    EXPECT_LT(ahead_, 1us);
    ahead_ = 50ms;
    EXPECT_THAT(kinds(look_after(1s)), ElementsAre(Kind::kMoved));
}

TEST_F(Following, AStepOfAnotherProgramIsToldWithItsSize) {
    begin("2026-11-28T07:00:00Z");
    look();
    ahead_ -= 90s;
    const Follower::Answer answer = look_after(500ms);
    ASSERT_FALSE(answer.events.empty());
    EXPECT_EQ(answer.events.front().kind, Kind::kMoved);
    EXPECT_EQ(answer.events.front().amount, -90s);
    EXPECT_EQ(follower_.report().interventions, 1U);
    EXPECT_EQ(follower_.report().last_intervention, now_);
    EXPECT_THAT(kinds(look_after(500ms)), IsEmpty());
}

TEST_F(Following, ReadingsThatWereTornApartMakeNoIntervention) {
    begin("2026-11-28T07:00:00Z");
    look();
    now_ += 1s;
    HostClocks torn = clocks();
    torn.width = 20ms;
    torn.realtime += 9'000'000;
    EXPECT_THAT(follower_.look(torn, kernel_, state_, table_).events, IsEmpty());
    EXPECT_EQ(follower_.report().interventions, 0U);
}

TEST_F(Following, TheKernelIsToldAtOnceWhatIsNewAndOtherwiseAboutOnceASecond) {
    begin("2026-11-28T07:00:00Z");
    EXPECT_TRUE(look().adjustment);
    EXPECT_FALSE(look_after(500ms).adjustment);
    EXPECT_TRUE(look_after(250ms).adjustment);
    state_.valid_until = now_;
    EXPECT_TRUE(look_after(100ms).adjustment) << "not synchronised any more";
    EXPECT_FALSE(look_after(10s).adjustment);
    kernel_.unsynchronised = false;
    EXPECT_TRUE(look_after(100ms).adjustment) << "somebody says it is";
}

TEST_F(Following, OnlyAWrongTaiOffsetIsSet) {
    begin("2026-11-28T07:00:00Z");
    EXPECT_EQ(look().adjustment->tai_minus_utc, 37);
    EXPECT_EQ(look_after(1s).adjustment->tai_minus_utc, std::nullopt);
    kernel_.tai_minus_utc = 0;
    EXPECT_EQ(look_after(500ms).adjustment->tai_minus_utc, 37);
}

TEST_F(Following, TheFirstTimeAndAfterAnInterventionOtherLoopsAreEnded) {
    begin("2026-11-28T07:00:00Z");
    EXPECT_TRUE(look().adjustment->end_other_loops);
    EXPECT_FALSE(look_after(1s).adjustment->end_other_loops);
    kernel_.has_other_loop = true;
    const Follower::Answer answer = look_after(500ms);
    EXPECT_THAT(kinds(answer), ElementsAre(Kind::kSteered));
    EXPECT_TRUE(answer.adjustment->end_other_loops);
}

TEST_F(Following, ALeapSecondIsArmedFromTenSecondsPastMidnightOn) {
    begin_on_leap_day("00:00:00");
    look();
    look_after(9s);
    EXPECT_EQ(told(), LeapKind::kNone);
    EXPECT_THAT(kinds(look_after(1s)), ElementsAre(Kind::kLeapArmed));
    EXPECT_EQ(told(), LeapKind::kInsert);
}

TEST_F(Following, ALeapSecondIsNotArmedInItsLastFiveSeconds) {
    for (const auto& [time, expected] :
         {std::pair{"23:59:53", LeapKind::kInsert}, std::pair{"23:59:57", LeapKind::kNone}}) {
        follower_ = Follower{{}};
        kernel_ = {};
        begin_on_leap_day(time);
        look();
        look_after(500ms);
        EXPECT_EQ(told(), expected) << time;
    }
}

TEST_F(Following, ALeapSecondThatAnEarlierRunArmedStaysWhereThereIsNoTimeToDoItAnew) {
    begin_on_leap_day("23:59:57");
    kernel_.insert = true;
    look();
    EXPECT_EQ(told(), LeapKind::kInsert);
}

TEST_F(Following, ALeapSecondThatAnEarlierRunArmedForTodayIsNotCalledWithdrawn) {
    begin_on_leap_day("12:00:00");
    kernel_.insert = true;
    EXPECT_THAT(kinds(look()), ElementsAre(Kind::kFollowing));
    look_after(1s);
    look_after(1s);
    EXPECT_EQ(told(), LeapKind::kInsert);
}

TEST_F(Following, TheWrongKindIsTakenBackAtAnyTime) {
    begin_on_leap_day("23:59:55", LeapKind::kDelete);
    kernel_.insert = true;
    EXPECT_THAT(kinds(look()), ElementsAre(Kind::kLeapWithdrawn, Kind::kFollowing));
    EXPECT_EQ(told(), LeapKind::kNone);
}

TEST_F(Following, ALeapSecondIsNotArmedOnAClockThatIsHalfASecondOff) {
    follower_ = Follower{{.steps_at_start = false}};
    begin_on_leap_day("12:00:00");
    ahead_ = 600ms;
    look();
    look_after(1s);
    EXPECT_EQ(told(), LeapKind::kNone);
    ahead_ = 100ms;
    look_after(1s);
    look_after(1s);
    EXPECT_EQ(told(), LeapKind::kInsert);
}

TEST_F(Following, NothingIsTouchedAboutALeapSecond) {
    begin_on_leap_day("23:59:50");
    look();
    look_after(1s);
    now_ += 7300ms;  // 23:59:58.3
    for (int i = 0; i < 10; ++i) {
        ahead_ = i % 2 == 0 ? 300ms : 0ms;  // whatever the clock shows
        EXPECT_FALSE(look_after(400ms).adjustment) << i;
    }
    ahead_ = 0ms;
    look_after(1s);
    EXPECT_EQ(told(), LeapKind::kNone);
}

TEST_F(Following, WhileTimeIsLostAFlagOfTodayStaysAndOneOfYesterdayGoes) {
    begin_on_leap_day("12:00:00");
    look();
    look_after(1s);
    ASSERT_EQ(told(), LeapKind::kInsert);
    state_.valid_until = LocalInstant::min();
    look_after(1s);
    EXPECT_EQ(told(), LeapKind::kInsert);
    look_after(12h + 5s);
    EXPECT_EQ(told(), LeapKind::kNone);
    EXPECT_EQ(follower_.report().state, FollowerState::kUnsynchronised);
}

TEST_F(Following, NeverSynchronisedNothingIsKnownToBeWrong) {
    begin("2026-12-31T12:00:00Z");
    state_.ever_synchronised = false;
    kernel_.insert = true;
    kernel_.rate = {4711, 10'001};
    const KernelAdjustment told = *follower_.look(clocks(), kernel_, state_, table_).adjustment;
    EXPECT_EQ(told.rate, kernel_.rate);
    EXPECT_EQ(told.leap, LeapKind::kInsert);
    EXPECT_TRUE(told.unsynchronised);
    EXPECT_EQ(told.max_error, kUnsynchronisedError);
    EXPECT_EQ(told.step, 0ns);
    EXPECT_FALSE(follower_.release(kernel_, state_));
}

TEST_F(Following, ReleaseKeepsWhatTheKernelWasToldButTheSlew) {
    begin("2026-11-28T07:00:00Z");
    state_.model.rate = rate_from_ppm(20.0);
    state_.model.slew_rate = rate_from_ppm(100.0);
    state_.model.slew_end = kStart + 8s;
    ahead_ = 50ms;
    look();
    const KernelAdjustment last = follower_.release(kernel_, state_).value();
    EXPECT_NEAR(ppm_from_rate(rate_from(last.rate)), 20.0, 0.001);
    EXPECT_FALSE(last.unsynchronised);
    EXPECT_EQ(last.max_error, kernel_.max_error);
    EXPECT_EQ(last.step, 0ns);
    EXPECT_FALSE(follower_.release(kernel_, state_)) << "once";
}

class FollowingSmear : public Following {
protected:
    void begin_smear(std::string_view time, LeapKind kind = LeapKind::kInsert) {
        begin_on_leap_day(time, kind);
        state_.scale = ServedScale::around(state_.model.anchor_tai, table_, {.mode = LeapMode::kSmear, .smear = 60min});
    }
    Duration from_utc() const { return state_.scale.offset_from_utc_at(state_.model.tai_at(now_)); }
};

TEST_F(FollowingSmear, KeepsTheHostInUtcAndArmsTheKernelUnlessItIsToBeSmeared) {
    begin_smear("23:30:00");
    look();
    look_after(1s);
    EXPECT_EQ(told(), LeapKind::kInsert);
    EXPECT_EQ(follower_.report().offset, 0ns);
    EXPECT_EQ(follower_.report().rate, 0);
}

TEST_F(FollowingSmear, ShowsSmearedTimeAndHasNoLeapSecondToCarryOut) {
    for (const LeapKind kind : {LeapKind::kInsert, LeapKind::kDelete}) {
        SCOPED_TRACE(static_cast<int>(kind));
        follower_.set_smeared(true);
        begin_smear("23:30:00", kind);
        ahead_ = from_utc();
        const Follower::Answer answer = look_after(1s);
        ASSERT_TRUE(answer.adjustment);
        EXPECT_EQ(told(), LeapKind::kNone);
        EXPECT_LT(std::chrono::abs(follower_.report().offset), 1ms);
        const double ppm = ppm_from_rate(follower_.report().rate);
        EXPECT_NEAR(ppm, kind == LeapKind::kInsert ? -277.8 : 277.8, 80.0) << "the rest of a second's smear is slewed";
    }
}

TEST_F(FollowingSmear, GoesOnWithoutAPauseThroughTheEndOfTheSmear) {
    follower_.set_smeared(true);
    begin_smear("23:59:50");
    ahead_ = from_utc();
    for (int second = 0; second < 9; ++second) {
        ahead_ = from_utc();
        EXPECT_TRUE(look_after(1s).adjustment) << second << ": the seconds before the leap are like any others";
        EXPECT_EQ(told(), LeapKind::kNone);
    }
    now_ += 3s;  // 00:00:01
    ahead_ = 0ns;
    EXPECT_EQ(follower_.look(clocks(), kernel_, state_, table_).adjustment->tai_minus_utc, 38);
    EXPECT_EQ(follower_.report().offset, 0ns);
}

TEST_F(Following, DoesNotLeaveAStaleLeapFlagToAKernelThatNobodyKnowsTheTimeOf) {
    kernel_.insert = true;
    begin("2026-11-30T12:00:00Z");
    state_.ever_synchronised = false;
    EXPECT_EQ(look().adjustment->leap, LeapKind::kNone) << "November";
    begin("2026-12-30T12:00:00Z");
    state_.ever_synchronised = false;
    kernel_.insert = true;
    EXPECT_EQ(follower_.look(clocks(), kernel_, state_, table_).adjustment->leap, LeapKind::kNone) << "a day early";
    begin("2026-12-31T12:00:00Z");
    state_.ever_synchronised = false;
    look_after(2s);
    EXPECT_EQ(told(), LeapKind::kInsert) << "an earlier run may have known";
}

}  // namespace
}  // namespace tokimori
