#include "server/clock/filter_bank.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <random>

namespace tokimori {
namespace {

using namespace std::chrono_literals;

constexpr TaiInstant kBegin{1'800'000'000s};
constexpr LocalInstant kCounter{1000s};

/// A crystal whose every second is told: TAI against the counter, and one source that hears it with noise.
class World {
public:
    explicit World(double noise, std::uint64_t seed = 1) : noise_{0.0, noise}, random_{seed} {}

    /// The next sample, `elapsed` later. The crystal keeps `frequency` (ns/s) and `drift` (ns/s²) meanwhile.
    Sample next(double elapsed) {
        local_ += elapsed;
        time_ += frequency * elapsed + drift * elapsed * elapsed / 2;
        frequency += drift * elapsed;
        return {.local = local(), .reference = truth() + Duration{std::llround(noise_(random_))}};
    }
    LocalInstant local() const { return kCounter + Duration{std::llround(local_ * 1e9)}; }
    TaiInstant truth() const { return kBegin + (local() - kCounter) + Duration{std::llround(time_)}; }

    double frequency = 20'000.0;
    double drift = 0.0;

private:
    std::normal_distribution<double> noise_;
    std::mt19937_64 random_;
    double local_ = 0;
    double time_ = 0;
};

class WhiteNoiseTest : public ::testing::Test {
protected:
    /// Once a second, on the line of a crystal that drifts.
    void hear(int count, double deviation) {
        std::normal_distribution<double> error{0.0, deviation};
        for (int i = 0; i < count; ++i) {
            ++second_;
            noise_.add(1.0, 20'000.0 * second_ + 0.005 * second_ * second_ + error(random_));
        }
    }
    double deviation() const { return std::sqrt(noise_.variance()); }

    std::mt19937_64 random_{9};  // NOLINT(cert-msc51-cpp): the same on every run
    double second_ = 0;
    WhiteNoise noise_;
};

TEST_F(WhiteNoiseTest, IsMeasuredWhateverTheCrystalDoes) {
    for (const double deviation_heard : {100.0, 300.0, 5000.0}) {
        noise_.restart();
        hear(1000, deviation_heard);
        EXPECT_NEAR(deviation() / deviation_heard, 1.0, 0.15);
    }
}

TEST_F(WhiteNoiseTest, IsNeverNothing) {
    hear(1000, 0.0);
    EXPECT_GE(noise_.variance(), 25.0);
}

TEST_F(WhiteNoiseTest, IsHardlyMoreForOneWrongSample) {
    hear(300, 300.0);
    const double before = deviation();
    noise_.add(1.0, 20'000.0 * ++second_ + 1e9);
    hear(3, 300.0);
    EXPECT_LT(deviation(), 1.1 * before);
}

TEST_F(WhiteNoiseTest, IsHardlyMoreForABurstOfWildSamplesAtTheStart) {
    for (const double wild : {1e5, 1e7, 1e9}) {
        noise_.restart();
        noise_.add(1.0, 20'000.0 * ++second_ + wild);
        noise_.add(1.0, 20'000.0 * ++second_ - wild);
        noise_.add(1.0, 20'000.0 * ++second_ + wild / 3);
        hear(30, 300.0);
        EXPECT_LT(deviation(), 700) << wild;
        hear(200, 300.0);
        EXPECT_NEAR(deviation(), 300, 75) << wild;
    }
}

TEST_F(WhiteNoiseTest, IsNotMeasuredBetweenSamplesOfOneInstant) {
    hear(300, 300.0);
    const double before = noise_.variance();
    noise_.add(0.0, 1e9);
    EXPECT_EQ(noise_.variance(), before);
}

TEST_F(WhiteNoiseTest, WeighsNeighboursByTheirIntervals) {
    for (double t = 0; t < 1000; t += 11) {
        noise_.add(1.0, 20'000.0 * (t + 1));
        noise_.add(10.0, 20'000.0 * (t + 11));
    }
    EXPECT_LE(deviation(), 5.1) << "all lie on one line";
}

class FilterBankTest : public ::testing::Test {
protected:
    void hear(World& world, int count, double interval = 1.0) {
        for (int i = 0; i < count; ++i) {
            bank_.add(world.next(interval));
        }
    }
    double error(const World& world) const {
        return static_cast<double>((bank_.guess().value().tai - world.truth()).count());
    }
    double frequency() const { return ppm_from_rate(bank_.guess().value().rate) * 1e3; }  // ns/s
    /// Root mean square of the errors of `count` more guesses.
    double rms(World& world, int count, double interval = 1.0) {
        double squares = 0;
        for (int i = 0; i < count; ++i) {
            bank_.add(world.next(interval));
            squares += std::pow(error(world), 2) / count;
        }
        return std::sqrt(squares);
    }

    FilterBank bank_;
};

TEST_F(FilterBankTest, GuessesNothingBelowEightSamples) {
    World world{300.0};
    hear(world, 7);
    EXPECT_FALSE(bank_.guess());
    hear(world, 1);
    EXPECT_TRUE(bank_.guess());
}

TEST_F(FilterBankTest, GuessesAsOfTheNewestSample) {
    World world{300.0};
    hear(world, 20);
    EXPECT_EQ(bank_.guess()->local, world.local());
}

TEST_F(FilterBankTest, FindsWhatSamplesWithoutNoiseShow) {
    World world{0.0};
    hear(world, 300);
    EXPECT_LE(std::abs(error(world)), 1.0);
    EXPECT_NEAR(frequency(), 20'000.0, 0.1);
}

TEST_F(FilterBankTest, AveragesAwayWhiteNoiseOf300Nanoseconds) {
    World world{300.0};
    hear(world, 600);
    EXPECT_LT(rms(world, 3000), 100.0);
    EXPECT_NEAR(frequency(), 20'000.0, 5.0);
}

TEST_F(FilterBankTest, AveragesAwayWhiteNoiseOf5Microseconds) {
    World world{5000.0};
    hear(world, 600);
    EXPECT_LT(rms(world, 3000), 1250.0);
    EXPECT_NEAR(frequency(), 20'000.0, 50.0);
}

TEST_F(FilterBankTest, FollowsADriftOfTheFrequency) {
    World world{300.0};
    hear(world, 600);
    world.drift = 0.01;
    hear(world, 600);
    EXPECT_LT(rms(world, 600), 150.0);
    EXPECT_NEAR(frequency(), world.frequency, 5.0);
}

TEST_F(FilterBankTest, FollowsAJumpOfTheFrequency) {
    World world{300.0};
    hear(world, 600);
    world.frequency += 2000.0;
    hear(world, 60);
    EXPECT_LT(rms(world, 60), 600.0);
    EXPECT_NEAR(frequency(), world.frequency, 200.0);
}

TEST_F(FilterBankTest, ComesToRestAgainAfterAJumpOfTheFrequency) {
    World world{300.0};
    hear(world, 600);
    world.frequency += 2000.0;
    hear(world, 1800);
    EXPECT_LT(rms(world, 1000), 100.0);
}

TEST_F(FilterBankTest, TakesIntervalsThatDiffer) {
    World world{300.0};
    for (int round = 0; round < 50; ++round) {
        for (const double interval : {1.0, 64.0, 0.1, 3.0, 17.0, 1024.0}) {
            hear(world, 1, interval);
        }
    }
    EXPECT_LT(std::abs(error(world)), 1000.0);
    EXPECT_NEAR(frequency(), 20'000.0, 20.0);
}

TEST_F(FilterBankTest, GoesOnAfterAGapOfAnHour) {
    World world{300.0};
    hear(world, 600);
    hear(world, 1, 3600.0);
    hear(world, 60);
    EXPECT_LT(std::abs(error(world)), 1000.0);
    EXPECT_NEAR(frequency(), 20'000.0, 50.0);
}

TEST_F(FilterBankTest, GoesOnAfterAGapOfAYear) {
    World world{300.0};
    hear(world, 600);
    hear(world, 1, 365 * 86400.0);
    hear(world, 600);
    EXPECT_LT(std::abs(error(world)), 1000.0);
    EXPECT_NEAR(frequency(), 20'000.0, 50.0);
}

TEST_F(FilterBankTest, IgnoresASampleOfAnInstantThatItHeardAlready) {
    World world{300.0};
    hear(world, 60);
    const auto before = *bank_.guess();
    bank_.add({.local = world.local(), .reference = world.truth() + 1s});
    EXPECT_EQ(bank_.guess()->tai, before.tai);
    EXPECT_EQ(bank_.guess()->rate, before.rate);
}

TEST_F(FilterBankTest, IgnoresSamplesThatComeLate) {
    World world{300.0};
    hear(world, 60);
    const auto before = *bank_.guess();
    bank_.add({.local = world.local() - 30s, .reference = world.truth()});
    bank_.add({.local = LocalInstant{}, .reference = world.truth()});
    EXPECT_EQ(bank_.guess()->tai, before.tai);
}

TEST_F(FilterBankTest, IsNotMovedFarByOneWrongSample) {
    World world{300.0};
    hear(world, 600);
    Sample wrong = world.next(1.0);
    wrong.reference += 1ms;
    bank_.add(wrong);
    hear(world, 300);
    EXPECT_LT(std::abs(error(world)), 1000.0);
}

TEST_F(FilterBankTest, ForgetsWhenRestarted) {
    World world{300.0};
    hear(world, 60);
    bank_.restart();
    EXPECT_FALSE(bank_.guess());
    hear(world, 8);
    EXPECT_LT(std::abs(error(world)), 2000.0);
}

TEST_F(FilterBankTest, StaysFiniteWhateverItIsTold) {
    std::mt19937_64 random{3};  // NOLINT(cert-msc51-cpp)
    std::uniform_real_distribution<double> exponent{0.0, 15.0};
    World world{0.0};
    for (int i = 0; i < 2000; ++i) {
        Sample sample = world.next(1e-9 * std::pow(10.0, exponent(random)));
        sample.reference += Duration{std::llround(std::pow(10.0, exponent(random)))};
        bank_.add(sample);
    }
    hear(world, 6000);
    EXPECT_LT(std::abs(error(world)), 1e9) << "one that had become no number would stay so";
}

// A line with a bound of its own, 1 us off.
LineEstimate line_at(const World& world, Duration off) {
    return {.anchor_local = world.local(),
            .anchor_tai = world.truth() + off,
            .rate = rate_from_ppm(world.frequency * 1e-3),
            .offset_bound = 2us,
            .rate_bound = rate_from_ppm(1.0)};
}

class Refinement : public FilterBankTest {
protected:
    void SetUp() override { hear(world_, 300); }

    World world_{300.0};
};

TEST_F(Refinement, LeadsALineThroughTheGuess) {
    const LineEstimate refined = bank_.refine(line_at(world_, 1us));
    EXPECT_EQ(refined.anchor_tai, bank_.guess()->tai);
    EXPECT_EQ(refined.rate, bank_.guess()->rate);
}

TEST_F(Refinement, WidensTheBoundsByWhatItMoved) {
    const LineEstimate line = line_at(world_, 1us);
    const LineEstimate refined = bank_.refine(line);
    EXPECT_EQ(refined.offset_bound, line.offset_bound + std::chrono::abs(refined.anchor_tai - line.anchor_tai));
    EXPECT_EQ(refined.rate_bound, line.rate_bound + std::abs(refined.rate - line.rate));
}

TEST_F(Refinement, LeavesALineAloneThatDoesNotHoldTheGuess) {
    const LineEstimate line = line_at(world_, 5us);
    EXPECT_EQ(bank_.refine(line).anchor_tai, line.anchor_tai);
    EXPECT_EQ(bank_.refine(line).offset_bound, line.offset_bound);
}

TEST_F(Refinement, LeavesALineAloneThatRunsOtherwise) {
    LineEstimate line = line_at(world_, 0us);
    line.rate += rate_from_ppm(2.0);
    EXPECT_EQ(bank_.refine(line).rate, line.rate);
    EXPECT_EQ(bank_.refine(line).rate_bound, line.rate_bound);
}

TEST_F(Refinement, LeavesALineOfAnotherInstantAlone) {
    LineEstimate line = line_at(world_, 1us);
    line.anchor_local -= 1s;
    EXPECT_EQ(bank_.refine(line).anchor_tai, line.anchor_tai);
}

TEST_F(Refinement, LeavesALineAloneWhereThereIsNoGuess) {
    const LineEstimate line = line_at(world_, 1us);
    EXPECT_EQ(FilterBank{}.refine(line).anchor_tai, line.anchor_tai);
}

// Samples as a pulse line has them; anything that a crystal within the fault model may do.
class RandomCrystal {
public:
    explicit RandomCrystal(std::uint64_t seed) : random_{seed} {
        world_.frequency = uniform(-490e3, 490e3);
        walk_ = std::pow(10.0, uniform(-3.0, 0.5));
        drift_ = uniform(-0.02, 0.02);
        interval_ = uniform(0.0, 1.0) < 0.7 ? 1.0 : uniform(1.0, 20.0);
    }
    Sample next() {
        // Within 1 ppm of the rate last seen, whatever happens between two samples.
        std::normal_distribution<double> step{0.0, walk_ * std::sqrt(interval_)};
        world_.frequency += std::clamp(step(random_), -300.0, 300.0);
        world_.drift = drift_;
        return world_.next(interval_);
    }
    const World& world() const { return world_; }

private:
    double uniform(double low, double high) { return std::uniform_real_distribution<double>{low, high}(random_); }

    std::mt19937_64 random_;
    World world_{std::pow(10.0, uniform(0.0, 4.0)), random_()};
    double walk_ = 0;
    double drift_ = 0;
    double interval_ = 1.0;
};

TEST(RefinedBound, HoldsWhereverTheBoundOfTheStraightLineHolds) {
    int judged = 0;
    for (std::uint64_t seed = 0; seed < 3000; ++seed) {
        RandomCrystal crystal{seed};
        FilterBank bank;
        LineFit fit;
        for (int i = 0; i < 90; ++i) {
            const Sample sample = crystal.next();
            fit.add(sample);
            bank.add(sample);
        }
        if (!fit.estimate() ||
            std::chrono::abs(fit.estimate()->anchor_tai - crystal.world().truth()) > fit.estimate()->offset_bound) {
            continue;
        }
        ++judged;
        const LineEstimate refined = bank.refine(*fit.estimate());
        EXPECT_LE(std::chrono::abs(refined.anchor_tai - crystal.world().truth()), refined.offset_bound) << seed;
    }
    EXPECT_GT(judged, 2990) << "the straight line itself promises as much";
}

}  // namespace
}  // namespace tokimori
