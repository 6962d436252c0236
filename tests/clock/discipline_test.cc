#include "server/clock/discipline.h"

#include <gtest/gtest.h>

namespace tokimori {
namespace {

using namespace std::chrono_literals;

constexpr LocalInstant kNow{1000s};
constexpr TaiInstant kTai{1'800'000'000s};

LineEstimate line_at(LocalInstant local, TaiInstant tai, double ppm = 0) {
    return LineEstimate{.anchor_local = local,
                        .anchor_tai = tai,
                        .rate = rate_from_ppm(ppm),
                        .offset_bound = 2us,
                        .rate_bound = rate_from_ppm(1),
                        .samples = 10};
}

Discipline set_discipline() {
    Discipline discipline{{}};
    discipline.follow(line_at(kNow, kTai), kNow);
    return discipline;
}

TEST(Discipline, SetsTheClockTheFirstTime) {
    Discipline discipline{{}};
    EXPECT_TRUE(discipline.follow(line_at(kNow - 1s, kTai, 100), kNow));
    EXPECT_EQ(discipline.offset(), 0ns);
    EXPECT_EQ(discipline.model().tai_at(kNow), line_at(kNow - 1s, kTai, 100).tai_at(kNow));
    EXPECT_EQ(discipline.model().pending_at(kNow), 0ns);
}

TEST(Discipline, NeverStepsServedTime) {
    for (const Duration offset : {Duration{-100ms}, Duration{-1us}, Duration{1us}, Duration{100ms}}) {
        Discipline discipline = set_discipline();
        const LocalInstant later = kNow + 3s;
        const TaiInstant served = discipline.model().tai_at(later);
        ASSERT_TRUE(discipline.follow(line_at(later, kTai + 3s + offset, 20), later));
        EXPECT_EQ(discipline.model().tai_at(later), served);
    }
}

TEST(Discipline, TakesTheWholeErrorBackAndEndsByItself) {
    for (const Duration offset : {Duration{-100ms}, Duration{-1us}, Duration{1us}, Duration{3ms}, Duration{100ms}}) {
        Discipline discipline = set_discipline();
        const LineEstimate line = line_at(kNow, kTai + offset, 20);
        ASSERT_TRUE(discipline.follow(line, kNow));
        const LocalInstant after = discipline.model().slew_end + 60s;
        EXPECT_LE(std::chrono::abs(discipline.model().tai_at(after) - line.tai_at(after)), 3ns) << offset.count();
    }
}

TEST(Discipline, SaysWhatItFoundAsReferenceMinusOurs) {
    Discipline discipline = set_discipline();
    discipline.follow(line_at(kNow, kTai + 5ms), kNow);
    EXPECT_EQ(discipline.offset(), 5ms);
}

TEST(Discipline, SlewsNoFasterThanClientsCanFollow) {
    Discipline discipline = set_discipline();
    ASSERT_TRUE(discipline.follow(line_at(kNow, kTai + 100ms), kNow));
    EXPECT_LE(ppm_from_rate(discipline.model().slew_rate), 500.001);
    EXPECT_NEAR(ppm_from_rate(discipline.model().slew_rate), 500, 1);
    EXPECT_NEAR(std::chrono::duration<double>(discipline.model().slew_end - kNow).count(), 200, 0.1);
}

TEST(Discipline, DoesNotServeTheNoiseOfOneSampleAsAJumpOfFrequency) {
    Discipline discipline = set_discipline();
    ASSERT_TRUE(discipline.follow(line_at(kNow, kTai + 800ns), kNow));
    EXPECT_NEAR(ppm_from_rate(discipline.model().slew_rate), 0.8 / 3.0, 1e-3);
    EXPECT_EQ(discipline.model().slew_end, kNow + 3s);
}

TEST(Discipline, RefusesToFollowBeyondTheStepThreshold) {
    for (const Duration offset : {-129ms, 129ms, 1000ms}) {
        Discipline discipline = set_discipline();
        const TimeModel before = discipline.model();
        EXPECT_FALSE(discipline.follow(line_at(kNow, kTai + offset), kNow));
        EXPECT_EQ(discipline.model().tai_at(kNow + 100s), before.tai_at(kNow + 100s));
    }
    Discipline discipline = set_discipline();
    EXPECT_TRUE(discipline.follow(line_at(kNow, kTai + 128ms), kNow));
}

TEST(Discipline, SetsTheClockAnewAfterARestart) {
    Discipline discipline = set_discipline();
    discipline.restart();
    EXPECT_TRUE(discipline.follow(line_at(kNow, kTai + 5s), kNow));
    EXPECT_EQ(discipline.model().tai_at(kNow), kTai + 5s);
    EXPECT_FALSE(discipline.follow(line_at(kNow, kTai), kNow)) << "the restart is good for one setting";
}

TEST(Discipline, CarriesTheBoundsOfTheLineToNow) {
    Discipline discipline{{}};
    ASSERT_TRUE(discipline.follow(line_at(kNow - 10s, kTai, 20), kNow));
    EXPECT_NEAR(static_cast<double>(discipline.model().dispersion.count()), 12'000, 2);
    EXPECT_EQ(discipline.model().dispersion_rate, rate_from_ppm(1));
    EXPECT_EQ(discipline.model().rate, rate_from_ppm(20));
}

TEST(Discipline, CountsWhatItHasNotYetTakenBackAsError) {
    Discipline discipline = set_discipline();
    ASSERT_TRUE(discipline.follow(line_at(kNow, kTai + 50ms), kNow));
    EXPECT_GE(discipline.model().dispersion_at(kNow), 50ms);
    EXPECT_LT(discipline.model().dispersion_at(discipline.model().slew_end), 1ms);
}

TEST(Discipline, HoldsToTheSettingsItWasGiven) {
    Discipline discipline{{.slew_limit_ppm = 50, .step_threshold = 10ms}};
    discipline.follow(line_at(kNow, kTai), kNow);
    EXPECT_FALSE(discipline.follow(line_at(kNow, kTai + 11ms), kNow));
    ASSERT_TRUE(discipline.follow(line_at(kNow, kTai + 9ms), kNow));
    EXPECT_NEAR(ppm_from_rate(discipline.model().slew_rate), 50, 0.1);
}

}  // namespace
}  // namespace tokimori
