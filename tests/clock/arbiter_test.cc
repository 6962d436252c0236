#include "server/clock/arbiter.h"

#include <gtest/gtest.h>

#include "tests/clock/claims.h"

namespace tokimori {
namespace {

using namespace std::chrono_literals;
using Ids = std::vector<SourceId>;

class ArbiterTest : public ::testing::Test {
protected:
    static LocalInstant at(Duration later) { return kNow + later; }

    Judgement judge(Duration later, std::vector<Candidate> candidates, const TimeModel* ours = nullptr) {
        candidates_ = std::move(candidates);
        return arbiter_.judge(candidates_, ours, at(later));
    }
    Ids right() const { return standing_as(Standing::kTruechimer, candidates_); }
    Ids wrong() const { return standing_as(Standing::kFalseticker, candidates_); }
    Ids disputed() const { return standing_as(Standing::kDisputed, candidates_); }
    Ids unheard() const { return standing_as(Standing::kUnheard, candidates_); }

    /// Once a second in [from, to), all say the same.
    void listen(int from, int to, const std::vector<Candidate>& candidates, const TimeModel* ours) {
        for (int second = from; second < to; ++second) {
            judge(std::chrono::seconds{second}, candidates, ours);
        }
    }

    Arbiter arbiter_;
    std::vector<Candidate> candidates_;
};

Candidate trusted(Candidate candidate) {
    candidate.trust = true;
    return candidate;
}

Candidate of_kin(Kin kin, Candidate candidate) {
    candidate.kin = kin;
    return candidate;
}

Candidate in_the_voice_of(SourceId voice, Candidate candidate) {
    candidate.voice = voice;
    return candidate;
}

TEST_F(ArbiterTest, AgreesToNothingWhereNobodySpeaks) {
    const TimeModel ours = model_at(0us, 1us);
    EXPECT_FALSE(judge(0s, {}).agreed);
    EXPECT_FALSE(judge(0s, {}, &ours).agreed);
    EXPECT_FALSE(judge(0s, {}, &ours).disputed);
}

TEST_F(ArbiterTest, BelievesALoneSourceWhileNobodyIsServed) {
    EXPECT_TRUE(judge(0s, {claims(1, 3s, 1us)}).agreed);
    EXPECT_EQ(right(), Ids{1});
}

TEST_F(ArbiterTest, BelievesTheMajority) {
    const Judgement judgement = judge(0s, {claims(1, 0us, 5us), claims(2, 1us, 5us), claims(3, 1ms, 5us)});
    EXPECT_TRUE(judgement.agreed);
    EXPECT_FALSE(judgement.disputed);
    EXPECT_EQ(right(), (Ids{1, 2}));
    EXPECT_EQ(wrong(), Ids{3});
}

TEST_F(ArbiterTest, BelievesTheMajorityAgainstOurOwnClock) {
    const TimeModel ours = model_at(1ms, 5us);
    EXPECT_TRUE(judge(0s, {claims(1, 0us, 5us), claims(2, 1us, 5us), claims(3, 1ms, 5us)}, &ours).agreed);
    EXPECT_EQ(right(), (Ids{1, 2}));
}

TEST_F(ArbiterTest, HearsOneVoiceOnceThoughItComesThroughTwoSources) {
    judge(0s, {claims(1, 0us, 5us), in_the_voice_of(1, claims(2, 0us, 5us)), claims(3, 1ms, 5us)});
    EXPECT_EQ(disputed(), (Ids{1, 2, 3})) << "one against one";
}

TEST_F(ArbiterTest, BelievesBothSourcesOfAVoiceThatIsBorneOut) {
    judge(0s, {claims(1, 0us, 5us), in_the_voice_of(1, claims(2, 0us, 5us)), claims(3, 2us, 5us)});
    EXPECT_EQ(right(), (Ids{1, 2, 3}));
}

TEST_F(ArbiterTest, HoldsOurOwnClockAgainstOneVoiceThroughTwoSources) {
    const TimeModel ours = model_at(0us, 10us);
    const Judgement judgement = judge(0s, {claims(1, 1ms, 5us), in_the_voice_of(1, claims(2, 1ms, 5us))}, &ours);
    EXPECT_FALSE(judgement.agreed);
    EXPECT_EQ(wrong(), (Ids{1, 2}));
}

TEST_F(ArbiterTest, DoesNotLetALoneSourceOverruleOurOwnClock) {
    const TimeModel ours = model_at(0us, 10us);
    EXPECT_FALSE(judge(0s, {claims(1, 1ms, 5us)}, &ours).agreed);
    EXPECT_EQ(wrong(), Ids{1});
}

TEST_F(ArbiterTest, DoesNotCallALoneSourceADispute) {
    const TimeModel ours = model_at(0us, 10us);
    EXPECT_FALSE(judge(0s, {claims(1, 1ms, 5us)}, &ours).disputed);
}

TEST_F(ArbiterTest, BelievesALoneSourceWithinTheBoundOfOurOwnClock) {
    const TimeModel ours = model_at(0us, 2ms);
    EXPECT_TRUE(judge(0s, {claims(1, 1ms, 5us)}, &ours).agreed);
    EXPECT_EQ(right(), Ids{1});
}

TEST_F(ArbiterTest, GuessesAtNeitherOfTwoTornApartWithoutAClockOfOurOwn) {
    const Judgement judgement = judge(0s, {claims(1, 0us, 5us), claims(2, 1ms, 5us)});
    EXPECT_FALSE(judgement.agreed);
    EXPECT_TRUE(judgement.disputed);
    EXPECT_EQ(disputed(), (Ids{1, 2}));
}

TEST_F(ArbiterTest, BelievesTheOneOfTwoThatOurOwnClockBearsOut) {
    const TimeModel ours = model_at(0us, 10us);
    const Judgement judgement = judge(0s, {claims(1, 0us, 5us), claims(2, 1ms, 5us)}, &ours);
    EXPECT_TRUE(judgement.agreed);
    EXPECT_FALSE(judgement.disputed);
    EXPECT_EQ(right(), Ids{1});
    EXPECT_EQ(wrong(), Ids{2});
}

TEST_F(ArbiterTest, WidensTheBoundOverBothWhereOurOwnClockBearsOutBoth) {
    const TimeModel ours = model_at(500us, 600us);
    const Judgement judgement = judge(0s, {claims(1, 0us, 5us), claims(2, 1ms, 5us)}, &ours);
    EXPECT_TRUE(judgement.agreed);
    EXPECT_TRUE(judgement.disputed);
    EXPECT_EQ(disputed(), (Ids{1, 2}));
    EXPECT_EQ(judgement.also.low, -5us);
    EXPECT_EQ(judgement.also.high, 1005us);
}

TEST_F(ArbiterTest, BelievesNeitherOfTwoThatOurOwnClockDoesNotBearOut) {
    const TimeModel ours = model_at(500us, 10us);
    const Judgement judgement = judge(0s, {claims(1, 0us, 5us), claims(2, 1ms, 5us)}, &ours);
    EXPECT_FALSE(judgement.agreed);
    EXPECT_EQ(wrong(), (Ids{1, 2}));
}

TEST_F(ArbiterTest, DoesNotCountTheBoundOfOneThatNobodyBearsOut) {
    const TimeModel ours = model_at(500us, 600us);
    const Judgement judgement =
        judge(0s, {claims(1, 0us, 5us), claims(2, 1ms, 5us), claims(3, 1h, 5us), claims(4, 2h, 5us)}, &ours);
    EXPECT_EQ(wrong(), (Ids{3, 4}));
    EXPECT_EQ(judgement.also.high, 1005us);
}

// The served clock followed the liars, but its own word of before the quarrel is remembered.
TEST_F(ArbiterTest, HoldsTheClockOfBeforeTheQuarrelAgainstTwoAndTwo) {
    const TimeModel before = model_at(0us, 10us);
    judge(0s, {claims(1, 0us, 5us), claims(2, 1us, 5us), claims(3, 2us, 5us), claims(4, 3us, 5us)}, &before);
    const std::vector torn{claims(1, 0us, 5us), claims(2, 1us, 5us), claims(3, 1ms, 5us), claims(4, 1001us, 5us)};
    judge(1s, torn, &before);
    const TimeModel misled = model_at(1ms, 10us);
    EXPECT_TRUE(judge(2s, torn, &misled).agreed);
    EXPECT_EQ(right(), (Ids{1, 2}));
    EXPECT_EQ(wrong(), (Ids{3, 4}));
}

TEST_F(ArbiterTest, GuessesAtNoneOfTwoAndTwoOnceTheClockOfBeforeCannotTellThem) {
    const TimeModel before = model_at(0us, 10us, 1.0);
    judge(0s, {claims(1, 0us, 5us), claims(2, 1us, 5us), claims(3, 2us, 5us), claims(4, 3us, 5us)}, &before);
    const std::vector torn{claims(1, 0us, 5us), claims(2, 1us, 5us), claims(3, 1ms, 5us), claims(4, 1001us, 5us)};
    judge(1s, torn, &before);
    const Judgement judgement = judge(1000s, torn, &before);
    EXPECT_TRUE(judgement.disputed);
    EXPECT_EQ(disputed(), (Ids{1, 2, 3, 4}));
    EXPECT_EQ(judgement.also.high, 1006us);
}

TEST_F(ArbiterTest, ForgetsTheClockOfBeforeTheQuarrelWhenTold) {
    const TimeModel before = model_at(0us, 10us);
    const std::vector torn{claims(1, 0us, 5us), claims(2, 1ms, 5us)};
    judge(0s, torn, &before);
    arbiter_.forget();
    const TimeModel anew = model_at(1ms, 10us);
    judge(1s, torn, &anew);
    EXPECT_EQ(right(), (Ids{})) << "one that was wrong a second ago is on probation";
    EXPECT_EQ(wrong(), Ids{1});
}

TEST_F(ArbiterTest, ForgetsTheClockOfBeforeWhereNobodyIsServed) {
    const TimeModel before = model_at(0us, 10us);
    const std::vector torn{claims(1, 0us, 5us), claims(2, 1ms, 5us)};
    judge(0s, torn, &before);
    EXPECT_FALSE(judge(1s, torn).agreed);
    EXPECT_EQ(disputed(), (Ids{1, 2}));
}

TEST_F(ArbiterTest, DoesNotFollowALiarThatCrossesTheTruth) {
    for (int second = 0; second <= 40; ++second) {
        const Duration lie = (second - 20) * 1ms;
        judge(std::chrono::seconds{second}, {claims(1, 0us, 5us), claims(2, 1us, 5us), claims(3, lie, 2500us)});
        EXPECT_EQ(right(), (Ids{1, 2})) << second;
    }
}

TEST_F(ArbiterTest, SaysThatOneWhoCrossesTheTruthIsOnProbation) {
    judge(0s, {claims(1, 0us, 5us), claims(2, 1us, 5us), claims(3, 1ms, 5us)});
    judge(1s, {claims(1, 0us, 5us), claims(2, 1us, 5us), claims(3, 0us, 5us)});
    EXPECT_EQ(unheard(), Ids{3});
}

// Two receivers under one false sky.
TEST_F(ArbiterTest, BelievesTwoOfUnlikeKinAgainstAnyNumberOfOne) {
    for (const int receivers : {1, 2, 3, 5}) {
        arbiter_ = Arbiter{};
        std::vector<Candidate> all{of_kin(Kin::kLongWave, claims(11, 0us, 20ms)),
                                   of_kin(Kin::kNetwork, claims(12, 1ms, 5ms))};
        for (int i = 1; i <= receivers; ++i) {
            all.push_back(of_kin(Kin::kSatellites, claims(static_cast<SourceId>(i), 100ms, 5us)));
        }
        const TimeModel ours = model_at(100ms, 10us);
        EXPECT_TRUE(judge(0s, all, &ours).agreed);
        EXPECT_EQ(right(), (Ids{11, 12})) << receivers;
    }
}

TEST_F(ArbiterTest, AsksOurOwnClockWhereOneOfAnotherKinContradictsTwoOfOne) {
    const std::vector all{of_kin(Kin::kSatellites, claims(1, 0us, 5us)), of_kin(Kin::kSatellites, claims(2, 1us, 5us)),
                          of_kin(Kin::kNetwork, claims(3, 30ms, 5ms))};
    for (const auto& [served, believed] : {std::pair{Duration{0us}, Ids{1, 2}}, {Duration{30ms}, Ids{3}}}) {
        arbiter_ = Arbiter{};
        const TimeModel ours = model_at(served, 10us);
        const Judgement judgement = judge(0s, all, &ours);
        EXPECT_TRUE(judgement.agreed);
        EXPECT_FALSE(judgement.disputed);
        EXPECT_EQ(right(), believed);
    }
}

TEST_F(ArbiterTest, WidensTheBoundWhereOurOwnClockCannotTellKinsApart) {
    const TimeModel ours = model_at(10ms, 10ms);
    const Judgement judgement =
        judge(0s,
              {of_kin(Kin::kSatellites, claims(1, 0us, 5us)), of_kin(Kin::kSatellites, claims(2, 1us, 5us)),
               of_kin(Kin::kNetwork, claims(3, 20ms, 5ms))},
              &ours);
    EXPECT_TRUE(judgement.agreed);
    EXPECT_TRUE(judgement.disputed);
    EXPECT_EQ(judgement.also.low, -5us);
    EXPECT_EQ(judgement.also.high, 25ms);
}

TEST_F(ArbiterTest, FollowsTheManyOfOneKinFromTheStartWithinABoundThatHoldsTheOther) {
    const Judgement judgement =
        judge(0s, {of_kin(Kin::kSatellites, claims(1, 0us, 5us)), of_kin(Kin::kSatellites, claims(2, 1us, 5us)),
                   of_kin(Kin::kNetwork, claims(3, 20ms, 5ms))});
    EXPECT_TRUE(judgement.agreed);
    EXPECT_TRUE(judgement.disputed);
    EXPECT_EQ(right(), (Ids{1, 2}));
    EXPECT_EQ(judgement.also.high, 25ms);
}

TEST_F(ArbiterTest, OutvotesOneOfAKinByTwoOfIt) {
    for (const bool beside_a_server : {false, true}) {
        std::vector<Candidate> all{of_kin(Kin::kSatellites, claims(1, 0us, 5us)),
                                   of_kin(Kin::kSatellites, claims(2, 1us, 5us)),
                                   of_kin(Kin::kSatellites, claims(3, 1ms, 5us))};
        if (beside_a_server) {
            all.push_back(of_kin(Kin::kNetwork, claims(4, 0us, 5ms)));
        }
        const TimeModel ours = model_at(1ms, 10us);
        EXPECT_TRUE(judge(0s, all, &ours).agreed);
        EXPECT_EQ(wrong(), Ids{3});
    }
}

TEST_F(ArbiterTest, LetsAServerTellWhichOfAKinAsManyAgainstAsManyAreRight) {
    EXPECT_TRUE(judge(0s, {of_kin(Kin::kSatellites, claims(1, 0us, 5us)), of_kin(Kin::kSatellites, claims(2, 9ms, 5us)),
                           of_kin(Kin::kNetwork, claims(3, 0us, 5ms))})
                    .agreed);
    EXPECT_EQ(right(), (Ids{1, 3}));
}

TEST_F(ArbiterTest, CountsEachServerForItself) {
    const TimeModel ours = model_at(100ms, 10us);
    EXPECT_TRUE(judge(0s,
                      {of_kin(Kin::kSatellites, claims(1, 100ms, 5us)), of_kin(Kin::kNetwork, claims(2, 0us, 5ms)),
                       of_kin(Kin::kNetwork, claims(3, 1ms, 5ms))},
                      &ours)
                    .agreed);
    EXPECT_EQ(right(), (Ids{2, 3}));
}

TEST_F(ArbiterTest, EndsProbationAfterEightSeconds) {
    const std::vector mended{claims(1, 0us, 5us), claims(2, 1us, 5us), claims(3, 0us, 5us)};
    judge(0s, {claims(1, 0us, 5us), claims(2, 1us, 5us), claims(3, 1ms, 5us)});
    judge(8s - 1ns, mended);
    EXPECT_EQ(right(), (Ids{1, 2}));
    judge(8s, mended);
    EXPECT_EQ(right(), (Ids{1, 2, 3}));
}

TEST_F(ArbiterTest, KeepsOneOnProbationWhenTimeRunsBackwards) {
    judge(100s, {claims(1, 0us, 5us), claims(2, 1us, 5us), claims(3, 1ms, 5us)});
    judge(0s, {claims(1, 0us, 5us), claims(2, 1us, 5us), claims(3, 0us, 5us)});
    EXPECT_EQ(unheard(), Ids{3});
}

TEST_F(ArbiterTest, CountsOnProbationAsAVoice) {
    judge(0s, {claims(1, 0us, 5us), claims(2, 1us, 5us), claims(3, 1ms, 5us)});
    judge(1s, {claims(1, 0us, 5us), claims(2, 1ms, 5us), claims(3, 0us, 5us)});
    EXPECT_EQ(wrong(), Ids{2});
}

TEST_F(ArbiterTest, LetsOnlyThoseVoteWhoAreTrusted) {
    judge(0s, {claims(1, 0us, 5us), claims(2, 1us, 5us), trusted(claims(3, 1ms, 5us))});
    EXPECT_EQ(right(), Ids{3});
    EXPECT_EQ(wrong(), (Ids{1, 2}));
}

TEST_F(ArbiterTest, LetsThoseFollowWhoAgreeWithTheTrusted) {
    judge(0s, {claims(1, 1ms, 5us), claims(2, 0us, 5us), trusted(claims(3, 1ms, 5us))});
    EXPECT_EQ(right(), (Ids{1, 3}));
}

TEST_F(ArbiterTest, GuessesAtNeitherOfTwoTrustedThatAreTornApart) {
    EXPECT_FALSE(judge(0s, {claims(1, 0us, 5us), trusted(claims(2, 1us, 5us)), trusted(claims(3, 1ms, 5us))}).agreed);
}

TEST_F(ArbiterTest, HoldsOurOwnClockAgainstALoneTrustedSource) {
    const TimeModel ours = model_at(0us, 10us);
    judge(0s, {claims(1, 0us, 5us), trusted(claims(2, 1ms, 5us))}, &ours);
    EXPECT_EQ(right(), (Ids{}));
}

// A precise voice runs away with us, faster than a crystal may; a rough one cannot tell yet.
class Prediction : public ArbiterTest {
protected:
    /// One that follows the precise voice exactly, a part per million for the crystal.
    static TimeModel following(Duration offset, Duration later) {
        TimeModel ours = model_at(offset, 10us, 1.0);
        ours.anchor_local += later;
        ours.anchor_tai += later;
        ours.slew_end += later;
        return ours;
    }
    /// The precise voice goes off from 100 s on; the judgement at the end, `then` s later.
    Judgement ramp(int then, Duration per_second, const std::vector<Candidate>& others) {
        Judgement judgement;
        for (int second = 0; second <= 100 + then; ++second) {
            offset_ = std::max(second - 100, 0) * per_second;
            std::vector<Candidate> all = others;
            all.push_back(claims(1, offset_, 5us));
            const TimeModel ours = following(offset_, std::chrono::seconds{second});
            judgement = judge(std::chrono::seconds{second}, all, &ours);
        }
        return judgement;
    }

    Duration offset_{};
};

TEST_F(Prediction, ShowsAPreciseVoiceThatRunsAwayFromARoughOne) {
    const Judgement judgement = ramp(60, 10us, {claims(2, 0us, 20ms)});
    EXPECT_TRUE(judgement.agreed);
    EXPECT_TRUE(judgement.disputed);
}

TEST_F(Prediction, WidensTheBoundToWhereWeWouldBeWithoutIt) {
    const Judgement judgement = ramp(60, 10us, {claims(2, 0us, 20ms)});
    EXPECT_LE(judgement.also.low, 0us);
    EXPECT_GE(judgement.also.high, 0us);
    EXPECT_LT(judgement.also.high, offset_);
}

TEST_F(Prediction, SeesItBeforeItIs200MicrosecondsOff) {
    for (int then = 0; then <= 20; ++then) {
        arbiter_ = Arbiter{};
        if (ramp(then, 10us, {claims(2, 0us, 20ms)}).disputed) {
            return;
        }
    }
    FAIL();
}

TEST_F(Prediction, DoesNotForgetWhereWeWereWhileTheDisputeLasts) {
    EXPECT_TRUE(ramp(600, 10us, {claims(2, 0us, 20ms)}).disputed);
}

TEST_F(Prediction, IsNotAskedWhereTwoPreciseVoicesGoTogether) {
    Judgement judgement;
    for (int second = 0; second <= 200; ++second) {
        const Duration offset = std::max(second - 100, 0) * 10us;
        const TimeModel ours = following(offset, std::chrono::seconds{second});
        judgement = judge(std::chrono::seconds{second},
                          {claims(1, offset, 5us), claims(2, offset + 1us, 20us), claims(3, 0us, 20ms)}, &ours);
    }
    EXPECT_FALSE(judgement.disputed);
}

TEST_F(Prediction, IsAskedWhereTheTwoAreOneVoice) {
    Judgement judgement;
    for (int second = 0; second <= 200; ++second) {
        const Duration offset = std::max(second - 100, 0) * 10us;
        const TimeModel ours = following(offset, std::chrono::seconds{second});
        judgement = judge(
            std::chrono::seconds{second},
            {claims(1, offset, 5us), in_the_voice_of(1, claims(2, offset + 1us, 20us)), claims(3, 0us, 20ms)}, &ours);
    }
    EXPECT_TRUE(judgement.disputed);
}

TEST_F(Prediction, IsAskedWhereTheTwoAreOfOneKinAndTheRoughOneOfAnother) {
    for (const Kin kin : {Kin::kSatellites, Kin::kLongWave, Kin::kNetwork}) {
        arbiter_ = Arbiter{};
        Judgement judgement;
        for (int second = 0; second <= 200; ++second) {
            const Duration offset = std::max(second - 100, 0) * 10us;
            const TimeModel ours = following(offset, std::chrono::seconds{second});
            judgement =
                judge(std::chrono::seconds{second},
                      {of_kin(Kin::kSatellites, claims(1, offset, 5us)),
                       of_kin(Kin::kSatellites, claims(2, offset + 1us, 20us)), of_kin(kin, claims(3, 0us, 20ms))},
                      &ours);
        }
        EXPECT_EQ(judgement.disputed, kin != Kin::kSatellites) << "nobody else speaks";
    }
}

TEST_F(Prediction, IsNotAskedWhereNobodyElseSpeaks) {
    EXPECT_FALSE(ramp(60, 10us, {}).disputed);
}

TEST_F(Prediction, IsBorneOutByACrystalThatMovesAsItMay) {
    EXPECT_FALSE(ramp(600, 1us, {claims(2, 0us, 20ms)}).disputed);
}

TEST_F(Prediction, IsNotAskedInTheFirstMinute) {
    Judgement judgement;
    for (int second = 0; second < 60; ++second) {
        const TimeModel ours = following(second * 10us, std::chrono::seconds{second});
        judgement = judge(std::chrono::seconds{second}, {claims(1, second * 10us, 5us), claims(2, 0us, 20ms)}, &ours);
    }
    EXPECT_FALSE(judgement.disputed);
}

// Something cold fell upon the board: the others, rough as they are, went with it.
TEST_F(Prediction, GivesWayWhereTheOthersBearOutThatTheCrystalMoved) {
    Judgement judgement;
    bool ever = false;
    for (int second = 0; second <= 400; ++second) {
        const Duration offset = std::max(second - 100, 0) * 50us;
        const TimeModel ours = following(offset, std::chrono::seconds{second});
        judgement = judge(std::chrono::seconds{second}, {claims(1, offset, 5us), claims(2, offset, 100us)}, &ours);
        ever |= judgement.disputed;
    }
    EXPECT_TRUE(ever) << "as long as the rough one could not tell";
    EXPECT_FALSE(judgement.disputed);
}

TEST_F(Prediction, IsForgottenWhenTold) {
    ramp(60, 10us, {claims(2, 0us, 20ms)});
    arbiter_.forget();
    const TimeModel ours = following(offset_, 161s);
    EXPECT_FALSE(judge(161s, {claims(1, offset_, 5us), claims(2, 0us, 20ms)}, &ours).disputed);
}

TEST_F(Prediction, BearsTimeThatRunsBackwards) {
    ramp(0, 10us, {claims(2, 0us, 20ms)});
    const TimeModel ours = following(0us, 0s);
    const Judgement judgement = judge(-1h, {claims(1, 0us, 5us), claims(2, 0us, 20ms)}, &ours);
    EXPECT_TRUE(judgement.agreed);
    EXPECT_FALSE(judgement.disputed);
}

TEST_F(ArbiterTest, HearsHundreds) {
    const TimeModel ours = model_at(1ms, 5us);
    std::vector<Candidate> all;
    for (SourceId id = 0; id < 201; ++id) {
        all.push_back(claims(id, 0us, 5us));
    }
    for (SourceId id = 201; id < 401; ++id) {
        all.push_back(claims(id, 1ms, 5us));
    }
    EXPECT_TRUE(judge(0s, all, &ours).agreed);
    EXPECT_EQ(right().size(), 201U);
}

TEST_F(ArbiterTest, HearsThoseThatAreSureOfNothingForAYear) {
    const Duration tai = 1'800'000'000s;
    const Duration year = 24h * 365;
    const TimeModel ours = model_at(tai, year);
    EXPECT_TRUE(judge(0s, {claims(1, tai, year), claims(2, tai + 3 * year, year)}, &ours).agreed);
    EXPECT_EQ(wrong(), Ids{2}) << "it lies a year off both";
}

TEST_F(ArbiterTest, CountsClaimsThatOnlyTouchAsAgreeing) {
    EXPECT_TRUE(judge(0s, {claims(1, 0us, 5us), claims(2, 10us, 5us)}).agreed);
    EXPECT_FALSE(judge(0s, {claims(1, 0us, 5us), claims(2, 10us + 1ns, 5us)}).agreed);
}

}  // namespace
}  // namespace tokimori
