#include <gtest/gtest.h>

#include "tests/clock/bench.h"

namespace tokimori {
namespace {

using namespace std::chrono_literals;

// What survives a restart, and what it is worth.
class Memory : public Bench {
protected:
    using Bench::Bench;

    /// A clock that has served for a minute, and what it remembers.
    ClockMemory minute() {
        clock_.set_sources({gps()});
        feed(0, 60);
        return clock_.memory().value();
    }
    /// The next one begins.
    void restart(const ClockMemory& memory, bool same_boot, Duration later, SourceSettings source = gps()) {
        clock_ = Timekeeper{laboratory(), LeapTable::built_in(), at(later)};
        clock_.recall(memory, same_boot);
        clock_.set_sources({source});
    }
};

TEST_F(Memory, HoldsNothingBeforeTheTimeIsKnown) {
    EXPECT_FALSE(clock_.memory());
    clock_.set_sources({gps()});
    feed(0, 2);
    EXPECT_FALSE(clock_.memory());
}

TEST_F(Memory, HoldsTheInstantThatIsServed) {
    const ClockMemory memory = minute();
    EXPECT_EQ(memory.saved_local, at(59s + 900ms));
    EXPECT_LE(std::chrono::abs(memory.saved - truth(59s + 900ms)), 1us);
}

TEST_F(Memory, HoldsWhatIsServed) {
    const ClockMemory memory = minute();
    EXPECT_EQ(memory.valid_until, clock_.state().valid_until);
    EXPECT_EQ(memory.refid, reference_id("GPS"));
    EXPECT_EQ(memory.stratum, 1);
    EXPECT_EQ(memory.model.tai_at(at(100s)), clock_.state().model.tai_at(at(100s)));
}

TEST_F(Memory, HoldsTheFrequencyWithinItsBound) {
    clock_.set_sources({gps()});
    for (int second = 0; second < 120; ++second) {
        behind_[1] = -second * 20us;
        feed(second, second + 1);
    }
    const ClockMemory memory = clock_.memory().value();
    EXPECT_NEAR(ppm_from_rate(memory.rate), 20.0, 0.1);
    EXPECT_GE(ppm_from_rate(memory.rate_bound), 1.0);
}

TEST_F(Memory, ServesAtOnceInTheSameBoot) {
    const ClockMemory memory = minute();
    restart(memory, true, 65s);
    EXPECT_TRUE(serving_at(65s));
    EXPECT_EQ(clock_.state().stratum, 1);
    EXPECT_EQ(clock_.state().refid, reference_id("GPS"));
    EXPECT_LE(std::chrono::abs(error_at(65s)), 1us);
}

TEST_F(Memory, IsWorthNoMoreThanHadTheProgramNeverEnded) {
    const ClockMemory memory = minute();
    const Duration bound = clock_.state().root_distance_at(at(1000s));
    restart(memory, true, 1000s);
    EXPECT_EQ(clock_.state().root_distance_at(at(1000s)), bound);
    EXPECT_EQ(clock_.state().valid_until, memory.valid_until);
}

TEST_F(Memory, GoesOnByItselfUntilSomebodyIsHeard) {
    const ClockMemory memory = minute();
    restart(memory, true, 1000s);
    EXPECT_EQ(clock_.clock_state(), ClockState::kHoldover);
    feed(1000, 1010);
    EXPECT_EQ(clock_.clock_state(), ClockState::kSynchronised);
}

TEST_F(Memory, ServesUtcAtOnceInTheSameBoot) {
    const ClockMemory memory = minute();
    const auto timestamp = clock_.state().scale.at(truth(100s)).timestamp;
    restart(memory, true, 65s);
    EXPECT_EQ(clock_.state().scale.at(truth(100s)).timestamp, timestamp);
}

TEST_F(Memory, IsCarriedOnWithoutAStepInTheSameBoot) {
    const ClockMemory memory = minute();
    restart(memory, true, 65s);
    for (int second = 65; second < 80; ++second) {
        const TaiInstant served = clock_.state().model.tai_at(at(seconds(second)));
        feed(second, second + 1);
        EXPECT_TRUE(serving_at(seconds(second)));
        EXPECT_LE(std::chrono::abs(clock_.state().model.tai_at(at(seconds(second))) - served), 1us) << second;
    }
    EXPECT_EQ(clock_.selected(), SourceId{1});
}

TEST_F(Memory, KnowsTheSecondInTheSameBoot) {
    const ClockMemory memory = minute();
    restart(memory, true, 65s);
    lies_[1] = 1s;
    feed(65, 120);
    EXPECT_EQ(report().reason, Reason::kWrongSecond);
    EXPECT_LE(std::chrono::abs(error_at(120s)), clock_.state().root_distance_at(at(120s)));
}

TEST_F(Memory, DoesNotServePastItsDeadlineInTheSameBoot) {
    const ClockMemory memory = minute();
    restart(memory, true, 25h);
    EXPECT_FALSE(serving_at(25h));
    clock_.advance(at(25h));
    EXPECT_EQ(clock_.clock_state(), ClockState::kUnsynchronised);
}

TEST_F(Memory, DoesNotServeInAnotherBoot) {
    const ClockMemory memory = minute();
    restart(memory, false, 65s);
    EXPECT_FALSE(serving_at(65s));
    EXPECT_EQ(clock_.clock_state(), ClockState::kNeverSynchronised);
    EXPECT_FALSE(clock_.memory());
}

TEST_F(Memory, IsOfAnotherBootWhereTheCounterWentBack) {
    const ClockMemory memory = minute();
    restart(memory, true, -999s);
    EXPECT_FALSE(serving_at(-999s));
}

TEST_F(Memory, NarrowsTheFrequencyInAnotherBoot) {
    const ClockMemory memory = minute();
    restart(memory, false, 65s, sentences());
    feed(65, 80, 1, false);
    EXPECT_LT(clock_.report().frequency_bound_ppm, 25.0);
    EXPECT_TRUE(serving_at(80s));
}

TEST_F(Memory, IsNoReasonToBeSureWhereNobodyRemembers) {
    clock_.set_sources({sentences()});
    feed(65, 80, 1, false);
    EXPECT_GT(clock_.report().frequency_bound_ppm, 1000.0);
}

TEST_F(Memory, OfAnotherCrystalIsNotBelievedAgainstWhatIsSeen) {
    ClockMemory memory = minute();
    memory.rate = rate_from_ppm(-400.0);
    memory.rate_bound = rate_from_ppm(1.0);
    restart(memory, false, 65s);
    feed(65, 130);
    EXPECT_NEAR(clock_.report().frequency_ppm, 0.0, 0.1);
    EXPECT_LE(std::chrono::abs(error_at(130s)), clock_.state().root_distance_at(at(130s)));
}

TEST_F(Memory, OfACrystalThatIsSomewhatAnotherBendsNoLine) {
    ClockMemory memory = minute();
    memory.rate = rate_from_ppm(-35.0);
    memory.rate_bound = rate_from_ppm(1.0);
    restart(memory, false, 65s);
    int served = 0;
    for (int second = 65; second < 140; ++second) {
        feed(second, second + 1);
        if (serving_at(seconds(second + 1))) {
            ++served;
            EXPECT_NEAR(clock_.report().frequency_ppm, 0.0, 0.5) << second;
        }
    }
    EXPECT_GT(served, 60);
}

TEST_F(Memory, OfLostTimeServesNothing) {
    minute();
    clock_.lose_time(at(60s));
    if (const auto memory = clock_.memory()) {
        restart(*memory, true, 61s);
    }
    EXPECT_FALSE(serving_at(61s));
}

class Floor : public Memory {
protected:
    /// A clock outside of a laboratory, in another boot, and a source whose date lies `back` before the memory.
    Reason reason_of_dates(Duration back, bool in_a_laboratory = false) {
        const ClockMemory memory = minute();
        Timekeeper::Settings settings = laboratory();
        if (!in_a_laboratory) {
            settings.floor = parse_utc("2020-01-01T00:00:00Z").value().second.day;
        }
        clock_ = Timekeeper{settings, LeapTable::built_in(), kStart};
        clock_.set_sources({gps()});
        clock_.recall(memory, false);
        lies_[1] = -std::chrono::duration_cast<std::chrono::seconds>(back);
        feed(0, 20);
        return report().reason;
    }
};

TEST_F(Floor, IsTheDayOfTheLastTrustedTime) {
    EXPECT_EQ(reason_of_dates(48h), Reason::kBeforeLastTime);
    EXPECT_FALSE(serving_at(20s));
}

TEST_F(Floor, BelievesTheSameDayAgain) {
    EXPECT_EQ(reason_of_dates(1h), Reason::kSelected);
}

TEST_F(Floor, DoesNotMatterInALaboratory) {
    EXPECT_EQ(reason_of_dates(48h, true), Reason::kSelected);
}

TEST_F(Floor, IsNotLoweredByAnOlderMemory) {
    Timekeeper::Settings settings = laboratory();
    settings.floor = parse_utc("2026-11-23T00:00:00Z").value().second.day;
    const ClockMemory memory = minute();
    clock_ = Timekeeper{settings, LeapTable::built_in(), kStart};
    clock_.recall(memory, false);
    clock_.set_sources({gps()});
    feed(0, 20);
    EXPECT_EQ(report().reason, Reason::kWrongWeek);
}

}  // namespace
}  // namespace tokimori
