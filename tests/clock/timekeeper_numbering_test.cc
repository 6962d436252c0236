#include <gtest/gtest.h>

#include "server/clock/labeler.h"
#include "tests/clock/bench.h"

namespace tokimori {
namespace {

using namespace std::chrono_literals;

// Which second does an edge begin, and who may say so?
class Numbering : public Bench {
protected:
    using Bench::Bench;
};

TEST_F(Numbering, NumbersPulsesThatCameBeforeTheirFirstBelievedLabel) {
    clock_.set_sources({gps()});
    for (int second = 0; second < 3; ++second) {
        pulse(second);
    }
    for (int second = 0; second < 3; ++second) {
        clock_.observe(label(second));
    }
    EXPECT_TRUE(serving_at(3s));
    EXPECT_EQ(report().reason, Reason::kSelected);
}

TEST_F(Numbering, NumbersThePulsesOfOneSourceByTheLabelsOfAnother) {
    SourceSettings bare = gps(2);
    bare.prefer = true;
    clock_.set_sources({sentences(1), bare});
    for (int second = 0; second < 10; ++second) {
        pulse(second, 2);
        clock_.observe(label(second, 1));
    }
    EXPECT_EQ(clock_.selected(), SourceId{2});
    EXPECT_LE(std::chrono::abs(error_at(10s)), 1ns);
}

TEST_F(Numbering, NumbersPulsesByTheLabelsOfASourceThatIsOnlyWatched) {
    SourceSettings watched = sentences(1);
    watched.noselect = true;
    clock_.set_sources({watched, gps(2)});
    for (int second = 0; second < 10; ++second) {
        pulse(second, 2);
        clock_.observe(label(second, 1));
    }
    EXPECT_EQ(clock_.selected(), SourceId{2});
    EXPECT_EQ(report(1).reason, Reason::kNoselect);
}

TEST_F(Numbering, LearnsTheSentenceDelayFromItsOwnClock) {
    clock_.set_sources({gps()});
    feed(0, 30);
    ASSERT_TRUE(report().sentence_delay);
    EXPECT_LE(std::chrono::abs(*report().sentence_delay - 140ms), 1ns);
}

TEST_F(Numbering, HearsWhatNamesAnotherSecondWithoutBelievingIt) {
    clock_.set_sources({gps()});
    feed(0, 30);
    begin_ += 1s;
    feed(30, 45);
    EXPECT_EQ(report().reason, Reason::kWrongSecond);
    EXPECT_EQ(clock_.clock_state(), ClockState::kHoldover);
    begin_ -= 1s;
    EXPECT_LE(std::chrono::abs(error_at(45s)), 1ns);
}

TEST_F(Numbering, ComesBackToASourceThatNamesTheRightSecondAgain) {
    clock_.set_sources({gps()});
    feed(0, 30);
    begin_ += 1s;
    feed(30, 45);
    begin_ -= 1s;
    feed(45, 50);
    EXPECT_EQ(clock_.clock_state(), ClockState::kSynchronised);
    EXPECT_EQ(report().reason, Reason::kSelected);
}

TEST_F(Numbering, DoesNotNumberBarePulsesByLabelsThatContradictEachOther) {
    clock_.set_sources({sentences(1), sentences(2), gps(3)});
    lies_[2] = 3s;
    for (const SourceId id : {SourceId{1}, SourceId{2}}) {
        for (int second = 0; second < 3; ++second) {
            clock_.observe(label(second, id));
        }
    }
    for (int second = 3; second < 20; ++second) {
        feed_all(second, second + 1, {1, 2}, false);
        pulse(second, 3);
    }
    EXPECT_FALSE(serving_at(20s));
    EXPECT_FALSE(report(3).from_pulses);
    EXPECT_EQ(report(3).reason, Reason::kWaitingForAgreement);
}

TEST_F(Numbering, NumbersTheirOwnPulsesByLabelsThatContradictEachOther) {
    clock_.set_sources({gps(1), gps(2)});
    lies_[2] = 3s;
    feed_all(0, 20, {1, 2});
    EXPECT_TRUE(report(1).from_pulses);
    EXPECT_TRUE(report(2).from_pulses);
    EXPECT_EQ(report(2).offset - report(1).offset, 3s);
}

TEST_F(Numbering, DoesNotNumberThePulsesOfAReceiverInDoubtByTheLabelsOfAnother) {
    clock_.set_sources({sentences(1), gps(2)});
    for (int second = 0; second < 20; ++second) {
        pulse(second, 2);
        Label frozen = label(second, 2);
        frozen.time = parse_utc("2026-11-22T09:00:00Z").value();
        clock_.observe(frozen);
        clock_.observe(label(second, 1));
    }
    EXPECT_FALSE(report(2).from_pulses);
}

TEST_F(Numbering, NumbersPulsesOfAReceiverThatLostItsLabelsByThoseOfAnother) {
    clock_.set_sources({sentences(1), gps(2)});
    clock_.observe(label(0, 2));
    for (int second = 1; second < 20; ++second) {
        pulse(second, 2);
        clock_.observe(label(second, 1));
    }
    EXPECT_TRUE(report(2).from_pulses) << "ten seconds after its last label it has none";
}

TEST_F(Numbering, SaysThatALateSentenceFitsTwoSeconds) {
    for (const auto late : {-150ms, 630ms}) {
        Timekeeper clock{laboratory(), LeapTable::built_in(), kStart};
        clock.set_sources({gps()});
        behind_[1] = late;
        for (int second = 0; second < 5; ++second) {
            clock.observe(Pulse{1, at(second * 1s), 100ns});
            clock.observe(label(second));
        }
        EXPECT_EQ(clock.sources().front().reason, Reason::kAmbiguousDelay) << late.count();
        EXPECT_FALSE(clock.state().synchronised_at(at(5s)));
    }
}

TEST_F(Numbering, StopsNumberingEightSecondsAfterTheLastLabel) {
    clock_.set_sources({gps()});
    feed(0, 20);
    for (int second = 20; second < 45; ++second) {
        pulse(second);
    }
    EXPECT_LE(clock_.state().reference, truth(27s) + 1ns) << "nobody says that the receiver lives";
    EXPECT_GE(clock_.state().reference, truth(26s));
}

TEST_F(Numbering, DrawsTheLineOfSentencesThroughTheirProofToo) {
    clock_.set_sources({sentences()});
    feed(0, 7, 1, false);
    EXPECT_FALSE(serving_at(7s));
    feed(7, 8, 1, false);
    EXPECT_TRUE(serving_at(8s)) << "eight sentences, the first two among them";
}

TEST_F(Numbering, RefusesSentencesAloneThatNameAnotherSecondThanBefore) {
    for (const auto jump : {-1s, 1s, 5s}) {
        clock_ = Timekeeper{laboratory(), LeapTable::built_in(), kStart};
        clock_.set_sources({sentences()});
        lies_[1] = 0s;
        feed(0, 60, 1, false);
        ASSERT_GT(clock_.state().root_distance_at(at(60s)), kNumberingLimit) << "our clock does not know the second";
        lies_[1] = jump;
        feed(60, 75, 1, false);
        EXPECT_EQ(report().reason, Reason::kWrongSecond) << jump.count();
        EXPECT_LE(std::chrono::abs(error_at(75s)), clock_.state().root_distance_at(at(75s)));
        EXPECT_EQ(clock_.clock_state(), ClockState::kHoldover);
    }
}

TEST_F(Numbering, LetsADelayJumpByLessThanHalfASecond) {
    clock_.set_sources({sentences()});
    feed(0, 60, 1, false);
    behind_[1] = 450ms;
    feed(60, 63, 1, false);
    EXPECT_NE(report().reason, Reason::kWrongSecond);
}

TEST_F(Numbering, RefusesWhatNoDelayExplains) {
    for (const auto behind : {-245ms, 665ms}) {
        clock_ = Timekeeper{laboratory(), LeapTable::built_in(), kStart};
        clock_.set_sources({gps()});
        feed(0, 30);
        for (int second = 30; second < 34; ++second) {
            Label odd = label(second);
            odd.heard += behind;
            clock_.observe(odd);
        }
        clock_.advance(at(45s));
        EXPECT_EQ(report().reason, Reason::kWrongSecond) << behind.count();
    }
}

}  // namespace
}  // namespace tokimori
