#include <gtest/gtest.h>

#include "tests/clock/bench.h"

namespace tokimori {
namespace {

using namespace std::chrono_literals;

// Whose second is wrong: a source's, or ours?
class Second : public Bench {
protected:
    using Bench::Bench;

    static SourceSettings of_kin(SourceSettings settings, Kin kin) {
        settings.kin = kin;
        return settings;
    }
    static SourceSettings receiver(SourceId id) { return of_kin(gps(id), Kin::kSatellites); }
    static SourceSettings server(SourceId id) { return of_kin(sentences(id), Kin::kNetwork); }
    static SourceSettings radio(SourceId id) { return of_kin(sentences(id), Kin::kLongWave); }

    /// What a server says within that second.
    void ask(int second, SourceId id) {
        const Duration then = seconds(second) + 300ms;
        OffsetSample sample{id, at(then), LeapTable::built_in().utc_at(truth(then + lies_[id])), 1ms};
        if (announces_) {
            sample.server = ServerFacts{.next = 64s};
        }
        clock_.observe(sample);
    }
    bool announces_ = false;  ///< a server says when it will be asked again

    /// Receivers, and servers that are asked once a second.
    void feed_both(int from, int to, const std::vector<SourceId>& receivers, const std::vector<SourceId>& servers) {
        for (int second = from; second < to; ++second) {
            for (const SourceId id : servers) {
                ask(second, id);
            }
            feed_all(second, second + 1, receivers);
        }
    }
    /// A receiver a second off has set the clock.
    void begin_wrong(const std::vector<SourceSettings>& sources) {
        clock_.set_sources(sources);
        lies_[1] = 1s;
        feed(0, 60, 1);
        ASSERT_NEAR(static_cast<double>(error_at(60s).count()), 1e9, 1e3);
        lies_[1] = 0s;
    }
};

TEST_F(Second, OfOursIsGivenUpWhereTwoOfUnlikePhysicsNameAnother) {
    begin_wrong({receiver(1), server(2)});
    int wrong = 0;
    for (int second = 60; second < 100; ++second) {
        feed_both(second, second + 1, {1}, {2});
        wrong += serving_at(seconds(second) + 900ms) && std::chrono::abs(error_at(seconds(second) + 900ms)) > 500ms;
    }
    EXPECT_LE(wrong, 11) << "eight seconds, and three to believe them";
}

TEST_F(Second, OfTheirsIsThenFollowed) {
    begin_wrong({receiver(1), server(2)});
    feed_both(60, 90, {1}, {2});
    EXPECT_EQ(clock_.clock_state(), ClockState::kSynchronised);
    EXPECT_LE(std::chrono::abs(error_at(90s)), clock_.state().root_distance_at(at(90s)));
    EXPECT_LT(clock_.state().root_distance_at(at(90s)), 1ms);
}

TEST_F(Second, OfTheirsIsThenRemembered) {
    begin_wrong({receiver(1), server(2)});
    feed_both(60, 90, {1}, {2});
    EXPECT_LE(std::chrono::abs(clock_.memory().value().saved - truth(89s + 900ms)), 1ms);
}

TEST_F(Second, OfOursIsNotRememberedOnceItIsDoubted) {
    begin_wrong({receiver(1), server(2)});
    bool doubted = false;
    for (int second = 60; second < 90; ++second) {
        feed_both(second, second + 1, {1}, {2});
        if (!serving_at(seconds(second) + 900ms)) {
            doubted = true;
            EXPECT_EQ(clock_.memory().value().valid_until, LocalInstant::min());
        }
    }
    EXPECT_TRUE(doubted);
}

TEST_F(Second, OfOursStandsAgainstALoneReceiver) {
    begin_wrong({receiver(1), server(2)});
    feed(60, 200, 1);
    EXPECT_TRUE(serving_at(200s));
    EXPECT_EQ(report(1).reason, Reason::kWrongSecond);
    EXPECT_NEAR(static_cast<double>(error_at(200s).count()), 1e9, 1e6);
}

TEST_F(Second, OfOursStandsAgainstOneWhereTheOtherIsOnlyWatched) {
    SourceSettings watched = server(2);
    watched.noselect = true;
    begin_wrong({receiver(1), watched});
    feed_both(60, 200, {1}, {2});
    EXPECT_TRUE(serving_at(200s));
}

TEST_F(Second, OfOursStandsAgainstTwoReceiversOfOneKind) {
    begin_wrong({receiver(1), receiver(2)});
    feed_all(60, 200, {1, 2});
    EXPECT_TRUE(serving_at(200s));
    EXPECT_EQ(report(2).reason, Reason::kWrongSecond);
}

TEST_F(Second, OfOursStandsAgainstTwoThatNameDifferentOnes) {
    begin_wrong({receiver(1), server(2)});
    lies_[2] = 5s;
    feed_both(60, 200, {1}, {2});
    EXPECT_TRUE(serving_at(200s));
}

TEST_F(Second, OfOursStandsWhereAsManyBearItOut) {
    clock_.set_sources({receiver(1), server(2), radio(3), of_kin(gps(4), Kin::kUnknown)});
    feed(0, 60, 1);
    lies_[1] = lies_[2] = 1s;
    for (int second = 60; second < 200; ++second) {
        ask(second, 2);
        clock_.observe(label(second, 3));
        feed_all(second, second + 1, {1, 4});
    }
    EXPECT_TRUE(serving_at(200s));
    EXPECT_LE(std::chrono::abs(error_at(200s)), 1ms);
}

TEST_F(Second, OfOursIsGivenUpWhereTheTrustedSourceNamesAnother) {
    SourceSettings trusted = receiver(1);
    trusted.trust = true;
    begin_wrong({trusted});
    feed(60, 100, 1);
    EXPECT_LE(std::chrono::abs(error_at(100s)), 1us);
    EXPECT_EQ(report(1).reason, Reason::kSelected);
}

class SecondBesideATrustedServer : public Second {
protected:
    /// The receiver serves, whatever the server, asked once a minute, said of it.
    void begin_with(SourceSettings trusted) {
        trusted.trust = true;
        clock_.set_sources({receiver(1), trusted});
        for (int minute = 0; minute < 6; ++minute) {
            ask(minute * 60, trusted.id);
            feed(minute * 60, minute * 60 + 60, 1);
        }
        ASSERT_TRUE(serving_at(360s));
    }
};

TEST_F(SecondBesideATrustedServer, IsServedToNobodyFromTheFirstWordAgainstIt) {
    begin_with(server(2));
    lies_[1] = 1s;
    feed(360, 400, 1);
    lies_[2] = 1s;
    ask(400, 2);
    EXPECT_FALSE(serving_at(400s + 300ms));
    EXPECT_EQ(clock_.clock_state(), ClockState::kUnsynchronised);
    EXPECT_EQ(clock_.memory().value().valid_until, LocalInstant::min());
    feed(400, 410, 1);
    EXPECT_FALSE(serving_at(410s)) << "nobody has borne us out";
}

TEST_F(SecondBesideATrustedServer, IsServedAgainOnceTheServerBearsItOut) {
    begin_with(server(2));
    lies_[2] = -1s;
    ask(360, 2);
    EXPECT_FALSE(serving_at(360s + 300ms));
    lies_[2] = 0s;
    ask(362, 2);
    EXPECT_TRUE(serving_at(362s + 300ms));
    EXPECT_LE(std::chrono::abs(error_at(362s + 300ms)), 1us) << "our clock went on";
}

TEST_F(SecondBesideATrustedServer, IsServedToNobodyThoughTheServerFallsSilent) {
    begin_with(server(2));
    lies_[2] = -1s;
    ask(360, 2);
    feed(361, 1361, 1);
    EXPECT_FALSE(serving_at(1361s)) << "silence is no answer";
}

TEST_F(SecondBesideATrustedServer, IsServedAgainWhereAServerAndARadioBearItOut) {
    SourceSettings trusted = server(2);
    trusted.trust = true;
    clock_.set_sources({receiver(1), trusted, radio(3)});
    for (int second = 0; second < 120; ++second) {
        clock_.observe(label(second, 3));
        feed(second, second + 1, 1);
    }
    ask(60, 2);
    lies_[2] = -1s;
    ask(120, 2);
    for (int second = 121; second < 140; ++second) {
        clock_.observe(label(second, 3));
        feed(second, second + 1, 1);
    }
    EXPECT_TRUE(serving_at(140s));
    EXPECT_EQ(report(1).reason, Reason::kSelected);
}

TEST_F(SecondBesideATrustedServer, IsTheServersWhereItInsists) {
    begin_with(server(2));
    lies_[2] = -1s;
    for (int second = 360; second < 420; second += 2) {
        ask(second, 2);
        feed(second, second + 2, 1);
        const Duration now = seconds(second) + 1900ms;
        EXPECT_FALSE(serving_at(now) && error_at(now) > -500ms) << second;
    }
    EXPECT_TRUE(serving_at(420s));
    EXPECT_LE(std::chrono::abs(error_at(420s) + 1s), clock_.state().root_distance_at(at(420s)));
}

TEST_F(SecondBesideATrustedServer, IsNotServedWhatTheServerContradictedBeforeTheFirstService) {
    SourceSettings trusted = server(2);
    trusted.trust = true;
    clock_.set_sources({receiver(1), trusted});
    announces_ = true;
    ask(0, 2);
    lies_[1] = 1s;
    for (int second = 0; second < 60; ++second) {
        feed(second, second + 1, 1);
        EXPECT_FALSE(serving_at(seconds(second) + 900ms)) << second;
    }
}

TEST_F(SecondBesideATrustedServer, SaysWhoObjectsAndFollowsNobodyMeanwhile) {
    begin_with(server(2));
    lies_[2] = 1s;
    ask(360, 2);
    EXPECT_EQ(report(2).reason, Reason::kObjects);
    EXPECT_EQ(report(1).reason, Reason::kWithheld);
    EXPECT_FALSE(clock_.selected());
    EXPECT_TRUE(clock_.report().disputed);
    EXPECT_EQ(clock_.report().revocations, 1U);
}

TEST_F(SecondBesideATrustedServer, IsWithheldThoughTheServersPollChanges) {
    begin_with(server(2));
    lies_[2] = 1s;
    ask(360, 2);
    SourceSettings other = server(2);
    other.trust = true;
    other.prefer = true;
    clock_.set_sources({receiver(1), other});
    EXPECT_FALSE(serving_at(360s + 300ms));
}

TEST_F(SecondBesideATrustedServer, IsWithheldFromTheHostToo) {
    begin_with(server(2));
    lies_[2] = 1s;
    ask(360, 2);
    EXPECT_FALSE(clock_.own_state().synchronised_at(at(360s + 300ms)));
}

TEST_F(SecondBesideATrustedServer, DoesNotDependOnOneThatIsOnlyWatched) {
    SourceSettings watched = server(2);
    watched.noselect = true;
    begin_with(watched);
    lies_[2] = 1s;
    ask(360, 2);
    EXPECT_TRUE(serving_at(360s + 300ms));
}

TEST_F(SecondBesideATrustedServer, IsServedAgainOnceTheOperatorTakesTheServerAway) {
    begin_with(server(2));
    lies_[2] = 1s;
    ask(360, 2);
    clock_.set_sources({receiver(1)});
    EXPECT_TRUE(serving_at(360s + 300ms));
}

// A busy host, a slow line.
TEST_F(Second, OfOursIsServedThoughOneSentenceOfATrustedReceiverIsLate) {
    SourceSettings trusted = receiver(1);
    trusted.trust = true;
    clock_.set_sources({trusted});
    feed(0, 60, 1);
    pulse(60);
    Label late = label(60, 1);
    late.heard += 900ms;
    clock_.observe(late);
    for (int second = 61; second < 70; ++second) {
        EXPECT_TRUE(serving_at(seconds(second)));
        feed(second, second + 1, 1);
    }
}

TEST_F(Second, OfOursIsServedThoughTheSentencesOfATrustedReceiverFreeze) {
    SourceSettings trusted = receiver(1);
    trusted.trust = true;
    clock_.set_sources({trusted});
    feed(0, 60, 1);
    const UtcTime frozen = label(60, 1).time;
    for (int second = 60; second < 300; ++second) {
        pulse(second);
        Label same = label(second, 1);
        same.time = frozen;
        clock_.observe(same);
        clock_.advance(at(seconds(second) + 900ms));
        EXPECT_TRUE(serving_at(seconds(second) + 900ms)) << second;
    }
}

TEST_F(Second, OfOursIsGivenUpThoughNobodyGivesPulses) {
    begin_wrong({receiver(1), server(2), radio(3)});
    for (int second = 60; second < 120; ++second) {
        clock_.observe(label(second, 3));
        ask(second, 2);
        clock_.advance(at(seconds(second) + 900ms));
    }
    EXPECT_EQ(clock_.clock_state(), ClockState::kSynchronised);
    EXPECT_LE(std::chrono::abs(error_at(120s)), clock_.state().root_distance_at(at(120s)));
}

TEST_F(Second, IsNotAskedOfASourceThatTheOperatorTookAway) {
    begin_wrong({receiver(1), server(2)});
    for (int second = 60; second < 60 + 8 * 64; second += 64) {
        ask(second, 2);
    }
    clock_.set_sources({receiver(1)});
    feed(600, 620, 1);
    EXPECT_TRUE(serving_at(620s));
    EXPECT_EQ(report(1).reason, Reason::kWrongSecond);
}

TEST_F(Second, IsNoPanicHoweverFarOursIs) {
    Timekeeper::Settings settings;
    settings.policy.panic_threshold = 10s;
    clock_ = Timekeeper{settings, LeapTable::built_in(), kStart};
    clock_.set_sources({receiver(1), server(2)});
    lies_[1] = 1h;
    feed(0, 60, 1);
    lies_[1] = 0s;
    feed_both(60, 100, {1}, {2});
    EXPECT_LE(std::chrono::abs(error_at(100s)), 1ms);
}

}  // namespace
}  // namespace tokimori
