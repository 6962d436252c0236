#include "server/clock/source_track.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace tokimori {
namespace {

using namespace std::chrono_literals;

constexpr LocalInstant kStart{1000s};
constexpr TaiInstant kTrueStart{1'800'000'000s};
const UtcTime kEvening = parse_utc("2026-11-22T09:00:00Z").value();

SourceTrack track_of(const SourceSettings& settings) {
    return SourceTrack{settings, std::nullopt};
}

void add_pulse(SourceTrack& track, int second, Duration off = 0ns) {
    track.add_pulse_sample({1, kStart + second * 1s, kTrueStart + second * 1s + off, 100ns});
}

void add_pulses(SourceTrack& track, int count, Duration jitter = 0ns) {
    for (int i = 0; i < count; ++i) {
        add_pulse(track, i, i % 2 == 0 ? jitter : -jitter);
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
    add_labels(labelled, 8, 140ms);
    EXPECT_EQ(error_at(labelled, kStart + 8s), 40ms);
}

TEST(SourceTrack, TakesTheMiddleOfWhatASentenceDelayMayBe) {
    SourceTrack track = track_of({});
    add_labels(track, 8, 140ms);
    const LocalInstant now = kStart + 8s;
    ASSERT_TRUE(track.line(now));
    EXPECT_FALSE(track.line(now)->from_pulses);
    EXPECT_EQ(error_at(track, now), 210ms);
    EXPECT_GE(track.line(now)->estimate.offset_bound, 452ms);
    EXPECT_LT(track.line(now)->estimate.offset_bound, 453ms);
}

TEST(SourceTrack, ShowsNoLineOfFewerThanEightLabels) {
    SourceTrack track = track_of({});
    add_labels(track, 7, 140ms);
    EXPECT_FALSE(track.line(kStart + 7s));
    add_labels(track, 8, 140ms);
    EXPECT_TRUE(track.line(kStart + 8s));
}

TEST(SourceTrack, TakesTheSentenceDelayOnceItIsLearnedForAsLongAsItLasts) {
    for (const bool long_ago : {false, true}) {
        SourceTrack track = track_of({});
        add_labels(track, 8, 140ms);
        const LocalInstant now = kStart + 8s;
        for (int i = 0; i < 8; ++i) {
            track.labels().delay().add(141ms, long_ago ? now - SentenceDelay::kLasts - 1ns : now);
        }
        EXPECT_EQ(error_at(track, now), long_ago ? 210ms : 1ms);
        EXPECT_GE(track.line(now)->estimate.offset_bound, long_ago ? 452ms : 22ms);
        EXPECT_LT(track.line(now)->estimate.offset_bound, long_ago ? 453ms : 23ms);
    }
}

TEST(SourceTrack, AllowsForADelayThatCreepsWhileItsLineIsDrawn) {
    for (const auto creep : {-80ms, 80ms}) {
        SourceTrack track = track_of({.delay = 140ms});
        for (int i = 0; i < 64; ++i) {
            track.add_label_sample({kStart + i * 16s + 140ms + creep * (i - 32) / 64, kTrueStart + i * 16s, 2ms});
        }
        const LocalInstant now = kStart + 63 * 16s + 1s;
        ASSERT_TRUE(track.line(now));
        const LineEstimate line = track.line(now)->estimate;
        EXPECT_GT(std::abs(ppm_from_rate(line.rate)), 75) << "the counter is exact";
        EXPECT_GE(ppm_from_rate(line.rate_bound), std::abs(ppm_from_rate(line.rate))) << creep.count();
    }
}

TEST(SourceTrack, SuspectsACreepingDelayTheLessTheLongerTheLine) {
    SourceTrack known = track_of({.delay = 140ms});
    for (int i = 0; i < 64; ++i) {
        known.add_label_sample({kStart + i * 16s + 140ms, kTrueStart + i * 16s, 2ms});
    }
    const LocalInstant now = kStart + 63 * 16s + 1s;
    EXPECT_NEAR(ppm_from_rate(known.line(now)->estimate.rate_bound), 1 + 1e6 * 2 * 0.050 / (63 * 16), 1);
    SourceTrack unknown = track_of({});
    add_labels(unknown, 64, 140ms);
    EXPECT_NEAR(ppm_from_rate(unknown.line(kStart + 64s)->estimate.rate_bound), 1001, 0.1)
        << "no two crystals differ by more";
}

TEST(SourceTrack, LiesWithinTheBoundOfItsSentencesWhateverTheirDelay) {
    for (Duration delay = SentenceDelay::kEarliest; delay <= SentenceDelay::kLatest; delay += 50ms) {
        SourceTrack track = track_of({});
        add_labels(track, 8, delay, 20ms);
        const LocalInstant now = kStart + 8s;
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
    EXPECT_TRUE(track.line(kStart + 12s)->from_pulses);
    ASSERT_TRUE(track.line(kStart + 13s));
    EXPECT_FALSE(track.line(kStart + 13s)->from_pulses);
}

TEST(SourceTrack, IsSilentEightSecondsAfterTheLastWord) {
    SourceTrack track = track_of({});
    add_pulses(track, 5);
    EXPECT_TRUE(track.line(kStart + 12s));
    EXPECT_FALSE(track.line(kStart + 12s + 1ns));
    EXPECT_EQ(track.reason(kStart + 12s + 1ns), Reason::kSilent);
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

TEST(SourceTrack, BeginsAnewAfterEdgesThatScatter) {
    SourceTrack track = track_of({});
    add_pulses(track, 20, 8ms);
    for (int second = 20; second < 24; ++second) {
        add_pulse(track, second);
    }
    ASSERT_TRUE(track.line(kStart + 23s));
    EXPECT_EQ(track.line(kStart + 23s)->estimate.samples, 4U) << "and nothing of before";
    EXPECT_EQ(error_at(track, kStart + 23s), 0ns);
}

TEST(SourceTrack, LeavesOutAnEdgeThatLiesOffItsOwnLine) {
    for (const Duration off : {Duration{-1ms}, Duration{2us}, Duration{300ms}}) {
        SourceTrack track = track_of({});
        add_pulses(track, 20);
        add_pulse(track, 20, off);
        EXPECT_EQ(track.pulse_reason(), Reason::kDistant) << off.count();
        EXPECT_EQ(error_at(track, kStart + 21s), 0ns);
        EXPECT_EQ(track.reason(kStart + 21s), Reason::kDistant) << "people see it at once";
        EXPECT_EQ(track.last_heard(), kStart + 20s);
        add_pulse(track, 21);
        EXPECT_EQ(track.pulse_reason(), Reason::kSelectable);
        EXPECT_EQ(track.line(kStart + 21s)->estimate.samples, 21U);
    }
}

TEST(SourceTrack, AllowsAnEdgeItsJitterAndWhatItDeclares) {
    SourceTrack track = track_of({});
    add_pulses(track, 20);
    track.add_pulse_sample({1, kStart + 20s, kTrueStart + 20s + 30us, 30us});
    EXPECT_EQ(track.pulse_reason(), Reason::kSelectable);
    SourceTrack noisy = track_of({});
    add_pulses(noisy, 20, 1us);
    add_pulse(noisy, 20, 7us);
    EXPECT_EQ(noisy.pulse_reason(), Reason::kSelectable);
}

TEST(SourceTrack, MovesWhereFourInARowLieOffItsLine) {
    SourceTrack track = track_of({});
    add_pulses(track, 20);
    for (int second = 20; second < 23; ++second) {
        add_pulse(track, second, 1ms);
        EXPECT_EQ(error_at(track, kStart + second * 1s), 0ns);
    }
    add_pulse(track, 23, 1ms);
    EXPECT_FALSE(track.line(kStart + 23s)) << "nothing of before is mixed with what follows";
    add_pulse(track, 24, 1ms);
    add_pulse(track, 25, 1ms);
    ASSERT_TRUE(track.line(kStart + 25s));
    EXPECT_EQ(error_at(track, kStart + 25s), 1ms);
    EXPECT_EQ(track.line(kStart + 25s)->estimate.samples, 3U);
}

TEST(SourceTrack, CountsOnlyOutliersInARow) {
    SourceTrack track = track_of({});
    add_pulses(track, 20);
    for (int second = 20; second < 40; ++second) {
        add_pulse(track, second, second % 4 == 0 ? 0ms : 1ms);
    }
    EXPECT_EQ(error_at(track, kStart + 40s), 0ns);
    EXPECT_GE(track.line(kStart + 40s)->estimate.samples, 25U);
}

TEST(SourceTrack, BeginsAnewWhereHalfOfTheEdgesScatterBeyondTheGate) {
    SourceTrack track = track_of({});
    add_pulses(track, 20);
    // Those that pass are a selection: on the line and just beyond the gate in turn.
    for (int second = 20; second < 27; ++second) {
        add_pulse(track, second, second % 2 == 0 ? 3us : 0us);
    }
    EXPECT_FALSE(track.line(kStart + 26s));
    EXPECT_FALSE(track.stepped()) << "it scatters, it went nowhere";
}

TEST(SourceTrack, ShowsPulsesThatRunFasterThanAnyCrystalAsDistant) {
    SourceTrack track = track_of({});
    for (int second = 0; second < 20; ++second) {
        add_pulse(track, second, second * 1ms);
    }
    EXPECT_FALSE(track.line(kStart + 19s));
    EXPECT_EQ(track.pulse_reason(), Reason::kDistant);
    EXPECT_EQ(track.reason(kStart + 19s), Reason::kDistant);
}

TEST(SourceTrack, DoesNotHoldALineAgainstItsSourceAfterEightSeconds) {
    SourceTrack track = track_of({});
    add_pulses(track, 20);
    add_pulse(track, 30, 1ms);
    EXPECT_EQ(track.pulse_reason(), Reason::kSelectable);
    SourceTrack sooner = track_of({});
    add_pulses(sooner, 20);
    add_pulse(sooner, 27, 1ms);
    EXPECT_EQ(sooner.pulse_reason(), Reason::kDistant);
}

TEST(SourceTrack, KnowsThatItSteppedAsideUntilANarrowClaimAgrees) {
    SourceTrack track = track_of({});
    add_pulses(track, 20);
    for (int second = 20; second < 24; ++second) {
        EXPECT_FALSE(track.stepped());
        add_pulse(track, second, 1ms);
    }
    EXPECT_TRUE(track.stepped());
    track.settle(2ms);
    EXPECT_TRUE(track.stepped()) << "so wide a claim agrees with anybody";
    track.settle(900us);
    EXPECT_FALSE(track.stepped());
}

TEST(SourceTrack, DoesNotTakeACrystalThatRunsOtherwiseForAStep) {
    for (const double ppm : {3.0, 10.0, 80.0}) {
        SourceTrack track = track_of({});
        add_pulses(track, 20);
        for (int second = 20; second < 40; ++second) {
            add_pulse(track, second, Duration{std::llround(ppm * 1000 * (second - 19))});
        }
        EXPECT_FALSE(track.stepped()) << ppm;
        EXPECT_LE(track.line(kStart + 39s)->estimate.samples, 17U) << "though its line began anew";
    }
}

TEST(SourceTrack, SteppedAsideInSilenceFartherThanACrystalGoes) {
    for (const auto& [off, stepped] : {std::pair{Duration{100us}, false}, {Duration{1ms}, true}}) {
        SourceTrack track = track_of({});
        add_pulses(track, 20);
        for (int second = 40; second < 43; ++second) {
            add_pulse(track, second, off);
        }
        EXPECT_EQ(track.stepped(), stepped) << off.count();
        EXPECT_EQ(track.line(kStart + 42s)->estimate.samples, 3U) << "no line through the break";
    }
}

TEST(SourceTrack, WaitsForAPointOfManySamplesAsLongAsItIsGathered) {
    SourceTrack track = track_of({});
    add_pulses(track, 20, 1us);
    EXPECT_EQ(track.patience(), 8s);
    std::mt19937_64 random{7};  // NOLINT(cert-msc51-cpp): the same on every run
    std::normal_distribution<double> error{0.0, 15e6};
    SourceTrack rough = track_of({});
    for (int second = 0; second < 3600; ++second) {
        const LocalInstant now = kStart + second * 1s;
        rough.add_pulse_sample({1, now, kTrueStart + second * 1s + Duration{std::llround(error(random))}, 20ms});
        const auto line = rough.line(now);
        EXPECT_TRUE(!line || now - line->estimate.anchor_local <= rough.patience()) << second;
    }
    EXPECT_GT(rough.patience(), 30s);
}

TEST(SourceTrack, KnowsALabelThatNamesAnotherSecondThanThoseBefore) {
    SourceTrack track = track_of({});
    add_labels(track, 20, 140ms);
    const auto names = [](Duration later) { return HeardSecond{kStart + 20s + 140ms, kTrueStart + 20s + later, 2ms}; };
    for (const auto later : {0ms, 490ms, -490ms}) {
        EXPECT_FALSE(track.contradicts_own_labels(names(later))) << later.count();
    }
    for (const auto later : {510ms, -510ms, 1000ms, -1000ms}) {
        EXPECT_TRUE(track.contradicts_own_labels(names(later))) << later.count();
    }
}

TEST(SourceTrack, HoldsNothingAgainstALabelWhereItsLineIsNotGoodEnough) {
    const HeardSecond next{kStart + 40s + 140ms, kTrueStart + 41s, 2ms};
    EXPECT_FALSE(track_of({}).contradicts_own_labels(next)) << "there is none";
    SourceTrack track = track_of({});
    add_labels(track, 3, 140ms, 20ms);
    EXPECT_FALSE(track.contradicts_own_labels(next)) << "three that scatter";
    SourceTrack old = track_of({});
    add_labels(old, 20, 140ms, 5ms);
    EXPECT_TRUE(old.contradicts_own_labels(next));
    EXPECT_FALSE(old.contradicts_own_labels({kStart + 24h, kTrueStart + 24h + 1s, 2ms})) << "long ago";
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
    EXPECT_FALSE(track.labels_heard(kStart));
    track.labels().weigh({.source = 1, .heard = kStart + 140ms, .time = kEvening}, LeapTable::built_in());
    EXPECT_EQ(track.last_heard(), kStart + 140ms) << "believed or not";
    EXPECT_TRUE(track.labels_heard(kStart + 8s + 140ms));
    EXPECT_FALSE(track.labels_heard(kStart + 8s + 140ms + 1ns));
    EXPECT_FALSE(track.pulses_heard(kStart + 1s));
    track.hold({1, kStart + 5s, 100ns});
    EXPECT_EQ(track.last_heard(), kStart + 5s);
    EXPECT_TRUE(track.pulses_heard(kStart + 13s));
    EXPECT_FALSE(track.pulses_heard(kStart + 13s + 1ns));
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

TEST(SourceTrack, KeepsWhatItWasToldBesideTheTimeWhenItBeginsAnew) {
    SourceTrack track = track_of({});
    EXPECT_FALSE(track.news().vote);
    EXPECT_FALSE(track.news().satellites);
    track.news().vote = LeapVote{.event = {kEvening.second.day, LeapKind::kInsert}};
    track.news().note(Satellites{.source = 1, .at = kStart, .visible = 12, .used = 9});
    track.restart();
    EXPECT_EQ(track.news().vote->event.kind, LeapKind::kInsert);
    EXPECT_EQ(track.news().satellites->used, 9);
}

}  // namespace
}  // namespace tokimori
