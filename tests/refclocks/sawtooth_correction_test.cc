#include "refclocks/sawtooth_correction.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <random>
#include <vector>

namespace tokimori {
namespace {

using namespace std::chrono_literals;
using Sign = SawtoothCorrection::Sign;

/// A receiver whose pulses miss the second by its sawtooth, on a counter that runs 20 ppm fast.
class SawtoothTest : public ::testing::Test {
protected:
    /// One pulse; what it was corrected to lies this far from where it should, ns.
    double pulse(double jitter, int told_sign = 1, bool lies = false) {
        const std::int64_t error = std::uniform_int_distribution<std::int64_t>{-10'500, 10'500}(random_);
        const std::int64_t told = lies ? std::uniform_int_distribution<std::int64_t>{-10'500, 10'500}(random_) : error;
        ++second_;
        const double truth = static_cast<double>(second_) * 1.00002e9;
        const double at = truth - static_cast<double>(error) / 1e3 + jitter * std::normal_distribution{}(random_);
        const LocalInstant edge{Duration{std::llround(at)}};
        const SawtoothCorrection::Verdict verdict = sawtooth_.take(edge, told_sign * told);
        changes_ += verdict.changed ? 1 : 0;
        return static_cast<double>((edge + verdict.correction).time_since_epoch().count()) - truth;
    }
    double scatter_of(int pulses, double jitter, int told_sign = 1) {
        double sum = 0;
        for (int i = 0; i < pulses; ++i) {
            sum += std::pow(pulse(jitter, told_sign), 2);
        }
        return std::sqrt(sum / pulses);
    }
    void pulses(int count, double jitter, int told_sign = 1, bool lies = false) {
        for (int i = 0; i < count; ++i) {
            pulse(jitter, told_sign, lies);
        }
    }

    std::mt19937_64 random_{1};
    SawtoothCorrection sawtooth_;
    std::int64_t second_ = 0;
    int changes_ = 0;
};

TEST_F(SawtoothTest, IsLeftAloneUntilOneSignHasProvedItself) {
    pulses(97, 3.0);
    EXPECT_EQ(sawtooth_.sign(), Sign::kNone);
    pulses(40, 3.0);
    EXPECT_EQ(sawtooth_.sign(), Sign::kAdd);
    EXPECT_EQ(changes_, 1);
}

TEST_F(SawtoothTest, IsTakenOffWhicheverSignItIsToldWith) {
    pulses(130, 3.0);
    EXPECT_EQ(sawtooth_.sign(), Sign::kAdd);
    EXPECT_LT(scatter_of(500, 3.0), 4.0);

    sawtooth_.restart();
    EXPECT_EQ(sawtooth_.sign(), Sign::kNone);
    pulses(130, 3.0, -1);
    EXPECT_EQ(sawtooth_.sign(), Sign::kSubtract);
    EXPECT_LT(scatter_of(500, 3.0, -1), 4.0);
}

TEST_F(SawtoothTest, TellsTheScatterWithAndWithout) {
    EXPECT_EQ(sawtooth_.scatter().plain, Duration::zero());
    pulses(300, 3.0);
    EXPECT_NEAR(static_cast<double>(sawtooth_.scatter().plain.count()), 6.8, 1.5);
    EXPECT_NEAR(static_cast<double>(sawtooth_.scatter().corrected.count()), 3.0, 1.0);
}

TEST_F(SawtoothTest, IsNotCorrectedByNumbersThatMeanNothing) {
    pulses(100'000, 3.0, 1, true);
    EXPECT_EQ(changes_, 0);
}

TEST_F(SawtoothTest, IsNotCorrectedWhereItDrownsInJitter) {
    pulses(10'000, 60.0);
    EXPECT_EQ(changes_, 0);
    pulses(10'000, 5'000.0);
    EXPECT_EQ(changes_, 0);
}

TEST_F(SawtoothTest, IsCorrectedNoMoreWhenThatCeasesToHelp) {
    pulses(300, 3.0);
    ASSERT_EQ(sawtooth_.sign(), Sign::kAdd);
    pulses(128, 3.0, 1, true);
    EXPECT_EQ(sawtooth_.sign(), Sign::kNone);
    EXPECT_EQ(changes_, 2);
    pulses(128, 3.0);
    EXPECT_EQ(sawtooth_.sign(), Sign::kAdd);
}

TEST_F(SawtoothTest, ChangesItsSignWhenTheReceiverDoes) {
    pulses(300, 3.0);
    pulses(300, 3.0, -1);
    EXPECT_EQ(sawtooth_.sign(), Sign::kSubtract);
    EXPECT_EQ(changes_, 3) << "with a pause between";
}

TEST_F(SawtoothTest, SurvivesEdgesThatCameLate) {
    pulses(300, 3.0);
    for (int i = 0; i < 200; ++i) {
        pulse(3.0);
        if (i % 20 == 0) {
            pulse(80'000.0);
        }
    }
    EXPECT_EQ(sawtooth_.sign(), Sign::kAdd);
    EXPECT_EQ(changes_, 1);
    pulses(128, 80'000.0);
    EXPECT_EQ(sawtooth_.sign(), Sign::kNone) << "nothing shows any more whether it helps";
}

TEST_F(SawtoothTest, DoesNotCountAcrossMissingPulses) {
    for (int i = 0; i < 1'000; ++i) {
        pulses(2, 3.0);
        ++second_;
    }
    EXPECT_EQ(changes_, 0);
}

TEST_F(SawtoothTest, OfAReceiverThatTellsNothingOrNonsenseIsLeftAlone) {
    pulses(300, 3.0);
    for (const std::optional<std::int64_t> error :
         {std::optional<std::int64_t>{}, std::optional<std::int64_t>{100'001}, std::optional<std::int64_t>{-100'001},
          std::optional<std::int64_t>{INT64_MIN}, std::optional<std::int64_t>{INT64_MAX}}) {
        const LocalInstant edge{Duration{(second_ + 1) * 1'000'020'000}};
        EXPECT_EQ(sawtooth_.take(edge, error).correction, Duration::zero());
    }
    EXPECT_EQ(sawtooth_.sign(), Sign::kAdd) << "what was learned stays";
}

}  // namespace
}  // namespace tokimori
