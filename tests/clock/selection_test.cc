#include "server/clock/selection.h"

#include <gtest/gtest.h>

#include "tests/clock/claims.h"

namespace tokimori {
namespace {

using namespace std::chrono_literals;
using Ids = std::vector<SourceId>;

// Whoever is chosen when nobody is served yet: the vote, and then the best of those who stand.
std::optional<Combination> select(std::vector<Candidate>& candidates) {
    const Judgement judgement = Arbiter{}.judge(candidates, nullptr, kNow);
    return judgement.agreed ? combine(candidates, kNow) : std::nullopt;
}

std::optional<SourceId> chosen(std::vector<Candidate>& candidates) {
    const auto selection = select(candidates);
    return selection ? std::optional{selection->leader} : std::nullopt;
}

Ids truechimers(const std::vector<Candidate>& candidates) {
    return standing_as(Standing::kTruechimer, candidates);
}

TEST(Selection, FindsNobodyAmongNobody) {
    std::vector<Candidate> none;
    EXPECT_FALSE(select(none));
}

TEST(Selection, BelievesALoneSource) {
    std::vector all{claims(7, 3s, 1us)};
    EXPECT_EQ(chosen(all), SourceId{7});
    EXPECT_EQ(truechimers(all), Ids{7});
}

TEST(Selection, FollowsNeitherOfTwoThatContradictEachOther) {
    std::vector all{claims(1, 0us, 10us), claims(2, 100us, 10us)};
    EXPECT_FALSE(select(all));
    EXPECT_TRUE(truechimers(all).empty());
}

TEST(Selection, DoesNotLetPreferenceDecideWhoTellsTheTruth) {
    std::vector two{claims(1, 0us, 10us), claims(2, 100us, 10us, true)};
    EXPECT_FALSE(select(two));
    std::vector three{claims(1, 0us, 10us), claims(2, 1us, 10us), claims(3, 100us, 10us, true)};
    EXPECT_EQ(chosen(three), SourceId{1});
}

TEST(Selection, TakesTheOneWithTheSmallestDistance) {
    std::vector all{claims(1, 0us, 500ms), claims(2, 10ms, 3us), claims(3, 9ms, 5ms)};
    EXPECT_EQ(chosen(all), SourceId{2});
    EXPECT_EQ(truechimers(all), (Ids{1, 2, 3}));
}

TEST(Selection, TakesThePreferredTruechimerThoughItIsLessSure) {
    std::vector all{claims(1, 0us, 500ms, true), claims(2, 10ms, 3us)};
    EXPECT_EQ(chosen(all), SourceId{1});
}

TEST(Selection, TakesTheFirstOfEqualsInAnyOrder) {
    std::vector one{claims(4, 0us, 3us), claims(9, 0us, 3us)};
    std::vector other{claims(9, 0us, 3us), claims(4, 0us, 3us)};
    EXPECT_EQ(chosen(one), SourceId{4});
    EXPECT_EQ(chosen(other), SourceId{4});
}

TEST(Selection, FindsTheFalsetickerAmongThreeInAnyOrder) {
    std::vector all{claims(1, 0us, 3us), claims(2, 2us, 3us), claims(3, 5ms, 1us)};
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.source < b.source; });
    do {
        EXPECT_NE(chosen(all), SourceId{3});
        EXPECT_EQ(truechimers(all), (Ids{1, 2}));
    } while (std::next_permutation(all.begin(), all.end(),
                                   [](const auto& a, const auto& b) { return a.source < b.source; }));
}

TEST(Selection, NeedsMoreThanHalf) {
    std::vector four{claims(1, 0us, 3us), claims(2, 1us, 3us), claims(3, 1ms, 3us), claims(4, 1001us, 3us)};
    EXPECT_FALSE(select(four));
    std::vector five{claims(1, 0us, 3us), claims(2, 1us, 3us), claims(3, 1ms, 3us), claims(4, 2ms, 3us),
                     claims(5, 2us, 3us)};
    EXPECT_EQ(chosen(five), SourceId{1});
    EXPECT_EQ(truechimers(five), (Ids{1, 2, 5}));
}

TEST(Selection, CountsIntervalsThatOnlyTouchAsAgreeing) {
    std::vector all{claims(1, 0us, 10us), claims(2, 20us, 10us)};
    EXPECT_EQ(chosen(all), SourceId{1});
    std::vector apart{claims(1, 0us, 10us), claims(2, 20us + 1ns, 10us)};
    EXPECT_FALSE(select(apart));
}

TEST(Selection, GuessesAtNoneOfTwoPlacesThatAreClaimedByAsMany) {
    std::vector all{claims(1, 0us, 10us), claims(2, 5us, 10us), claims(3, 24us, 10us)};
    all[0].prefer = true;
    EXPECT_EQ(select(all)->distance, 15us) << "the truth may lie in either";
    EXPECT_EQ(truechimers(all), (Ids{1, 2, 3}));
}

TEST(Selection, GivesOneReceiverOneVoice) {
    std::vector all{claims(1, 0us, 10us), claims(2, 1us, 10us), claims(3, 100us, 10us)};
    all[1].voice = 1;
    EXPECT_FALSE(select(all)) << "one against one";
    all[2].offset = 5us;
    EXPECT_TRUE(select(all));
    EXPECT_EQ(truechimers(all), (Ids{1, 2, 3}));
}

TEST(Selection, LetsOnlyThoseVoteWhoAreTrusted) {
    std::vector all{claims(1, 0us, 10us), claims(2, 1us, 10us), claims(3, 100us, 10us)};
    all[2].trust = true;
    EXPECT_EQ(chosen(all), SourceId{3});
    EXPECT_EQ(standing_as(Standing::kFalseticker, all), (Ids{1, 2}));
}

TEST(Selection, WorksAtTheMagnitudeOfTai) {
    const Duration tai = 1'800'000'000s;
    std::vector all{claims(1, tai, 500ms), claims(2, tai + 100ms, 2us), claims(3, tai + 2s, 2us)};
    EXPECT_EQ(chosen(all), SourceId{2});
}

TEST(Selection, ReachesToTheFarEndOfWhatAMajorityOfEqualsClaims) {
    std::vector all{claims(1, 0us, 10us, true), claims(2, 15us, 11us), claims(3, 16us, 11us)};
    const auto selection = select(all);
    ASSERT_TRUE(selection);
    EXPECT_EQ(selection->leader, 1);
    EXPECT_EQ(selection->distance, 26us) << "the other two agree up to there";
}

TEST(Selection, IsNotBlurredBySourcesThatAreMuchRougher) {
    std::vector all{claims(1, 0us, 1us), claims(2, 3ms, 20ms), claims(3, -2ms, 30ms)};
    EXPECT_EQ(select(all)->distance, 1us);
}

TEST(Selection, StaysWithTheOneThatIsFollowedUnlessAnotherIsTwiceAsGood) {
    std::vector all{claims(1, 0us, 10us), claims(2, 0us, 9us)};
    all[0].current = true;
    EXPECT_EQ(chosen(all), SourceId{1});
    all[1].distance = 4us;
    EXPECT_EQ(chosen(all), SourceId{2});
}

}  // namespace
}  // namespace tokimori
