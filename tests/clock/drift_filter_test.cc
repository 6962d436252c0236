#include "server/clock/drift_filter.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace tokimori {
namespace {

constexpr double kFrequency = 20'000.0;  // ns/s, 20 ppm

/// A filter that hears `count` samples `interval` s apart of a crystal of `kFrequency` and `drift`, without any noise.
DriftFilter heard(int count, double interval, double drift = 0.0, double noise = 100.0) {
    DriftFilter filter{{}};
    filter.restart(0.0, noise);
    for (int i = 1; i <= count; ++i) {
        const double t = i * interval;
        filter.add(interval, kFrequency * t + drift * t * t / 2, noise);
    }
    return filter;
}

TEST(DriftFilter, BeginsWhereItsFirstSampleLies) {
    DriftFilter filter{{}};
    filter.restart(1234.0, 100.0);
    EXPECT_EQ(filter.time(), 1234.0);
    EXPECT_EQ(filter.frequency(), 0.0);
    EXPECT_DOUBLE_EQ(filter.time_deviation(), 10.0);
}

TEST(DriftFilter, FindsTheFrequencyInTwoSamples) {
    EXPECT_NEAR(heard(1, 1.0).frequency(), kFrequency, 1.0);
}

TEST(DriftFilter, FollowsAConstantFrequencyExactly) {
    const DriftFilter filter = heard(300, 1.0);
    EXPECT_NEAR(filter.time(), kFrequency * 300, 0.5);
    EXPECT_NEAR(filter.frequency(), kFrequency, 0.01);
    EXPECT_NEAR(filter.drift(), 0.0, 1e-3);
}

TEST(DriftFilter, FindsADriftOfTheFrequency) {
    const DriftFilter filter = heard(600, 1.0, 0.01);
    EXPECT_NEAR(filter.drift(), 0.01, 1e-3);
    EXPECT_NEAR(filter.frequency(), kFrequency + 6.0, 0.1);
}

TEST(DriftFilter, GrowsSurerWithEverySample) {
    double before = heard(2, 1.0).time_deviation();
    for (const int count : {4, 8, 16, 32}) {
        const double deviation = heard(count, 1.0).time_deviation();
        EXPECT_LT(deviation, before) << count;
        before = deviation;
    }
}

TEST(DriftFilter, IsAsSureAsItsErrorsAre) {
    std::mt19937_64 random{7};  // NOLINT(cert-msc51-cpp): the same on every run
    std::normal_distribution<double> noise{0.0, 300.0};
    double squares = 0;
    double deviation = 0;
    for (int run = 0; run < 400; ++run) {
        DriftFilter filter{{}};
        filter.restart(noise(random), 9e4);
        for (int i = 1; i <= 60; ++i) {
            filter.add(1.0, kFrequency * i + noise(random), 9e4);
        }
        squares += std::pow(filter.time() - kFrequency * 60, 2) / 400;
        deviation = filter.time_deviation();
    }
    EXPECT_NEAR(std::sqrt(squares) / deviation, 1.0, 0.2);
}

TEST(DriftFilter, TakesIntervalsThatDiffer) {
    DriftFilter filter{{}};
    filter.restart(0.0, 100.0);
    double t = 0;
    for (const double elapsed : {1.0, 64.0, 0.001, 3.0, 1024.0, 8.0, 3600.0, 1.0}) {
        t += elapsed;
        filter.add(elapsed, kFrequency * t, 100.0);
    }
    EXPECT_NEAR(filter.time(), kFrequency * t, 10.0);
    EXPECT_NEAR(filter.frequency(), kFrequency, 1.0);
}

TEST(DriftFilter, LearnsNothingOfTheFrequencyFromASecondSampleOfOneInstant) {
    DriftFilter filter = heard(100, 1.0);
    const double frequency = filter.frequency();
    filter.add(0.0, filter.time() + 1.0, 100.0);
    EXPECT_NEAR(filter.frequency(), frequency, 0.1);
}

TEST(DriftFilter, FindsACrystalLikelyThatItAssumes) {
    DriftFilter steady{{.frequency_walk = 0.01}};
    DriftFilter restless{{.frequency_walk = 30.0}};
    std::mt19937_64 random{7};  // NOLINT(cert-msc51-cpp)
    std::normal_distribution<double> noise{0.0, 10.0};
    std::normal_distribution<double> walk{0.0, 30.0};
    double time = 0;
    double frequency = 0;
    steady.restart(0.0, 100.0);
    restless.restart(0.0, 100.0);
    for (int i = 0; i < 200; ++i) {
        frequency += walk(random);
        time += frequency;
        const double sample = time + noise(random);
        steady.add(1.0, sample, 100.0);
        restless.add(1.0, sample, 100.0);
    }
    EXPECT_GT(restless.likelihood(), steady.likelihood() + 30.0);
}

TEST(DriftFilter, ForgetsWithinMinutesHowLikelyItWas) {
    DriftFilter filter = heard(100, 1.0);
    filter.add(1.0, filter.time() + 1e6, 100.0);
    const double after_the_jolt = filter.likelihood();
    for (int i = 0; i < 3600; ++i) {
        filter.add(1.0, filter.time() + filter.frequency(), 100.0);
    }
    EXPECT_GT(filter.likelihood(), after_the_jolt / 10);
}

TEST(DriftFilter, LearnsFromAnotherWhatTheCrystalDoesNow) {
    DriftFilter lost{{.frequency_walk = 0.003}};
    lost.restart(0.0, 100.0);
    const double likelihood = lost.likelihood();
    const DriftFilter other = heard(100, 1.0);
    lost.learn_from(other);
    EXPECT_EQ(lost.time(), other.time());
    EXPECT_EQ(lost.frequency(), other.frequency());
    EXPECT_EQ(lost.time_deviation(), other.time_deviation());
    EXPECT_EQ(lost.likelihood(), likelihood);
}

TEST(DriftFilter, KeepsItsOwnCrystalWhenItLearns) {
    DriftFilter steady{{.frequency_walk = 0.003}};
    DriftFilter restless{{.frequency_walk = 300.0}};
    const DriftFilter other = heard(100, 1.0);
    steady.learn_from(other);
    restless.learn_from(other);
    steady.add(10.0, kFrequency * 110, 100.0);
    restless.add(10.0, kFrequency * 110, 100.0);
    EXPECT_LT(steady.time_deviation(), restless.time_deviation());
}

TEST(DriftFilter, BeginsAnewWhenRestarted) {
    DriftFilter filter = heard(100, 1.0);
    filter.restart(0.0, 100.0);
    EXPECT_EQ(filter.time(), 0.0);
    EXPECT_EQ(filter.frequency(), 0.0);
    EXPECT_EQ(filter.drift(), 0.0);
    EXPECT_EQ(filter.likelihood(), 0.0);
}

// A source may be silent for a summer.
TEST(DriftFilter, StaysFiniteWhateverTheGap) {
    for (const double gap : {3600.0, 86400.0, 30 * 86400.0, 365 * 86400.0, 10 * 365 * 86400.0}) {
        DriftFilter filter = heard(100, 1.0);
        double t = 100.0 + gap;
        filter.add(gap, kFrequency * t, 100.0);
        for (int i = 0; i < 100; ++i) {
            filter.add(1.0, kFrequency * ++t, 100.0);
        }
        EXPECT_TRUE(std::isfinite(filter.likelihood())) << gap;
        EXPECT_NEAR(filter.time(), kFrequency * t, 100.0) << gap;
        EXPECT_NEAR(filter.frequency(), kFrequency, 10.0) << gap;
    }
}

TEST(DriftFilter, StaysFiniteForAWeekOfSecondsAlmostWithoutNoise) {
    const DriftFilter filter = heard(7 * 86400, 1.0, 0.0, 25.0);
    EXPECT_NEAR(filter.time(), kFrequency * 7 * 86400, 1.0);
    EXPECT_GT(filter.time_deviation(), 0.0);
}

TEST(DriftFilter, HoldsTheWorstCrystal) {
    for (const double frequency : {-500e3, 500e3}) {
        DriftFilter filter{{}};
        filter.restart(0.0, 100.0);
        for (int i = 1; i <= 60; ++i) {
            filter.add(1.0, frequency * i, 100.0);
        }
        EXPECT_NEAR(filter.frequency(), frequency, 1.0);
    }
}

}  // namespace
}  // namespace tokimori
