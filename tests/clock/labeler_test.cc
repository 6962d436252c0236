#include "server/clock/labeler.h"

#include <gtest/gtest.h>

namespace tokimori {
namespace {

using namespace std::chrono_literals;

constexpr TaiInstant kSecond{1'800'000'000s};
constexpr LocalInstant kEdge{1000s};
const SentenceDelay kUnknown{std::nullopt};

HeardSecond heard(Duration after_edge, Duration fraction = 0ms) {
    return {kEdge + after_edge, kSecond + fraction, 2ms};
}

TimeModel clock_known_within(Duration dispersion, Duration ahead = 0ms) {
    return TimeModel{.anchor_local = kEdge, .anchor_tai = kSecond + ahead, .slew_end = kEdge, .dispersion = dispersion};
}

TEST(SecondByLabel, IsTheSecondThatTheSentenceNamesSoonAfterTheEdge) {
    for (const Duration delay : {0ms, 5ms, 140ms, 500ms, 750ms}) {
        EXPECT_EQ(second_by_label(kEdge, heard(delay), kUnknown), kSecond) << delay.count();
    }
}

TEST(SecondByLabel, CountsTheEdgesInBetween) {
    EXPECT_EQ(second_by_label(kEdge, heard(140ms + 3s), kUnknown), kSecond - 3s);
    EXPECT_EQ(second_by_label(kEdge, heard(140ms - 1s), kUnknown), kSecond + 1s);
    EXPECT_EQ(second_by_label(kEdge, heard(140ms - 5s), kUnknown), kSecond + 5s);
}

TEST(SecondByLabel, DoesNotGuessBetweenTwoSeconds) {
    for (const Duration delay : {-100ms, -1ms, 751ms, 800ms, 900ms, 999ms}) {
        EXPECT_FALSE(second_by_label(kEdge, heard(delay), kUnknown)) << delay.count();
        EXPECT_FALSE(second_by_label(kEdge, heard(delay + 2s), kUnknown)) << delay.count();
    }
}

TEST(SecondByLabel, TakesTheOperatorsWordForTheDelay) {
    EXPECT_EQ(second_by_label(kEdge, heard(930ms), SentenceDelay{900ms}), kSecond);
    EXPECT_EQ(second_by_label(kEdge, heard(1150ms), SentenceDelay{900ms}), kSecond);
    EXPECT_EQ(second_by_label(kEdge, heard(-60ms), SentenceDelay{-50ms}), kSecond);
    EXPECT_FALSE(second_by_label(kEdge, heard(420ms), SentenceDelay{900ms}));
}

TEST(SecondByLabel, DoesNotNumberAnEdgeByAFractionOfASecond) {
    EXPECT_FALSE(second_by_label(kEdge, heard(140ms, 500ms), kUnknown));
}

TEST(SecondByClock, IsTheNearestSecondOfAClockThatKnows) {
    EXPECT_EQ(second_by_clock(kEdge, clock_known_within(1us)), kSecond);
    EXPECT_EQ(second_by_clock(kEdge, clock_known_within(1us, 399ms)), kSecond);
    EXPECT_EQ(second_by_clock(kEdge, clock_known_within(1us, -399ms)), kSecond);
    EXPECT_EQ(second_by_clock(kEdge + 2s, clock_known_within(1us)), kSecond + 2s);
}

TEST(SecondByClock, IsNotGuessedFarFromAnySecond) {
    EXPECT_FALSE(second_by_clock(kEdge, clock_known_within(1us, 401ms)));
    EXPECT_FALSE(second_by_clock(kEdge, clock_known_within(1us, 500ms)));
    EXPECT_FALSE(second_by_clock(kEdge, clock_known_within(1us, -401ms)));
}

TEST(SecondByClock, IsNotGuessedByAClockThatDoesNotKnow) {
    EXPECT_TRUE(second_by_clock(kEdge, clock_known_within(kNumberingLimit - 1us)));
    EXPECT_FALSE(second_by_clock(kEdge, clock_known_within(kNumberingLimit + 1us)));
    TimeModel ageing = clock_known_within(300ms);
    ageing.dispersion_rate = rate_from_ppm(100);
    EXPECT_TRUE(second_by_clock(kEdge + 900s, ageing));
    EXPECT_FALSE(second_by_clock(kEdge + 1100s, ageing));
}

}  // namespace
}  // namespace tokimori
