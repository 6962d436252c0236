#include "server/clock/line_fit.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

namespace tokimori {
namespace {

using namespace std::chrono_literals;

constexpr LocalInstant kStart{1000s};
constexpr TaiInstant kTrueStart{1'800'000'000s};

// Samples once a second from a counter that lags by `ppm`, whose stamps scatter.
class Pulses {
public:
    explicit Pulses(double ppm, double noise_ns = 0, unsigned seed = 1)
        : ppm_{ppm}, noise_{0, noise_ns}, random_{seed} {}

    Sample next(Duration dispersion = 0ns) {
        const double noise = noise_.stddev() > 0 ? noise_(random_) : 0;
        const TaiInstant reference = truth_ + Duration{std::llround(noise)};
        const Sample sample{1, local_, reference, dispersion};
        newest_truth_ = truth_;
        local_ += 1s;
        truth_ += 1s + Duration{std::llround(ppm_ * 1e3)};
        return sample;
    }
    void feed(LineFit& fit, int count) {
        for (int i = 0; i < count; ++i) {
            fit.add(next());
        }
    }
    void change_to(double ppm) { ppm_ = ppm; }
    TaiInstant newest_truth() const { return newest_truth_; }

private:
    double ppm_;
    std::normal_distribution<double> noise_;
    std::mt19937_64 random_;
    LocalInstant local_ = kStart;
    TaiInstant truth_ = kTrueStart;
    TaiInstant newest_truth_;
};

TEST(LineFit, SaysNothingBelowThreeSamples) {
    LineFit fit;
    Pulses pulses{0};
    pulses.feed(fit, 2);
    EXPECT_FALSE(fit.estimate());
    pulses.feed(fit, 1);
    EXPECT_TRUE(fit.estimate());
}

TEST(LineFit, FindsTheLineThroughExactSamples) {
    for (const double ppm : {-499.0, -23.0, 0.0, 200.0, 499.0}) {
        LineFit fit;
        Pulses pulses{ppm};
        pulses.feed(fit, 30);
        ASSERT_TRUE(fit.estimate());
        EXPECT_NEAR(ppm_from_rate(fit.estimate()->rate), ppm, 1e-4);
        EXPECT_EQ(fit.estimate()->anchor_local, kStart + 29s);
        EXPECT_LE(std::chrono::abs(fit.estimate()->anchor_tai - pulses.newest_truth()), 1ns);
    }
}

TEST(LineFit, ContinuesTheLineIntoTheFuture) {
    LineFit fit;
    Pulses pulses{100};
    pulses.feed(fit, 10);
    const LineEstimate line = *fit.estimate();
    EXPECT_NEAR(static_cast<double>((line.tai_at(line.anchor_local + 1000s) - line.anchor_tai - 1000s).count()), 100e6,
                10);
}

TEST(LineFit, IgnoresWhatIsNotLaterThanTheNewest) {
    LineFit fit;
    Pulses pulses{0};
    pulses.feed(fit, 5);
    const LocalInstant newest = fit.estimate()->anchor_local;
    const LineEstimate before = *fit.estimate();
    fit.add({1, newest, kTrueStart + 99s, 0ns});
    fit.add({1, newest - 100s, kTrueStart, 0ns});
    EXPECT_EQ(fit.size(), before.samples);
    EXPECT_EQ(fit.estimate()->anchor_local, newest);
    EXPECT_EQ(fit.estimate()->anchor_tai, before.anchor_tai);
}

TEST(LineFit, KeepsNoMoreThan64Samples) {
    LineFit fit;
    Pulses pulses{5, 300};
    pulses.feed(fit, 1000);
    EXPECT_LE(fit.size(), 64U);
    EXPECT_GT(fit.size(), 8U);
    EXPECT_EQ(fit.size(), fit.estimate()->samples);
}

TEST(LineFit, KeepsExactSamplesThoughTheyLieOnOneSide) {
    for (const double ppm : {0.0, 12.3456, -499.0}) {
        LineFit fit;
        Pulses{ppm}.feed(fit, 100);
        EXPECT_EQ(fit.size(), 64U) << ppm;
        EXPECT_LT(fit.estimate()->offset_bound, 100ns);
        EXPECT_EQ(fit.estimate()->jitter, 50ns) << "no less than can be told apart";
    }
}

TEST(LineFit, SaysHowLongItsSamplesSpan) {
    LineFit fit;
    Pulses pulses{0};
    pulses.feed(fit, 3);
    EXPECT_EQ(fit.estimate()->span, 2s);
    pulses.feed(fit, 97);
    EXPECT_EQ(fit.estimate()->span, 63s);
    pulses.change_to(3);
    pulses.feed(fit, 20);
    EXPECT_EQ(fit.estimate()->span, (static_cast<int>(fit.size()) - 1) * 1s) << "of those that it kept";
}

TEST(LineFit, DropsExactSamplesOfAnOldFrequency) {
    LineFit fit;
    Pulses pulses{5};
    pulses.feed(fit, 64);
    pulses.change_to(8);
    pulses.feed(fit, 20);
    EXPECT_LE(fit.size(), 24U);
    EXPECT_NEAR(ppm_from_rate(fit.estimate()->rate), 8.0, 0.2);
}

TEST(LineFit, DropsTheSamplesOfAnOldFrequency) {
    LineFit fit;
    Pulses pulses{5, 100};
    pulses.feed(fit, 64);
    pulses.change_to(8);
    pulses.feed(fit, 20);
    EXPECT_LE(fit.size(), 24U);
    EXPECT_NEAR(ppm_from_rate(fit.estimate()->rate), 8.0, 0.2);
}

TEST(LineFit, BoundsItsErrorsHoweverFewTheSamples) {
    for (unsigned seed = 1; seed <= 100; ++seed) {
        LineFit fit;
        Pulses pulses{-17, 1000, seed};
        pulses.feed(fit, 2);
        for (int count = 3; count <= 80; ++count) {
            pulses.feed(fit, 1);
            const LineEstimate& line = *fit.estimate();
            ASSERT_LE(std::chrono::abs(line.anchor_tai - pulses.newest_truth()), line.offset_bound)
                << seed << " " << count;
            ASSERT_LE(std::abs(ppm_from_rate(line.rate) + 17), ppm_from_rate(line.rate_bound)) << seed << " " << count;
        }
    }
}

TEST(LineFit, StaysWithinItsBoundsWhenTheFrequencyChangesByHalfAPartPerMillion) {
    for (unsigned seed = 1; seed <= 50; ++seed) {
        LineFit fit;
        Pulses pulses{3, 300, seed};
        pulses.feed(fit, 70);
        pulses.change_to(3.5);
        for (int i = 0; i < 60; ++i) {
            pulses.feed(fit, 1);
            const LineEstimate& line = *fit.estimate();
            ASSERT_LE(std::chrono::abs(line.anchor_tai - pulses.newest_truth()), line.offset_bound + 500ns)
                << seed << " " << i;
            ASSERT_LE(std::abs(ppm_from_rate(line.rate) - 3.5), ppm_from_rate(line.rate_bound)) << seed << " " << i;
        }
    }
}

TEST(LineFit, IsLessSureOfFewSamplesThanOfMany) {
    LineFit few;
    Pulses{0, 300}.feed(few, 3);
    LineFit many;
    Pulses{0, 300}.feed(many, 60);
    EXPECT_GT(few.estimate()->offset_bound, 10 * many.estimate()->offset_bound);
    EXPECT_GT(few.estimate()->rate_bound, 10 * many.estimate()->rate_bound);
}

TEST(LineFit, NeverClaimsToKnowWhatTheCrystalDoesNext) {
    LineFit fit;
    Pulses{0}.feed(fit, 64);
    EXPECT_GE(ppm_from_rate(fit.estimate()->rate_bound), 1.0);
    EXPECT_LT(ppm_from_rate(fit.estimate()->rate_bound), 1.002);
}

TEST(LineFit, CannotAverageAwayWhatTheSampleDeclares) {
    LineFit fit;
    Pulses pulses{0};
    for (int i = 0; i < 64; ++i) {
        fit.add(pulses.next(40us));
    }
    EXPECT_GE(fit.estimate()->offset_bound, 40us + 50ns);
    EXPECT_LT(fit.estimate()->offset_bound, 40us + 100ns);
}

TEST(LineFit, IsBoundByTheSampleThatDeclaresLeastAgedByWhatTheCrystalMayDo) {
    LineFit fit;
    for (int i = 0; i < 10; ++i) {
        fit.add({1, LocalInstant{} + i * 16s, TaiInstant{} + i * 16s, i == 7 ? 100us : 5ms});
    }
    const Duration bound = fit.estimate()->offset_bound;
    EXPECT_GE(bound, 100us + 32us);
    EXPECT_LE(bound, 100us + 35us);
    EXPECT_LE(fit.estimate()->attainable, bound);
}

TEST(LineFit, IsNotBoundByAnOldSampleThatLiesOffTheLine) {
    LineFit fit;
    for (int i = 0; i < 10; ++i) {
        fit.add({1, LocalInstant{} + i * 16s, TaiInstant{} + i * 16s + (i == 4 ? 1ms : 0ms), i == 4 ? 100us : 5ms});
    }
    EXPECT_GE(fit.estimate()->offset_bound, 100us + 850us);
}

TEST(LineFit, KnowsThatMoreSamplesWouldTellMore) {
    LineFit fit;
    for (int i = 0; i < 64; ++i) {
        fit.add({1, LocalInstant{} + i * 1s, TaiInstant{} + i * 1s + (i * 7919 % 31 - 15) * 10us, 1us});
        const auto& line = fit.estimate();
        EXPECT_TRUE(!line || line->samples > 12 || line->attainable < line->offset_bound) << i;
    }
    EXPECT_LT(fit.estimate()->offset_bound, 1.5 * fit.estimate()->attainable);
}

TEST(LineFit, MeasuresTheJitter) {
    LineFit fit;
    Pulses{12, 5000}.feed(fit, 64);
    EXPECT_NEAR(static_cast<double>(fit.estimate()->jitter.count()), 5000, 2000);
}

TEST(LineFit, KnowsWhatNoCrystalRuns) {
    for (const double ppm : {2000.0, -2000.0}) {
        LineFit fit;
        Pulses{ppm}.feed(fit, 10);
        EXPECT_TRUE(fit.too_fast());
        EXPECT_NEAR(ppm_from_rate(fit.estimate()->rate), ppm > 0 ? 500 : -500, 1e-6);
    }
    LineFit crystal;
    Pulses{400.0}.feed(crystal, 10);
    EXPECT_FALSE(crystal.too_fast());
}

TEST(LineFit, WidensItsBoundWhereTheNewestSamplesBendAway) {
    std::vector<LineFit> fits(2);
    for (int i = 0; i < 23; ++i) {
        const Duration scatter = i % 2 == 0 ? 1us : -1us;
        const Duration bend = i < 20 ? scatter : 1us;
        fits[0].add({1, kStart + i * 1s, kTrueStart + i * 1s + scatter, 0ns});
        fits[1].add({1, kStart + i * 1s, kTrueStart + i * 1s + bend, 0ns});
    }
    ASSERT_EQ(fits[1].size(), 23U) << "the runs do not show it";
    EXPECT_GT(fits[1].estimate()->offset_bound, fits[0].estimate()->offset_bound + 500ns);
}

TEST(LineFit, ForgetsWhenCleared) {
    LineFit fit;
    Pulses pulses{0};
    pulses.feed(fit, 10);
    fit.clear();
    EXPECT_EQ(fit.size(), 0U);
    EXPECT_FALSE(fit.estimate());
}

TEST(LineEstimate, IsLessSureTheFartherFromItsAnchorBothWays) {
    LineEstimate line;
    line.anchor_local = kStart;
    line.offset_bound = 2us;
    line.rate_bound = rate_from_ppm(3);
    EXPECT_EQ(line.bound_at(kStart), 2us);
    EXPECT_NEAR(static_cast<double>(line.bound_at(kStart + 100s).count()), 302'000, 1);
    EXPECT_EQ(line.bound_at(kStart - 100s), line.bound_at(kStart + 100s));
}

}  // namespace
}  // namespace tokimori
