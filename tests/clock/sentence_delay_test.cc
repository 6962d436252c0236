#include "server/clock/sentence_delay.h"

#include <gtest/gtest.h>

namespace tokimori {
namespace {

using namespace std::chrono_literals;

constexpr LocalInstant kNow{1000s};

SentenceDelay learned_from(std::initializer_list<Duration> measured) {
    SentenceDelay delay{std::nullopt};
    for (const Duration each : measured) {
        delay.add(each, kNow);
    }
    return delay;
}

TEST(SentenceDelay, CoversTheWholeFaultModelWhileNothingIsKnown) {
    const SentenceDelay::Value value = SentenceDelay{std::nullopt}.value(kNow);
    EXPECT_LE(value.delay - value.uncertainty, SentenceDelay::kEarliest);
    EXPECT_GE(value.delay + value.uncertainty, SentenceDelay::kLatest);
}

TEST(SentenceDelay, LearnsNothingFromSevenMeasurements) {
    const SentenceDelay delay = learned_from({140ms, 140ms, 140ms, 140ms, 140ms, 140ms, 140ms});
    EXPECT_FALSE(delay.learned());
    EXPECT_EQ(delay.value(kNow).uncertainty, 450ms);
}

TEST(SentenceDelay, LearnsTheMedianOfEight) {
    const SentenceDelay delay = learned_from({141ms, 139ms, 140ms, 140ms, 142ms, 138ms, 140ms, 140ms});
    EXPECT_EQ(delay.learned(), 140ms);
    EXPECT_EQ(delay.value(kNow).delay, 140ms);
}

TEST(SentenceDelay, IsNotMovedByOneLateSentenceButLessSure) {
    const SentenceDelay delay = learned_from({140ms, 140ms, 140ms, 140ms, 140ms, 140ms, 140ms, 390ms});
    EXPECT_EQ(delay.value(kNow).delay, 140ms);
    EXPECT_GE(delay.value(kNow).uncertainty, 250ms);
}

TEST(SentenceDelay, CoversEarlyOnesToo) {
    const SentenceDelay delay = learned_from({140ms, 140ms, 140ms, 140ms, 140ms, 140ms, 140ms, 20ms});
    EXPECT_GE(delay.value(kNow).uncertainty, 120ms);
}

TEST(SentenceDelay, AllowsForSomeDriftOfWhatItLearned) {
    const SentenceDelay delay = learned_from({140ms, 140ms, 140ms, 140ms, 140ms, 140ms, 140ms, 140ms});
    EXPECT_EQ(delay.value(kNow).uncertainty, 20ms);
}

TEST(SentenceDelay, ForgetsWhatIsLongAgo) {
    SentenceDelay delay{std::nullopt};
    for (int i = 0; i < 64; ++i) {
        delay.add(100ms, kNow);
    }
    for (int i = 0; i < 63; ++i) {
        delay.add(600ms, kNow);
    }
    EXPECT_EQ(delay.value(kNow).delay, 600ms);
    EXPECT_GE(delay.value(kNow).uncertainty, 500ms);
    delay.add(600ms, kNow);
    EXPECT_EQ(delay.value(kNow).uncertainty, 20ms);
}

TEST(SentenceDelay, ReliesOnWhatItLearnedForAQuarterOfAnHour) {
    const SentenceDelay delay = learned_from({140ms, 140ms, 140ms, 140ms, 140ms, 140ms, 140ms, 140ms});
    EXPECT_EQ(delay.value(kNow + 15min).delay, 140ms);
    EXPECT_EQ(delay.value(kNow + 15min).uncertainty, 20ms);
    const SentenceDelay::Value later = delay.value(kNow + 15min + 1ns);
    EXPECT_LE(later.delay - later.uncertainty, SentenceDelay::kEarliest);
    EXPECT_GE(later.delay + later.uncertainty, SentenceDelay::kLatest);
    EXPECT_EQ(delay.learned(), 140ms) << "a person may still want to know";
}

TEST(SentenceDelay, ReliesOnItAgainWhenItIsMeasuredAgainButCoversWhatItWas) {
    SentenceDelay delay = learned_from({140ms, 140ms, 140ms, 140ms, 140ms, 140ms, 140ms, 140ms});
    delay.add(600ms, kNow + 20h);
    const SentenceDelay::Value value = delay.value(kNow + 20h + 15min);
    EXPECT_LE(value.delay - value.uncertainty, 120ms);
    EXPECT_GE(value.delay + value.uncertainty, 620ms);
}

TEST(SentenceDelay, TakesTheOperatorsWordForEver) {
    EXPECT_EQ((SentenceDelay{300ms}.value(kNow + 24h * 365).uncertainty), 50ms);
}

TEST(SentenceDelay, TakesTheOperatorsWordWithin50Milliseconds) {
    SentenceDelay delay{300ms};
    for (int i = 0; i < 20; ++i) {
        delay.add(100ms, kNow);
    }
    EXPECT_EQ(delay.value(kNow).delay, 300ms);
    EXPECT_EQ(delay.value(kNow).uncertainty, 50ms);
    EXPECT_EQ(delay.learned(), 100ms);
}

TEST(SentenceDelay, IsUnmistakableWhereNoNeighbouringSecondFits) {
    const SentenceDelay delay{std::nullopt};
    EXPECT_TRUE(delay.unmistakable(0ms));
    EXPECT_TRUE(delay.unmistakable(750ms));
    EXPECT_FALSE(delay.unmistakable(-1ns));
    EXPECT_FALSE(delay.unmistakable(750ms + 1ns));
    for (Duration late = -2s; late <= 2s; late += 1ms) {
        EXPECT_FALSE(delay.unmistakable(late) && delay.unmistakable(late + 1s)) << late.count();
        const bool neighbour = delay.possible(late - 1s, 149ms) || delay.possible(late + 1s, 149ms);
        EXPECT_FALSE(delay.unmistakable(late) && neighbour && late > 50ms) << late.count();
    }
}

TEST(SentenceDelay, FitsNoMoreThanOneSecond) {
    EXPECT_LE(SentenceDelay::kLatest - SentenceDelay::kEarliest, 900ms);
    for (const std::optional<Duration> configured : {std::optional<Duration>{}, std::optional<Duration>{900ms}}) {
        const SentenceDelay delay{configured};
        for (Duration late = -2s; late <= 2s; late += 1ms) {
            EXPECT_FALSE(delay.possible(late, 49ms) && delay.possible(late + 1s, 49ms)) << late.count();
        }
    }
}

TEST(SentenceDelay, IsUnmistakableAroundTheOperatorsWord) {
    const SentenceDelay delay{900ms};
    EXPECT_TRUE(delay.unmistakable(500ms));
    EXPECT_TRUE(delay.unmistakable(1300ms));
    EXPECT_FALSE(delay.unmistakable(499ms));
    EXPECT_FALSE(delay.unmistakable(1301ms));
}

TEST(SentenceDelay, IsPossibleWithinTheFaultModelAndTheBoundOfTheClock) {
    const SentenceDelay delay{std::nullopt};
    EXPECT_TRUE(delay.possible(-100ms, 0ms));
    EXPECT_TRUE(delay.possible(800ms, 0ms));
    EXPECT_FALSE(delay.possible(-101ms, 0ms));
    EXPECT_FALSE(delay.possible(801ms, 0ms));
    EXPECT_TRUE(delay.possible(-110ms, 10ms));
    EXPECT_TRUE(delay.possible(810ms, 10ms));
    EXPECT_FALSE(delay.possible(811ms, 10ms));
}

TEST(SentenceDelay, IsPossibleAroundTheOperatorsWord) {
    const SentenceDelay delay{900ms};
    EXPECT_TRUE(delay.possible(1300ms, 0ms));
    EXPECT_FALSE(delay.possible(1301ms, 0ms));
    EXPECT_FALSE(delay.possible(499ms, 0ms));
    EXPECT_TRUE(delay.possible(499ms, 1ms));
}

}  // namespace
}  // namespace tokimori
