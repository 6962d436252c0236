#include "server/daemon/system_clock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "tests/daemon/virtual_kernel.h"

namespace tokimori {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr Duration kTick = 1240ms;   // as seldom as the clock service turns
constexpr Duration kDistance = 5us;  // what our own time is good for

std::int64_t posix(std::string_view utc) {
    const UtcTime time = parse_utc(utc).value();
    return (std::int64_t{time.second.day} * kSecondsPerDay + time.second.second) * VirtualKernel::kSecond;
}

LeapTable with(LeapKind kind, std::string_view day) {
    return LeapTable::built_in().with_event({parse_utc(day)->second.day, kind});
}

/// A host with a kernel of its own, whose true time is known, and a daemon's system clock on it.
class Host : public ::testing::Test {
protected:
    /// It is `now`; the host shows `shown`; the crystal goes `crystal_ppm` too slowly.
    void begin(std::string_view now, std::string_view shown, double crystal_ppm = 0.0,
               const LeapTable& table = LeapTable::built_in()) {
        kernel_ = VirtualKernel{posix(shown)};
        table_ = table;
        const LocalInstant local{Duration{kernel_.clocks().raw}};
        state_.model = {.anchor_local = local,
                        .anchor_tai = table_.tai_at(*parse_utc(now)).value(),
                        .rate = rate_from_ppm(crystal_ppm),
                        .slew_end = local,
                        .dispersion = kDistance};
        clock_.configure(configuration_, state_);
    }
    void synchronise() {
        state_.ever_synchronised = true;
        state_.valid_until = LocalInstant::max();
    }
    void lose() { state_.valid_until = LocalInstant::min(); }

    /// The daemon at its work; `each` is called 25 times a second, over long spans once a tick.
    template <typename Each>
    void run(Duration span, Each each) {
        const int parts = span > 10min ? 1 : 31;
        for (Duration passed{}; passed < span; passed += kTick) {
            for (int i = 0; i < parts; ++i) {
                kernel_.pass(kTick / parts);
                each();
            }
            clock_.follow(counter_.keep(), state_, table_);
        }
    }
    void run(Duration span) {
        run(span, [] {});
    }
    /// Likewise, and CLOCK_REALTIME is never further off than the kernel says.
    void run_within_bound(Duration span) {
        run(span, [this] {
            if (kernel_.synchronised()) {
                ASSERT_LE(std::abs(error()), kernel_.told().maxerror * 1'000) << utc();
            }
        });
    }
    void run_until(std::string_view utc) { run(Duration{posix(utc) - truth()}); }

    LocalInstant local() const { return LocalInstant{Duration{kernel_.clocks().raw}}; }
    TaiInstant tai() const { return state_.model.tai_at(local()); }
    std::string utc() const { return format_utc(table_.utc_at(tai()), 3); }
    /// True UTC as POSIX counts it.
    std::int64_t truth() const {
        const UtcTime now = table_.utc_at(tai());
        return (std::int64_t{now.second.day} * kSecondsPerDay + std::min(now.second.second, kSecondsPerDay - 1)) *
                   VirtualKernel::kSecond +
               now.nanosecond;
    }
    /// Of CLOCK_REALTIME, ns.
    std::int64_t error() const { return kernel_.realtime() - truth(); }
    bool has_flag(int flag) const { return (kernel_.told().status & flag) != 0; }
    unsigned said(std::string_view event) const {
        return static_cast<unsigned>(std::count_if(lines_.begin(), lines_.end(), [&](const std::string& line) {
            return line.find(' ' + std::string(event) + ' ') != std::string::npos;
        }));
    }

    VirtualKernel kernel_{0};
    LeapTable table_ = LeapTable::built_in();
    ServerState state_;
    Configuration configuration_;
    std::vector<std::string> lines_;
    Log log_{[this](std::string_view line) { lines_.emplace_back(line); }, LogLevel::kInfo, nullptr};
    Counter counter_{[this] { return kernel_.clocks(); }};
    SystemClock clock_{counter_, log_, [this](timex& call) { return kernel_.adjust(call); }};
};

TEST_F(Host, AClockThatIsYearsOffIsSetOnceAndThenRight) {
    begin("2026-11-28T07:00:00Z", "1970-01-03T00:00:00Z", 12.5);
    run(10s);
    EXPECT_FALSE(kernel_.synchronised());
    EXPECT_EQ(said("system_clock_set"), 0U);
    synchronise();
    run(500ms);
    EXPECT_LE(std::abs(error()), 1'500);
    run_within_bound(60s);
    EXPECT_LE(std::abs(error()), 200);
    EXPECT_EQ(said("system_clock_set"), 1U);
    EXPECT_TRUE(kernel_.synchronised());
    EXPECT_LE(kernel_.told().maxerror, 1'500);
    EXPECT_EQ(kernel_.told().tai, 37);
    EXPECT_NEAR(kernel_.ppm(), 12.5, 0.01);
    EXPECT_EQ(clock_.report().state, FollowerState::kFollowing);
    EXPECT_EQ(clock_.report().interventions, 0U);
}

TEST_F(Host, ACrystalBeyondTheReachOfTheFrequencyIsSteeredByTheTickToo) {
    for (const double crystal : {730.0, -950.0}) {
        begin("2026-11-28T07:00:00Z", "2026-11-28T07:00:00Z", crystal);
        synchronise();
        run(80s);
        EXPECT_LE(std::abs(error()), 200) << crystal;
        EXPECT_NEAR(kernel_.ppm(), crystal, 0.1);
        EXPECT_NE(kernel_.told().tick, 10'000);
    }
}

TEST_F(Host, ASmallErrorIsSlewedAndNotStepped) {
    begin("2026-11-28T07:00:00Z", "2026-11-28T07:00:00Z", 20.0);
    kernel_.move(-100ms);
    synchronise();
    double fastest = 0.0;
    run(150s, [&] { fastest = std::max(fastest, std::abs(kernel_.ppm() - 20.0)); });
    EXPECT_LE(fastest, 500.01);
    EXPECT_NEAR(static_cast<double>(error()) * 1e-6, -25.0, 2.0);  // 500 ppm of 150 s
    run_within_bound(150s);
    EXPECT_LE(std::abs(error()), 1'000);
    EXPECT_EQ(said("system_clock_set"), 0U);
}

TEST_F(Host, WhatLiesWithinOurOwnBoundIsNotSteppedOn) {
    begin("2026-11-28T07:00:00Z", "2026-11-28T07:00:00Z");
    kernel_.move(300ms);
    state_.model.dispersion = 450ms;
    synchronise();
    run(10s);
    EXPECT_EQ(said("system_clock_set"), 0U);
    state_.model.dispersion = kDistance;
    run(1s);
    EXPECT_EQ(said("system_clock_set"), 1U);
}

TEST_F(Host, AnotherProgramsStepIsToldAtTheNextLookAndMendedByAStepWhereThatIsAllowed) {
    configuration_.system_clock_step = SystemClockStep::kAlways;
    begin("2026-11-28T07:00:00Z", "2026-11-28T07:00:00Z", -7.0);
    synchronise();
    run(60s);
    kernel_.move(-3600s);
    EXPECT_FALSE(kernel_.synchronised());
    run(1s);
    EXPECT_EQ(said("system_clock_moved"), 1U);
    EXPECT_EQ(said("system_clock_set"), 1U);
    EXPECT_LE(std::abs(error()), 1'500);
    EXPECT_TRUE(kernel_.synchronised());
    EXPECT_EQ(clock_.report().interventions, 1U);
    EXPECT_TRUE(clock_.report().last_intervention);
    run_within_bound(60s);
    EXPECT_EQ(said("system_clock_moved"), 1U);
}

TEST_F(Host, AfterTheStartAnotherProgramsStepIsToldAndOnlySlewed) {
    begin("2026-11-28T07:00:00Z", "2026-11-28T07:00:00Z");
    synchronise();
    run(10s);
    kernel_.move(600ms);
    run(1s);
    EXPECT_EQ(said("system_clock_moved"), 1U);
    EXPECT_EQ(said("system_clock_set"), 0U);
    EXPECT_THAT(lines_,
                Contains(AllOf(HasSubstr("far off"), HasSubstr("off by no more than served time itself may be"))));
    EXPECT_EQ(clock_.report().state, FollowerState::kFarOff);
    run_within_bound(1300s);
    EXPECT_LE(std::abs(error()), 1'000);
    EXPECT_EQ(clock_.report().state, FollowerState::kFollowing);
    kernel_.move(5s);
    run(10s);
    EXPECT_FALSE(kernel_.synchronised()) << "five seconds off is nothing to vouch for";
    EXPECT_TRUE(clock_.request_step());
    run(1s);
    EXPECT_EQ(said("system_clock_set"), 1U);
    EXPECT_LE(std::abs(error()), 1'500);
}

TEST_F(Host, WhereStepsAreForbiddenEvenTheStartIsSlewed) {
    configuration_.system_clock_step = SystemClockStep::kNever;
    begin("2026-11-28T07:00:00Z", "2026-11-28T07:00:02Z");
    synchronise();
    run(60s);
    EXPECT_EQ(said("system_clock_set"), 0U);
    EXPECT_NEAR(static_cast<double>(error()) * 1e-9, 2.0 - 60 * 500e-6, 1e-3);
}

TEST_F(Host, OtherLoopsOfTheKernelAreEndedAndTold) {
    begin("2026-11-28T07:00:00Z", "2026-11-28T07:00:00Z");
    timex pll{};
    pll.modes = ADJ_OFFSET | ADJ_STATUS;
    pll.status = STA_PLL;
    pll.offset = 400'000;
    kernel_.adjust(pll);
    synchronise();
    run(90s);
    EXPECT_FALSE(has_flag(STA_PLL));
    EXPECT_LE(std::abs(error()), 200);
    EXPECT_EQ(said("system_clock_contested"), 0U) << "it was there before us";

    pll.modes = ADJ_OFFSET | ADJ_STATUS;
    pll.status = STA_PLL;
    pll.offset = 400'000;
    kernel_.adjust(pll);
    run(1s);
    EXPECT_EQ(said("system_clock_contested"), 1U);
    EXPECT_FALSE(has_flag(STA_PLL));
    run(120s);
    EXPECT_LE(std::abs(error()), 200);
}

TEST_F(Host, AnAdjtimeOfAnotherProgramIsEndedAndTold) {
    begin("2026-11-28T07:00:00Z", "2026-11-28T07:00:00Z");
    synchronise();
    run(60s);
    timex adjtime{};
    adjtime.modes = ADJ_OFFSET_SINGLESHOT;
    adjtime.offset = 300'000;
    kernel_.adjust(adjtime);
    run(2s);
    EXPECT_GE(said("system_clock_contested"), 1U);
    run(60s);
    EXPECT_LE(std::abs(error()), 1'000);
    EXPECT_LE(clock_.report().interventions, 2U);
}

TEST_F(Host, AnotherProgramsFrequencyIsTakenBackAndTold) {
    begin("2026-11-28T07:00:00Z", "2026-11-28T07:00:00Z");
    synchronise();
    run(60s);
    timex frequency{};
    frequency.modes = ADJ_FREQUENCY;
    frequency.freq = 100 * 65'536;
    kernel_.adjust(frequency);
    run(1s);
    EXPECT_EQ(said("system_clock_contested"), 1U);
    run(60s);
    EXPECT_LE(std::abs(error()), 200);
    EXPECT_EQ(clock_.report().interventions, 1U);
}

TEST_F(Host, OurOwnStepsAndSlewsAreNobodyElses) {
    begin("2026-11-28T07:00:00Z", "2026-11-27T07:00:00Z", 33.0);
    synchronise();
    run(30s);
    state_.model.slew_rate = rate_from_ppm(500.0);
    state_.model.slew_end = local() + 8s;
    run(30s);
    EXPECT_EQ(clock_.report().interventions, 0U);
}

TEST_F(Host, ASleepOfTheHostIsNoIntervention) {
    begin("2026-11-28T07:00:00Z", "2026-11-28T07:00:00Z");
    synchronise();
    run(10s);
    kernel_.sleep(1h);
    lose();
    run(10s);
    EXPECT_EQ(clock_.report().interventions, 0U);
}

TEST_F(Host, UnsynchronisedTheClockRunsFreelyAtItsLastSpeedAndSaysSo) {
    begin("2026-11-28T07:00:00Z", "2026-11-28T07:00:00Z", 40.0);
    kernel_.move(-50ms);
    synchronise();
    run(20s);
    EXPECT_GT(kernel_.ppm(), 500.0);
    lose();
    run(1s);
    EXPECT_FALSE(kernel_.synchronised());
    EXPECT_EQ(kernel_.told().maxerror, 16'000'000) << "or timedatectl calls it synchronised";
    EXPECT_NEAR(kernel_.ppm(), 40.0, 1e-3);
    const int writes = kernel_.writes;
    run(100s);
    EXPECT_EQ(kernel_.writes, writes);
    synchronise();
    run_within_bound(200s);
    EXPECT_TRUE(kernel_.synchronised());
    EXPECT_LE(std::abs(error()), 1'000);
}

TEST_F(Host, BeforeTheFirstTimeTheClockKeepsItsSpeed) {
    begin("2026-11-28T07:00:00Z", "2026-11-28T07:00:00Z");
    timex drift{};
    drift.modes = ADJ_FREQUENCY;
    drift.freq = -17 * 65'536;
    kernel_.adjust(drift);
    run(10s);
    EXPECT_NEAR(kernel_.ppm(), -17.0, 1e-9);
    EXPECT_FALSE(kernel_.synchronised());
}

TEST_F(Host, TheKernelIsToldAtEveryLookAndNotMuchMoreOftenThanOnceASecond) {
    begin("2026-11-28T07:00:00Z", "2026-11-28T07:00:00Z");
    synchronise();
    run(10s);
    const int writes = kernel_.writes;
    run(60s);
    EXPECT_EQ(kernel_.writes - writes, 49);
    for (int i = 0; i < 200; ++i) {
        kernel_.pass(300ms);
        clock_.follow(counter_.keep(), state_, table_);
    }
    EXPECT_EQ(kernel_.writes - writes, 49 + 100);
}

TEST_F(Host, WithoutTheRightItSaysSoOnceAndLeavesTheClockAlone) {
    begin("2026-11-28T07:00:00Z", "2020-01-01T00:00:00Z");
    kernel_.error = EPERM;
    synchronise();
    run(60s);
    EXPECT_EQ(said("system_clock_forbidden"), 1U);
    EXPECT_THAT(lines_, ElementsAre(AllOf(HasSubstr("CAP_SYS_TIME"), HasSubstr("system_clock"))));
    EXPECT_EQ(clock_.state(), SystemClock::State::kForbidden);
    EXPECT_FALSE(clock_.request_step());
    const int calls = kernel_.calls;
    run(60s);
    EXPECT_EQ(kernel_.calls, calls);

    kernel_.error = 0;
    clock_.configure(configuration_, state_);
    run(60s);
    EXPECT_LE(std::abs(error()), 200) << "a reload tries again";
}

TEST_F(Host, ALaboratoryAndLeaveNeverTouchTheClockNorLookAtIt) {
    configuration_.lab_mode = true;
    begin("2026-11-28T07:00:00Z", "2020-01-01T00:00:00Z");
    synchronise();
    run(10s);
    configuration_.lab_mode = false;
    configuration_.system_clock = SystemClockMode::kLeave;
    clock_.configure(configuration_, state_);
    run(10s);
    clock_.release(state_);
    EXPECT_EQ(kernel_.calls, 0);
    EXPECT_THAT(lines_, IsEmpty());
    EXPECT_FALSE(clock_.request_step());
}

TEST_F(Host, WhoeverStopsLeavesNoSlewBehind) {
    begin("2026-11-28T07:00:00Z", "2026-11-28T07:00:00Z", 25.0);
    kernel_.move(100ms);
    synchronise();
    run(10s);
    EXPECT_LT(kernel_.ppm(), -400.0);
    clock_.release(state_);
    EXPECT_NEAR(kernel_.ppm(), 25.0, 1e-3);
    EXPECT_TRUE(kernel_.synchronised()) << "it was until now, and the bound grows by itself";
}

TEST_F(Host, AReloadThatLeavesTheClockAloneEndsTheSlew) {
    begin("2026-11-28T07:00:00Z", "2026-11-28T07:00:00Z");
    kernel_.move(100ms);
    synchronise();
    run(10s);
    configuration_.system_clock = SystemClockMode::kLeave;
    clock_.configure(configuration_, state_);
    EXPECT_NEAR(kernel_.ppm(), 0.0, 1e-3);
    const int calls = kernel_.calls;
    run(10s);
    EXPECT_EQ(kernel_.calls, calls);
}

// What SHM and SOCK senders stamped a second ago, while the clock is slewed this way and that.
TEST_F(Host, OldStampsKeepTheirAccuracyWhileTheClockIsSlewed) {
    begin("2026-11-28T07:00:00Z", "2026-11-28T07:00:00Z");
    kernel_.move(-6ms);
    synchronise();
    struct Stamp {
        std::int64_t realtime;
        std::int64_t raw;
    };
    std::vector<Stamp> stamps;
    run(40s, [&] {
        const ClockReading now = kernel_.clocks();
        stamps.push_back({now.realtime, now.raw});
        if (stamps.size() > 36) {  // a second and a half
            const Stamp old = stamps[stamps.size() - 37];
            const auto turned = counter_.from_realtime(old.realtime).at;
            ASSERT_TRUE(turned);
            ASSERT_LE(std::abs(turned->time_since_epoch().count() - old.raw), 50);
        }
    });
    EXPECT_LE(std::abs(error()), 200'000);
}

struct Leap {
    LeapKind kind;
    int flag;
    int tai_after;
};

class LeapSecond : public Host, public ::testing::WithParamInterface<Leap> {
protected:
    void begin_day(std::string_view now) {
        begin(now, now, 15.0, with(GetParam().kind, "2026-12-31"));
        synchronise();
        clock_.follow(counter_.keep(), state_, table_);
    }
    /// The kernel's clock shows what UTC by POSIX shows, but for the moments in which the kernel has not noticed yet.
    void run_right_until(std::string_view utc) {
        unsigned wrong = 0;
        const Duration left = table_.tai_at(*parse_utc(utc)).value() - tai();
        run(left, [&] { wrong += std::abs(error()) > 10'000 ? 1U : 0U; });
        EXPECT_LE(wrong, 1U);
    }
};

TEST_P(LeapSecond, IsCarriedOutByTheKernelOnItsDayAndTheFlagIsClearedInTime) {
    begin_day("2026-12-30T23:59:00Z");
    run_right_until("2026-12-30T23:59:59Z");
    EXPECT_FALSE(has_flag(STA_INS | STA_DEL)) << "a day early would be a leap second too many";
    run_right_until("2026-12-31T00:00:20Z");
    EXPECT_TRUE(has_flag(GetParam().flag));
    run_right_until("2026-12-31T23:59:30Z");
    EXPECT_EQ(kernel_.told().tai, 37);
    EXPECT_TRUE(has_flag(GetParam().flag));
    const ClockReading before = kernel_.clocks();
    run_right_until("2027-01-01T00:00:03Z");
    const ClockReading after = kernel_.clocks();
    EXPECT_EQ(kernel_.told().tai, GetParam().tai_after);
    EXPECT_FALSE(has_flag(STA_INS | STA_DEL)) << utc();
    const auto slewed = static_cast<double>((after.monotonic - before.monotonic) - (after.raw - before.raw));
    EXPECT_NEAR(slewed, 33e9 * 15e-6, 100e3) << "CLOCK_MONOTONIC knows no leap";
    EXPECT_EQ(said("system_clock_leap"), 2U) << "armed, done";
    EXPECT_EQ(clock_.report().interventions, 0U);
    run_right_until("2027-01-02T00:00:03Z");
    EXPECT_TRUE(kernel_.synchronised());
    EXPECT_EQ(said("system_clock_leap"), 2U);
    EXPECT_EQ(kernel_.told().tai, GetParam().tai_after);
}

TEST_P(LeapSecond, CountsAlsoForADaemonThatIsStartedOnTheDay) {
    begin_day("2026-12-31T23:59:30Z");
    run_right_until("2027-01-01T00:00:10Z");
    EXPECT_EQ(kernel_.told().tai, GetParam().tai_after);
    EXPECT_FALSE(has_flag(STA_INS | STA_DEL));
    EXPECT_EQ(said("system_clock_set"), 0U);
}

TEST_P(LeapSecond, IsArmedAnewAfterTheClockWasSetOnTheDay) {
    configuration_.system_clock_step = SystemClockStep::kAlways;
    begin_day("2026-12-31T23:50:00Z");
    run(30s);
    EXPECT_TRUE(has_flag(GetParam().flag));
    kernel_.move(1h);  // into the next day
    run(5s);
    EXPECT_LE(std::abs(error()), 2'000);
    EXPECT_TRUE(has_flag(GetParam().flag));
    run_until("2026-12-31T23:59:00Z");
    EXPECT_EQ(kernel_.told().tai, 37);
    run_right_until("2027-01-01T00:00:10Z");
    EXPECT_EQ(kernel_.told().tai, GetParam().tai_after);
    EXPECT_EQ(said("system_clock_set"), 1U);
}

TEST_P(LeapSecond, ThatTheKernelForgetsIsMadeUpForAtOnce) {
    begin_day("2026-12-31T23:59:00Z");
    kernel_.forgets_leap_seconds = true;
    run(70s);
    EXPECT_LE(std::abs(error()), 2'000);
    EXPECT_EQ(kernel_.told().tai, GetParam().tai_after);
    EXPECT_THAT(lines_, Contains(HasSubstr("did not carry out")));
    EXPECT_EQ(said("system_clock_set"), 1U);
    EXPECT_FALSE(has_flag(STA_INS | STA_DEL));
}

TEST_P(LeapSecond, IsStillCarriedOutIfTimeIsLostOnItsDay) {
    begin_day("2026-12-31T12:00:00Z");
    run(30s);
    lose();
    run(10s);
    EXPECT_TRUE(has_flag(GetParam().flag));
    run(12h);
    EXPECT_EQ(kernel_.told().tai, GetParam().tai_after);
    EXPECT_FALSE(has_flag(STA_INS | STA_DEL)) << "never stale";
    EXPECT_FALSE(kernel_.synchronised());
    EXPECT_LE(std::abs(error()), 100'000);
}

TEST_P(LeapSecond, ThatIsTakenBackOnTheDayIsWithdrawn) {
    begin_day("2026-12-31T12:00:00Z");
    run(30s);
    EXPECT_TRUE(has_flag(GetParam().flag));
    table_ = LeapTable::built_in();
    run(1s);
    EXPECT_FALSE(has_flag(STA_INS | STA_DEL));
    EXPECT_THAT(lines_, Contains(HasSubstr("not due; withdrawn")));
    run(12h);
    EXPECT_LE(std::abs(error()), 2'000);
    EXPECT_EQ(kernel_.told().tai, 37);
}

INSTANTIATE_TEST_SUITE_P(BothKinds, LeapSecond,
                         ::testing::Values(Leap{LeapKind::kInsert, STA_INS, 38}, Leap{LeapKind::kDelete, STA_DEL, 36}),
                         [](const auto& kind) { return kind.param.kind == LeapKind::kInsert ? "Insert" : "Delete"; });

TEST_F(Host, AFlagThatSomebodyLeftBehindIsCleared) {
    begin("2026-12-31T12:00:00Z", "2026-12-31T12:00:00Z");
    timex flags{};
    flags.modes = ADJ_STATUS;
    flags.status = STA_INS | STA_UNSYNC;
    kernel_.adjust(flags);
    synchronise();
    run(1s);
    EXPECT_FALSE(has_flag(STA_INS));
    EXPECT_THAT(lines_, Contains(HasSubstr("not due; withdrawn")));
    run(12h + 10s);
    EXPECT_EQ(kernel_.told().tai, 37);
    EXPECT_LE(std::abs(error()), 2'000);
}

}  // namespace
}  // namespace tokimori
