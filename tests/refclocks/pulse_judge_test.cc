#include "refclocks/pulse_judge.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace tokimori {
namespace {

using namespace std::chrono_literals;
using Reason = Rejection::Reason;

constexpr LocalInstant kStart{1000s};

/// A line with pulses, and what the judge says of them.
struct Line {
    PulseJudge judge;
    std::vector<Duration> pulses = {};
    std::vector<Reason> rejections = {};
    std::int64_t lost = 0;

    void edge(Duration at, std::optional<std::uint32_t> sequence = std::nullopt) {
        const PulseJudge::Verdict verdict = judge.judge({kStart + at, true, sequence});
        if (verdict.pulse) {
            pulses.push_back(at);
        }
        if (verdict.rejection) {
            rejections.push_back(*verdict.rejection);
        }
        lost += verdict.lost;
    }
    void opposite(Duration at) {
        const PulseJudge::Verdict verdict = judge.judge({kStart + at, false});
        EXPECT_FALSE(verdict.pulse || verdict.rejection || verdict.lost != 0);
    }
    /// Seconds from `first` until before `end`: the line is on the far side of the configured edge for `width`.
    void seconds(int first, int end, Duration width) {
        for (int second = first; second < end; ++second) {
            edge(second * 1s);
            opposite(second * 1s + width);
        }
    }
    long count(Reason reason) const { return std::count(rejections.begin(), rejections.end(), reason); }
};

TEST(PulseJudge, BelievesAPulseOneSecondAfterAnother) {
    Line line;
    line.edge(0s);
    line.edge(1s);
    line.edge(2s);
    EXPECT_EQ(line.pulses, (std::vector<Duration>{1s, 2s}));
    EXPECT_TRUE(line.rejections.empty());
    EXPECT_EQ(line.lost, 0);
}

TEST(PulseJudge, ToleratesATenthOfASecondAndNoMore) {
    for (const Duration jitter : {-100ms, 100ms}) {
        Line line;
        line.edge(0s);
        line.edge(1s);
        line.edge(2s + jitter);
        EXPECT_EQ(line.pulses.size(), 2U);
        line.edge(3s + jitter + (jitter > 0s ? 1ns : -1ns) + jitter);
        EXPECT_EQ(line.pulses.size(), 2U);
        EXPECT_EQ(line.count(Reason::kOffBeat), 1);
    }
}

TEST(PulseJudge, CountsTheSecondsWithoutAPulse) {
    Line line;
    line.edge(0s);
    line.edge(1s);
    line.edge(4s);
    line.edge(5s);
    EXPECT_EQ(line.lost, 2);
    EXPECT_EQ(line.pulses, (std::vector<Duration>{1s, 4s, 5s}));
}

TEST(PulseJudge, DropsADoubledPulseAndKeepsTheBeat) {
    Line line;
    line.edge(0s);
    line.edge(1s);
    line.edge(1s + 30us);
    line.edge(1s + 400ms);
    line.edge(2s);
    EXPECT_EQ(line.pulses, (std::vector<Duration>{1s, 2s}));
    EXPECT_EQ(line.count(Reason::kOffBeat), 2);
    EXPECT_EQ(line.lost, 0);
}

TEST(PulseJudge, DropsAPulseThatIsFarTooLate) {
    Line line;
    line.edge(0s);
    line.edge(1s);
    line.edge(2s + 300ms);
    line.edge(3s);
    EXPECT_EQ(line.pulses, (std::vector<Duration>{1s, 3s}));
    EXPECT_EQ(line.count(Reason::kOffBeat), 1);
    EXPECT_EQ(line.lost, 1);
}

TEST(PulseJudge, NeverLeavesTheBeatForRegularDoubles) {
    Line line;
    line.edge(-1s);
    for (int second = 0; second < 20; ++second) {
        line.edge(second * 1s);
        line.edge(second * 1s + 400ms);
    }
    ASSERT_EQ(line.pulses.size(), 20U);
    for (const Duration pulse : line.pulses) {
        EXPECT_EQ(pulse % 1s, 0ns);
    }
    EXPECT_EQ(line.count(Reason::kOffBeat), 20);
}

TEST(PulseJudge, FollowsAReceiverThatBeganAnotherBeat) {
    Line line;
    line.edge(0s);
    line.edge(1s);
    for (int second = 5; second < 9; ++second) {
        line.edge(second * 1s + 500ms);
        line.edge(second * 1s + 500ms + 20us);
    }
    EXPECT_EQ(line.pulses, (std::vector<Duration>{1s, 7500ms, 8500ms}));
    EXPECT_EQ(line.lost, 4);
}

TEST(PulseJudge, TakesNoFasterOrSlowerSignalForPulses) {
    for (const Duration period : {200ms, 700ms, 850ms, 1150ms, 1500ms}) {
        Line line;
        for (int i = 0; i < 100; ++i) {
            line.edge(i * period);
        }
        EXPECT_TRUE(line.pulses.empty()) << period.count();
        EXPECT_EQ(line.count(Reason::kOffBeat), 99) << period.count();
    }
}

TEST(PulseJudge, BeginsAgainAfterAMinuteWithoutPulses) {
    Line line;
    line.edge(0s);
    line.edge(1s);
    line.edge(100s + 430ms);
    line.edge(101s + 430ms);
    EXPECT_EQ(line.pulses, (std::vector<Duration>{1s, 101s + 430ms}));
    EXPECT_EQ(line.lost, 98);
}

TEST(PulseJudge, RefusesAStampThatMayBeADoubledEdges) {
    Line line;
    line.edge(0s, 0xFFFFFFFEU);
    line.edge(1s, 0xFFFFFFFFU);
    line.edge(2s, 1U);
    line.edge(3s, 2U);
    EXPECT_EQ(line.pulses, (std::vector<Duration>{1s, 3s}));
    EXPECT_EQ(line.count(Reason::kOffBeat), 1);
}

TEST(PulseJudge, BelievesAStampAfterEdgesThatWereOnlyMissed) {
    Line line;
    line.edge(0s, 0xFFFFFFFEU);
    line.edge(1s, 0xFFFFFFFFU);
    line.edge(4s, 2U);
    line.edge(8s, 3U);
    EXPECT_EQ(line.pulses, (std::vector<Duration>{1s, 4s, 8s}));
    EXPECT_EQ(line.lost, 5);
}

TEST(PulseJudge, BelievesNoPulseOfTheTrailingEdge) {
    for (const Duration width : {10us, 20'000us, 100'000us, 200'000us, 440'000us}) {
        Line line;
        line.seconds(0, 5, 1s - width);
        EXPECT_TRUE(line.pulses.empty()) << width.count();
        EXPECT_EQ(line.count(Reason::kWrongEdge), 4) << width.count();
        EXPECT_TRUE(line.judge.inverted());
    }
}

TEST(PulseJudge, BelievesEveryPulseOfTheLeadingEdge) {
    for (const Duration width : {10us, 20'000us, 100'000us, 200'000us, 440'000us}) {
        Line line;
        line.seconds(0, 5, width);
        EXPECT_EQ(line.pulses.size(), 4U) << width.count();
        EXPECT_FALSE(line.judge.inverted());
    }
}

TEST(PulseJudge, TakesASquareWaveAsConfigured) {
    for (const Duration width : {450ms, 500ms, 550ms}) {
        Line line;
        line.seconds(0, 5, width);
        EXPECT_EQ(line.pulses.size(), 4U) << width.count();
        EXPECT_FALSE(line.judge.inverted());
    }
}

TEST(PulseJudge, SpeaksOfInversionOnlyAfterThreeSeconds) {
    Line line;
    line.seconds(0, 3, 900ms);
    EXPECT_FALSE(line.judge.inverted());
    line.edge(3s);
    EXPECT_TRUE(line.judge.inverted());
}

TEST(PulseJudge, BelievesAnInvertedLineAgainAfterThreeGoodSeconds) {
    Line line;
    line.seconds(0, 10, 900ms);
    line.seconds(10, 15, 100ms);
    EXPECT_EQ(line.pulses, (std::vector<Duration>{13s, 14s}));
    EXPECT_FALSE(line.judge.inverted());
}

TEST(PulseJudge, SeesTheLevelThroughSpikes) {
    Line line;
    line.seconds(-1, 0, 100ms);
    for (int second = 0; second < 10; ++second) {
        line.edge(second * 1s);
        line.opposite(second * 1s + 100ms);
        line.edge(second * 1s + 850ms);
        line.opposite(second * 1s + 850ms + 20us);
    }
    EXPECT_EQ(line.pulses.size(), 10U);
    EXPECT_EQ(line.count(Reason::kWrongEdge), 0);
}

TEST(PulseJudge, NoticesInversionOfALineThatBounces) {
    Line line;
    line.seconds(-1, 0, 800ms);
    for (int second = 0; second < 10; ++second) {
        line.edge(second * 1s);
        line.opposite(second * 1s + 5us);
        line.edge(second * 1s + 10us);
        line.opposite(second * 1s + 800ms);
        line.edge(second * 1s + 800ms + 5us);
        line.opposite(second * 1s + 800ms + 10us);
    }
    EXPECT_TRUE(line.pulses.empty());
    EXPECT_TRUE(line.judge.inverted());
}

TEST(PulseJudge, KeepsWhatItKnowsOfTheEdgesWhereSomeWereLost) {
    Line line;
    line.seconds(0, 5, 900ms);
    line.edge(5s);
    line.edge(6s);
    line.edge(9s);
    EXPECT_TRUE(line.pulses.empty());
    EXPECT_TRUE(line.judge.inverted());
}

TEST(PulseJudge, FindsTheBeatAnewWhenTheDeviceWasAway) {
    Line line;
    line.seconds(0, 5, 900ms);
    line.judge.restart();
    EXPECT_FALSE(line.judge.inverted());
    line.edge(50s + 300ms);
    line.edge(51s + 300ms);
    EXPECT_EQ(line.pulses, (std::vector<Duration>{51s + 300ms}));
}

TEST(PulseJudge, CountsAnOutageWithTheFirstPulseAfterItHoweverOftenTheDeviceIsOpened) {
    Line line;
    line.judge.restart();
    line.edge(0s);
    line.edge(1s);
    line.judge.restart();
    line.judge.restart();
    line.edge(16s);
    EXPECT_EQ(line.lost, 0) << "nobody knows yet that this is a pulse";
    line.edge(17s);
    EXPECT_EQ(line.lost, 14) << "2 to 15";
    line.judge.restart();
    line.edge(86418s + 400ms);
    line.edge(86419s + 400ms);
    EXPECT_EQ(line.lost, 14 + 86400) << "a day, and the same second of the next";
    line.edge(86420s + 400ms);
    EXPECT_EQ(line.lost, 14 + 86400);
}

TEST(PulseJudge, CountsWhatFollowsASingleEdgeAfterAMinute) {
    Line line;
    line.edge(0s);
    line.edge(1s);
    line.edge(101s);
    EXPECT_EQ(line.lost, 99);
    line.edge(131s);
    line.edge(132s);
    EXPECT_EQ(line.pulses, (std::vector<Duration>{1s, 132s}));
    EXPECT_EQ(line.lost, 99 + 29);
}

TEST(PulseJudge, GivesNoTwoPulsesInOneSecondWhateverComes) {
    std::mt19937_64 random{7};
    std::uniform_int_distribution<std::int64_t> pause{0, 700'000'000};
    Line line;
    Duration now{};
    for (int i = 0; i < 100'000; ++i) {
        now += Duration{pause(random)};
        if (random() % 2 == 0) {
            line.edge(now);
        } else {
            line.opposite(now);
        }
    }
    ASSERT_GT(line.pulses.size(), 100U);
    for (std::size_t i = 1; i < line.pulses.size(); ++i) {
        EXPECT_GE(line.pulses[i] - line.pulses[i - 1], 900ms);
    }
}

TEST(PulseJudge, BelievesJitteringPulsesAlike) {
    std::mt19937_64 random{11};
    std::uniform_int_distribution<std::int64_t> jitter{-40'000'000, 40'000'000};
    Line line;
    for (int second = 0; second < 1000; ++second) {
        const Duration late{jitter(random)};
        line.edge(second * 1s + late);
        line.opposite(second * 1s + late + 100ms);
    }
    EXPECT_EQ(line.pulses.size(), 999U);
    EXPECT_EQ(line.lost, 0);
}

TEST(PulseJudge, SurvivesEdgesOutOfOrder) {
    Line line;
    line.edge(0s);
    line.edge(1s);
    line.edge(-50s);
    line.edge(-49s);
    line.edge(2s);
    EXPECT_EQ(line.pulses.front(), 1s);
    EXPECT_EQ(line.pulses.back(), 2s);
}

}  // namespace
}  // namespace tokimori
