#include "server/clock/time_model.h"

#include <gtest/gtest.h>

namespace tokimori {
namespace {

using namespace std::chrono_literals;

constexpr LocalInstant kAnchorLocal{5000s};
constexpr TaiInstant kAnchorTai{1'800'000'000s};

TimeModel model_with(double rate_ppm, double slew_ppm = 0, Duration slew = 0s) {
    return TimeModel{.anchor_local = kAnchorLocal,
                     .anchor_tai = kAnchorTai,
                     .rate = rate_from_ppm(rate_ppm),
                     .slew_rate = rate_from_ppm(slew_ppm),
                     .slew_end = kAnchorLocal + slew};
}

TEST(TimeModel, CarriesTheCounterIntoTai) {
    EXPECT_EQ(model_with(0).tai_at(kAnchorLocal), kAnchorTai);
    EXPECT_EQ(model_with(0).tai_at(kAnchorLocal + 7s), kAnchorTai + 7s);
    EXPECT_EQ(model_with(0).tai_at(kAnchorLocal - 7s), kAnchorTai - 7s);
}

TEST(TimeModel, AddsTheRateForwardsAndBackwards) {
    const TimeModel fast = model_with(100);
    EXPECT_NEAR(static_cast<double>((fast.tai_at(kAnchorLocal + 1000s) - kAnchorTai - 1000s).count()), 100e6, 2);
    EXPECT_NEAR(static_cast<double>((fast.tai_at(kAnchorLocal - 1000s) - kAnchorTai + 1000s).count()), -100e6, 2);
}

TEST(TimeModel, SlewsUntilTheSlewEndsAndNotBeyond) {
    const TimeModel slewing = model_with(0, 500, 8s);
    const auto gained = [&](Duration later) { return slewing.tai_at(kAnchorLocal + later) - kAnchorTai - later; };
    EXPECT_NEAR(static_cast<double>(gained(4s).count()), 2e6, 2);
    EXPECT_NEAR(static_cast<double>(gained(8s).count()), 4e6, 2);
    EXPECT_EQ(gained(8s), gained(80s));
}

TEST(TimeModel, KnowsWhatItHasNotYetTakenBack) {
    const TimeModel slewing = model_with(0, -500, 8s);
    EXPECT_NEAR(static_cast<double>(slewing.pending_at(kAnchorLocal).count()), -4e6, 2);
    EXPECT_NEAR(static_cast<double>(slewing.pending_at(kAnchorLocal + 6s).count()), -1e6, 2);
    EXPECT_EQ(slewing.pending_at(kAnchorLocal + 8s), 0ns);
    EXPECT_EQ(slewing.pending_at(kAnchorLocal + 80s), 0ns);
}

TEST(TimeModel, CountsWhatIsPendingAsErrorWhicheverItsSign) {
    for (const double slew_ppm : {500.0, -500.0}) {
        const TimeModel slewing = model_with(0, slew_ppm, 8s);
        EXPECT_NEAR(static_cast<double>(slewing.dispersion_at(kAnchorLocal).count()), 4e6, 3) << slew_ppm;
        EXPECT_LE(slewing.dispersion_at(kAnchorLocal + 8s), 1ns) << slew_ppm;
    }
}

TEST(TimeModel, IsLessSureTheFartherFromItsAnchorBothWays) {
    TimeModel model = model_with(0);
    model.dispersion = 700ns;
    model.dispersion_rate = rate_from_ppm(15);
    EXPECT_NEAR(static_cast<double>(model.dispersion_at(kAnchorLocal).count()), 700, 2);
    EXPECT_NEAR(static_cast<double>(model.dispersion_at(kAnchorLocal + 100s).count()), 1'500'700, 2);
    EXPECT_EQ(model.dispersion_at(kAnchorLocal - 100s), model.dispersion_at(kAnchorLocal + 100s));
}

TEST(TimeModel, CoversItsOwnRounding) {
    EXPECT_GE(model_with(0).dispersion_at(kAnchorLocal), 1ns);
}

TEST(TimeModel, FindsTheCounterReadingAtWhichAnInstantIsServed) {
    for (const double ppm : {-500.0, 0.0, 23.0, 500.0}) {
        const TimeModel model = model_with(ppm, 500, 30s);
        for (const Duration later : {-86400s, 0s, 1s, 29s, 31s, 86400s}) {
            const LocalInstant local = kAnchorLocal + later;
            EXPECT_LE(std::chrono::abs(model.local_at(model.tai_at(local)) - local), 2ns) << ppm;
        }
    }
}

TEST(Rate, SurvivesTheWayToPartsPerMillionAndBack) {
    for (const double ppm : {-500.0, -23.0, 0.0, 1e-6, 500.0}) {
        EXPECT_NEAR(ppm_from_rate(rate_from_ppm(ppm)), ppm, 1e-9);
    }
}

TEST(Rate, ScalesCenturiesWithoutOverflow) {
    EXPECT_EQ(scaled(Duration::max(), Rate{1} << kRateShift), Duration::max());
    EXPECT_EQ(scaled(Duration::min(), Rate{1} << kRateShift), Duration::min());
    EXPECT_NEAR(static_cast<double>(scaled(24h * 36500, rate_from_ppm(500)).count()), 36500.0 * 86400.0 * 500e3, 1e4);
}

TEST(Rate, RoundsTowardsMinusInfinity) {
    EXPECT_EQ(scaled(1ns, 1), 0ns);
    EXPECT_EQ(scaled(1ns, -1), -1ns);
}

}  // namespace
}  // namespace tokimori
