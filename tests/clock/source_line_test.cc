#include "server/clock/source_line.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace tokimori {
namespace {

using namespace std::chrono_literals;

constexpr LocalInstant kStart{1000s};
constexpr TaiInstant kTrueStart{1'800'000'000s};

class SourceLineTest : public ::testing::Test {
protected:
    static TaiInstant truth(int second) { return kTrueStart + std::chrono::seconds{second}; }
    /// Samples of a crystal that runs true, in [from, to).
    void hear(int from, int to, double noise) {
        std::normal_distribution<double> error{0.0, noise};
        for (int second = from; second < to; ++second) {
            line_.add({.local = kStart + std::chrono::seconds{second},
                       .reference = truth(second) + Duration{std::llround(error(random_))},
                       .dispersion = 100ns});
        }
    }

    std::mt19937_64 random_{5};  // NOLINT(cert-msc51-cpp): the same on every run
    SourceLine line_;
};

TEST_F(SourceLineTest, ShowsNoLineBelowThreeSamples) {
    hear(0, 2, 0.0);
    EXPECT_FALSE(line_.estimate());
    hear(2, 3, 0.0);
    EXPECT_TRUE(line_.estimate());
}

TEST_F(SourceLineTest, MakesAPointOfAsManySamplesAsItIsTold) {
    line_ = SourceLine{4};
    hear(0, 11, 0.0);
    EXPECT_FALSE(line_.estimate());
    hear(11, 12, 0.0);
    ASSERT_TRUE(line_.estimate());
    EXPECT_EQ(line_.estimate()->samples, 3U);
    EXPECT_EQ(line_.estimate()->tai_at(kStart + 11s), truth(11));
    line_.clear();
    hear(12, 23, 0.0);
    EXPECT_FALSE(line_.estimate()) << "also after it began anew";
}

TEST_F(SourceLineTest, MakesNoMoreThanOnePointInAnInterval) {
    line_ = SourceLine{1, 16s};
    hear(0, 32, 0.0);
    EXPECT_FALSE(line_.estimate());
    hear(32, 33, 0.0);
    ASSERT_TRUE(line_.estimate()) << "the first, and two means of sixteen";
    EXPECT_EQ(line_.estimate()->samples, 3U);
    EXPECT_EQ(line_.estimate()->span, 24500ms);
    EXPECT_EQ(line_.estimate()->tai_at(kStart + 32s), truth(32));
}

TEST_F(SourceLineTest, IsBetterThanTheStraightFitOverASteadyCrystal) {
    LineFit straight;
    double squares = 0;
    double straight_squares = 0;
    std::normal_distribution<double> error{0.0, 5000.0};
    for (int second = 0; second < 3000; ++second) {
        const Sample sample{.local = kStart + std::chrono::seconds{second},
                            .reference = truth(second) + Duration{std::llround(error(random_))}};
        line_.add(sample);
        straight.add(sample);
        if (second >= 600) {
            squares += std::pow(static_cast<double>((line_.estimate()->anchor_tai - truth(second)).count()), 2);
            straight_squares +=
                std::pow(static_cast<double>((straight.estimate()->anchor_tai - truth(second)).count()), 2);
        }
    }
    EXPECT_LT(squares, straight_squares / 4);
}

TEST_F(SourceLineTest, CoversTheTruthAtEverySample) {
    for (int second = 0; second < 2000; ++second) {
        hear(second, second + 1, 300.0);
        if (line_.estimate()) {
            EXPECT_LE(std::chrono::abs(line_.estimate()->anchor_tai - truth(second)), line_.estimate()->offset_bound)
                << second;
        }
    }
}

TEST_F(SourceLineTest, IsNeverSurerThanTheDeclaredDispersion) {
    hear(0, 1000, 0.0);
    EXPECT_GE(line_.estimate()->offset_bound, 100ns);
}

TEST_F(SourceLineTest, IgnoresASampleOfAnInstantThatItHeardAlready) {
    hear(0, 100, 300.0);
    const LineEstimate before = *line_.estimate();
    line_.add({.local = kStart + 99s, .reference = truth(99) + 1ms});
    line_.add({.local = kStart + 50s, .reference = truth(50) + 1ms});
    EXPECT_EQ(line_.estimate()->anchor_tai, before.anchor_tai);
    EXPECT_EQ(line_.estimate()->offset_bound, before.offset_bound);
}

TEST_F(SourceLineTest, ShowsNoLineWhereNoCrystalRunsSoFast) {
    for (int i = 0; i < 10; ++i) {
        line_.add({.local = kStart + i * 1s, .reference = kTrueStart + i * 2s});
    }
    EXPECT_FALSE(line_.estimate());
}

TEST_F(SourceLineTest, TakesEachSampleForAPointWhereTheyTellTheRate) {
    hear(0, 600, 300.0);
    EXPECT_EQ(line_.samples_per_point(), 1);
}

TEST_F(SourceLineTest, TakesTheMeanOfManyWhereTheyDoNotTellTheRate) {
    hear(0, 3600, 5e6);
    EXPECT_GT(line_.samples_per_point(), 8);
    EXPECT_LT(ppm_from_rate(line_.estimate()->rate_bound), 20.0) << "64 of them know it to 120 ppm";
}

TEST_F(SourceLineTest, TakesTheMeanOf64AtMost) {
    hear(0, 20'000, 100e6);
    EXPECT_EQ(line_.samples_per_point(), 64);
}

TEST_F(SourceLineTest, CoversTheTruthThoughItsSamplesAreRough) {
    for (int second = 0; second < 5000; ++second) {
        hear(second, second + 1, 5e6);
        if (const auto& line = line_.estimate()) {
            EXPECT_LE(std::chrono::abs(line->tai_at(kStart + std::chrono::seconds{second}) - truth(second)),
                      line->bound_at(kStart + std::chrono::seconds{second}))
                << second;
        }
    }
}

TEST_F(SourceLineTest, IgnoresALateSampleAmongThoseItGathers) {
    hear(0, 3600, 5e6);
    const LineEstimate before = *line_.estimate();
    for (int i = 0; i < 64; ++i) {
        line_.add({.local = kStart, .reference = truth(0) + 1h});
    }
    EXPECT_EQ(line_.estimate()->anchor_tai, before.anchor_tai);
}

TEST_F(SourceLineTest, ForgetsWhenCleared) {
    hear(0, 100, 0.0);
    line_.clear();
    EXPECT_FALSE(line_.estimate());
    line_.add({.local = kStart + 100s, .reference = truth(0) + 1h});
    line_.add({.local = kStart + 101s, .reference = truth(1) + 1h});
    line_.add({.local = kStart + 102s, .reference = truth(2) + 1h});
    EXPECT_LE(std::chrono::abs(line_.estimate()->anchor_tai - truth(2) - 1h), 1ns);
}

}  // namespace
}  // namespace tokimori
