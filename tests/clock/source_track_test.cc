#include "server/clock/source_track.h"

#include <gtest/gtest.h>

namespace tokimori {
namespace {

using namespace std::chrono_literals;

constexpr LocalInstant kStart{1000s};
constexpr TaiInstant kTrueStart{1'800'000'000s};
const UtcTime kEvening = parse_utc("2026-11-22T09:00:00Z").value();

SourceTrack track_of(const SourceSettings& settings) {
    return SourceTrack{settings, std::nullopt};
}

void add_pulses(SourceTrack& track, int count, Duration jitter = 0ns) {
    for (int i = 0; i < count; ++i) {
        const Duration off = i % 2 == 0 ? jitter : -jitter;
        track.add_pulse_sample({1, kStart + i * 1s, kTrueStart + i * 1s + off, 100ns});
    }
}

void add_labels(SourceTrack& track, int count, Duration delay, Duration jitter = 0ns) {
    for (int i = 0; i < count; ++i) {
        const Duration off = i % 2 == 0 ? jitter : -jitter;
        track.add_label_sample({kStart + i * 1s + delay + off, kTrueStart + i * 1s, 2ms});
    }
}

Duration error_at(const SourceTrack& track, LocalInstant now) {
    return track.line(now)->estimate.tai_at(now) - (kTrueStart + (now - kStart));
}

TEST(SourceTrack, ShowsNoLineBeforeItHasHeardEnough) {
    SourceTrack track = track_of({});
    EXPECT_FALSE(track.line(kStart));
    EXPECT_EQ(track.reason(kStart), Reason::kSilent);
    EXPECT_FALSE(track.last_heard());
    add_pulses(track, 2);
    EXPECT_FALSE(track.line(kStart + 1s));
    EXPECT_EQ(track.reason(kStart + 1s), Reason::kWaitingForAgreement);
}

TEST(SourceTrack, ShowsTheLineOfItsPulses) {
    SourceTrack track = track_of({});
    add_pulses(track, 5);
    const LocalInstant now = kStart + 5s;
    ASSERT_TRUE(track.line(now));
    EXPECT_TRUE(track.line(now)->from_pulses);
    EXPECT_EQ(error_at(track, now), 0ns);
    EXPECT_EQ(track.reason(now), Reason::kSelectable);
}

TEST(SourceTrack, AddsTheOperatorsOffset) {
    SourceTrack track = track_of({.offset = 40ms});
    add_pulses(track, 5);
    EXPECT_EQ(error_at(track, kStart + 5s), 40ms);
    SourceTrack labelled = track_of({.offset = 40ms, .delay = 140ms});
    add_labels(labelled, 5, 140ms);
    EXPECT_EQ(error_at(labelled, kStart + 5s), 40ms);
}

TEST(SourceTrack, TakesTheMiddleOfWhatASentenceDelayMayBe) {
    SourceTrack track = track_of({});
    add_labels(track, 5, 140ms);
    const LocalInstant now = kStart + 5s;
    ASSERT_TRUE(track.line(now));
    EXPECT_FALSE(track.line(now)->from_pulses);
    EXPECT_EQ(error_at(track, now), 260ms);
    EXPECT_GE(track.line(now)->estimate.offset_bound, 500ms);
}

TEST(SourceTrack, TakesTheSentenceDelayOnceItIsLearned) {
    SourceTrack track = track_of({});
    add_labels(track, 5, 140ms);
    for (int i = 0; i < 8; ++i) {
        track.labels().delay().add(141ms, kStart);
    }
    const LocalInstant now = kStart + 5s;
    EXPECT_EQ(error_at(track, now), 1ms);
    EXPECT_LT(track.line(now)->estimate.offset_bound, 30ms);
}

TEST(SourceTrack, LiesWithinTheBoundOfItsSentencesWhateverTheirDelay) {
    for (Duration delay = SentenceDelay::kEarliest; delay <= SentenceDelay::kLatest; delay += 50ms) {
        SourceTrack track = track_of({});
        add_labels(track, 6, delay, 20ms);
        const LocalInstant now = kStart + 6s;
        EXPECT_LE(std::chrono::abs(error_at(track, now)), track.line(now)->estimate.bound_at(now)) << delay.count();
    }
}

TEST(SourceTrack, PrefersPulsesToLabels) {
    SourceTrack track = track_of({});
    add_labels(track, 5, 140ms);
    add_pulses(track, 5);
    EXPECT_TRUE(track.line(kStart + 5s)->from_pulses);
}

TEST(SourceTrack, FallsBackToLabelsWhenThePulsesStop) {
    SourceTrack track = track_of({});
    add_pulses(track, 5);
    add_labels(track, 20, 140ms);
    EXPECT_TRUE(track.line(kStart + 14s)->from_pulses);
    ASSERT_TRUE(track.line(kStart + 15s));
    EXPECT_FALSE(track.line(kStart + 15s)->from_pulses);
}

TEST(SourceTrack, IsSilentTenSecondsAfterTheLastWord) {
    SourceTrack track = track_of({});
    add_pulses(track, 5);
    EXPECT_TRUE(track.line(kStart + 14s));
    EXPECT_FALSE(track.line(kStart + 14s + 1ns));
    EXPECT_EQ(track.reason(kStart + 14s + 1ns), Reason::kSilent);
}

TEST(SourceTrack, DoesNotTakeScatteredEdgesForAPulsePerSecond) {
    SourceTrack steady = track_of({});
    add_pulses(steady, 20, 3ms);
    EXPECT_TRUE(steady.line(kStart + 20s));
    SourceTrack scattered = track_of({});
    add_pulses(scattered, 20, 8ms);
    EXPECT_FALSE(scattered.line(kStart + 20s));
    EXPECT_EQ(scattered.reason(kStart + 20s), Reason::kWaitingForAgreement);
}

TEST(SourceTrack, DoesNotTakeScatteredSentencesForASerialLine) {
    SourceTrack track = track_of({});
    add_labels(track, 20, 400ms, 350ms);
    EXPECT_FALSE(track.line(kStart + 20s));
}

TEST(SourceTrack, HoldsTheLastPulsesUntilTheyAreTaken) {
    SourceTrack track = track_of({});
    for (int i = 0; i < 12; ++i) {
        track.hold({1, kStart + i * 1s, 100ns});
    }
    const std::vector<Pulse> held = track.take_held();
    ASSERT_EQ(held.size(), 8U);
    EXPECT_EQ(held.front().at, kStart + 4s);
    EXPECT_EQ(held.back().at, kStart + 11s);
    EXPECT_TRUE(track.take_held().empty());
}

TEST(SourceTrack, SaysWhyItsPulsesCannotBeUsed) {
    SourceTrack track = track_of({});
    track.hold({1, kStart, 100ns});
    EXPECT_EQ(track.reason(kStart), Reason::kUnlabelled);
    track.set_pulse_reason(Reason::kAmbiguousDelay);
    EXPECT_EQ(track.reason(kStart), Reason::kAmbiguousDelay);
}

TEST(SourceTrack, SaysRatherWhatIsWrongWithItsLabels) {
    SourceTrack track = track_of({});
    track.hold({1, kStart, 100ns});
    track.labels().refuse(Reason::kWrongSecond);
    EXPECT_EQ(track.reason(kStart), Reason::kWrongSecond);
}

TEST(SourceTrack, IsNotFollowedWhereTheOperatorOnlyWatches) {
    SourceTrack track = track_of({.noselect = true});
    add_pulses(track, 5);
    EXPECT_EQ(track.reason(kStart + 5s), Reason::kNoselect);
}

TEST(SourceTrack, KnowsWhenItWasLastHeard) {
    SourceTrack track = track_of({});
    add_labels(track, 1, 140ms);
    EXPECT_EQ(track.last_heard(), kStart + 140ms);
    EXPECT_FALSE(track.pulses_heard(kStart + 1s));
    track.hold({1, kStart + 5s, 100ns});
    EXPECT_EQ(track.last_heard(), kStart + 5s);
    EXPECT_TRUE(track.pulses_heard(kStart + 15s));
    EXPECT_FALSE(track.pulses_heard(kStart + 15s + 1ns));
    track.add_pulse_sample({1, kStart + 2s, kTrueStart, 0ns});
    EXPECT_EQ(track.last_heard(), kStart + 5s) << "an older edge numbered later is no news";
}

TEST(SourceTrack, RestartsWithoutForgettingTheSentenceDelay) {
    SourceTrack track = track_of({});
    add_pulses(track, 5);
    add_labels(track, 5, 140ms);
    track.hold({1, kStart + 5s, 100ns});
    for (int i = 0; i < 8; ++i) {
        track.labels().delay().add(140ms, kStart);
    }
    track.restart();
    EXPECT_FALSE(track.line(kStart + 5s));
    EXPECT_TRUE(track.take_held().empty());
    EXPECT_EQ(track.labels().delay().learned(), 140ms);
    EXPECT_EQ(track.pulse_reason(), Reason::kUnlabelled);
}

TEST(SourceTrack, KeepsWhatItWasToldOfLeapSecondsAndSatellites) {
    SourceTrack track = track_of({});
    EXPECT_FALSE(track.vote());
    EXPECT_FALSE(track.satellites());
    track.set_vote(LeapVote{{kEvening.second.day, LeapKind::kInsert}, true});
    track.set_satellites({.source = 1, .at = kStart, .visible = 12, .used = 9});
    EXPECT_EQ(track.vote()->event.kind, LeapKind::kInsert);
    EXPECT_EQ(track.satellites()->used, 9);
}

}  // namespace
}  // namespace tokimori
