#include "server/clock/rate_history.h"

#include <gtest/gtest.h>

namespace tokimori {
namespace {

using namespace std::chrono_literals;

constexpr LocalInstant kBegin{1000s};
constexpr double kExact = 1e-6;  // ppm
constexpr Rate kBound = rate_from_ppm(1.1);

class RateHistoryTest : public ::testing::Test {
protected:
    /// Once a minute in [from, to).
    void note(Duration from, Duration to, double ppm) {
        for (Duration t = from; t < to; t += 1min) {
            rates_.note(kBegin + t, rate_from_ppm(ppm), kBound);
        }
    }

    RateHistory rates_;
};

TEST_F(RateHistoryTest, KnowsNoUnrestBeforeItSawAnything) {
    EXPECT_EQ(rates_.range_ppm(), 0.0);
    EXPECT_EQ(rates_.unrest(), 0);
}

TEST_F(RateHistoryTest, KnowsNoUnrestOfACrystalThatStandsStill) {
    note(0h, 48h, -37.5);
    EXPECT_EQ(rates_.range_ppm(), 0.0);
}

TEST_F(RateHistoryTest, DoesNotTakeTheSearchOfTheFirstTenMinutesForUnrest) {
    note(0min, 10min, 400.0);
    note(10min, 20min, 20.0);
    EXPECT_EQ(rates_.range_ppm(), 0.0);
}

TEST_F(RateHistoryTest, SeesHowFarTheRateMovedAndBack) {
    note(0h, 1h, 20.0);
    note(1h, 2h, 23.5);
    note(2h, 3h, 19.0);
    EXPECT_NEAR(rates_.range_ppm(), 4.5, kExact);
}

TEST_F(RateHistoryTest, SeesAMoveWithinHalfAnHour) {
    note(0min, 40min, 20.0);
    note(40min, 41min, 22.0);
    note(41min, 60min, 20.0);
    EXPECT_NEAR(rates_.range_ppm(), 2.0, kExact);
}

TEST_F(RateHistoryTest, ExpectsNothingMoreWhereThePpmOfEveryBoundCoversIt) {
    note(0h, 1h, 20.0);
    note(1h, 2h, 20.9);
    EXPECT_EQ(rates_.unrest(), 0);
}

TEST_F(RateHistoryTest, ExpectsWhatItSawLessThePpmOfEveryBound) {
    note(0h, 1h, 20.0);
    note(1h, 2h, 23.0);
    EXPECT_NEAR(ppm_from_rate(rates_.unrest()), 2.0, kExact);
}

TEST_F(RateHistoryTest, RemembersADay) {
    note(0h, 1h, 20.0);
    note(1h, 24h, 25.0);
    EXPECT_NEAR(rates_.range_ppm(), 5.0, kExact);
}

TEST_F(RateHistoryTest, ForgetsWhatIsMoreThanADayAndAHalfHourAgo) {
    note(0h, 1h, 20.0);
    note(1h, 26h, 25.0);
    EXPECT_EQ(rates_.range_ppm(), 0.0);
}

TEST_F(RateHistoryTest, ForgetsAllBeforeAGapOfDays) {
    note(0h, 2h, 20.0);
    note(72h, 73h, 30.0);
    EXPECT_EQ(rates_.range_ppm(), 0.0);
}

TEST_F(RateHistoryTest, KeepsWhatItSawWhenTimeRunsBackwards) {
    note(0h, 2h, 20.0);
    note(1h, 1h + 1min, 22.0);
    note(-48h, -47h, 90.0);
    EXPECT_NEAR(rates_.range_ppm(), 2.0, kExact) << "of what came before it began it knows nothing";
}

TEST_F(RateHistoryTest, TakesTheSameInstantTwice) {
    note(0h, 1h, 20.0);
    rates_.note(kBegin + 1h, rate_from_ppm(20.0), kBound);
    rates_.note(kBegin + 1h, rate_from_ppm(21.5), kBound);
    EXPECT_NEAR(rates_.range_ppm(), 1.5, kExact);
}

TEST_F(RateHistoryTest, LearnsNothingFromARateThatIsHardlyKnown) {
    note(0h, 1h, 20.0);
    rates_.note(kBegin + 1h, rate_from_ppm(220.0), rate_from_ppm(200.0));
    EXPECT_EQ(rates_.range_ppm(), 0.0);
}

TEST_F(RateHistoryTest, HoldsTheWorstCrystals) {
    note(0h, 1h, -500.0);
    note(1h, 2h, 500.0);
    EXPECT_NEAR(ppm_from_rate(rates_.unrest()), 999.0, kExact);
}

}  // namespace
}  // namespace tokimori
