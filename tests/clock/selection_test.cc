#include "server/clock/selection.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <vector>

namespace tokimori {
namespace {

using namespace std::chrono_literals;

Candidate claims(SourceId source, Duration offset, Duration distance, bool prefer = false) {
    return {.source = source, .offset = offset, .distance = distance, .prefer = prefer};
}

std::vector<SourceId> truechimers(const std::vector<Candidate>& candidates) {
    std::vector<SourceId> found;
    for (const Candidate& candidate : candidates) {
        if (candidate.truechimer) {
            found.push_back(candidate.source);
        }
    }
    std::sort(found.begin(), found.end());
    return found;
}

using Ids = std::vector<SourceId>;

std::optional<SourceId> chosen(std::vector<Candidate>& candidates) {
    const auto selection = select_source(candidates);
    return selection ? std::optional{selection->source} : std::nullopt;
}

TEST(Selection, FindsNobodyAmongNobody) {
    EXPECT_FALSE(select_source({}));
}

TEST(Selection, BelievesALoneSource) {
    std::vector all{claims(7, 3s, 1us)};
    EXPECT_EQ(chosen(all), SourceId{7});
    EXPECT_EQ(truechimers(all), Ids{7});
}

TEST(Selection, FollowsNeitherOfTwoThatContradictEachOther) {
    std::vector all{claims(1, 0us, 10us), claims(2, 100us, 10us)};
    EXPECT_FALSE(select_source(all));
    EXPECT_TRUE(truechimers(all).empty());
}

TEST(Selection, DoesNotLetPreferenceDecideWhoTellsTheTruth) {
    std::vector two{claims(1, 0us, 10us), claims(2, 100us, 10us, true)};
    EXPECT_FALSE(select_source(two));
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
    EXPECT_FALSE(select_source(four));
    std::vector five{claims(1, 0us, 3us), claims(2, 1us, 3us), claims(3, 1ms, 3us), claims(4, 2ms, 3us),
                     claims(5, 2us, 3us)};
    EXPECT_EQ(chosen(five), SourceId{1});
    EXPECT_EQ(truechimers(five), (Ids{1, 2, 5}));
}

TEST(Selection, CountsIntervalsThatOnlyTouchAsAgreeing) {
    std::vector all{claims(1, 0us, 10us), claims(2, 20us, 10us)};
    EXPECT_EQ(chosen(all), SourceId{1});
    std::vector apart{claims(1, 0us, 10us), claims(2, 20us + 1ns, 10us)};
    EXPECT_FALSE(select_source(apart));
}

TEST(Selection, DoesNotBelieveTheOneThatTouchesOnlyAMinority) {
    std::vector all{claims(1, 0us, 10us), claims(2, 5us, 10us), claims(3, 24us, 10us)};
    EXPECT_EQ(chosen(all), SourceId{1});
    EXPECT_EQ(truechimers(all), (Ids{1, 2}));
}

TEST(Selection, WorksAtTheMagnitudeOfTai) {
    const Duration tai = 1'800'000'000s;
    std::vector all{claims(1, tai, 500ms), claims(2, tai + 100ms, 2us), claims(3, tai + 2s, 2us)};
    EXPECT_EQ(chosen(all), SourceId{2});
}

Candidate only_votes(SourceId source, Duration offset, Duration distance) {
    return {.source = source, .offset = offset, .distance = distance, .votes_only = true};
}

TEST(Selection, NeverReturnsOneThatOnlyVotes) {
    std::vector alone{only_votes(9, 0us, 1us)};
    EXPECT_FALSE(select_source(alone));
    EXPECT_EQ(truechimers(alone), Ids{9});
    std::vector two{only_votes(9, 0us, 1us), claims(1, 1us, 10us)};
    EXPECT_EQ(chosen(two), SourceId{1});
    EXPECT_EQ(truechimers(two), (Ids{1, 9}));
}

TEST(Selection, CountsTheVoiceOfOneThatOnlyVotes) {
    std::vector all{claims(1, 0us, 10us), claims(2, 100us, 1us), only_votes(9, 5us, 10us)};
    EXPECT_EQ(chosen(all), SourceId{1});
    std::vector alone{claims(1, 0us, 10us), only_votes(9, 100us, 10us)};
    EXPECT_FALSE(select_source(alone));
}

TEST(Selection, MarksAnew) {
    std::vector all{claims(1, 0us, 10us), claims(2, 100us, 10us)};
    all[0].truechimer = all[1].truechimer = true;
    select_source(all);
    EXPECT_TRUE(truechimers(all).empty());
}

TEST(Selection, ReachesToTheFarEndOfWhatAMajorityOfEqualsClaims) {
    std::vector all{claims(1, 0us, 10us), claims(2, 15us, 11us), claims(3, 16us, 11us)};
    const auto selection = select_source(all);
    ASSERT_TRUE(selection);
    EXPECT_EQ(selection->source, 1);
    EXPECT_EQ(selection->distance, 26us) << "the other two agree up to there";
}

TEST(Selection, IsNotBlurredBySourcesThatAreMuchRougher) {
    std::vector all{claims(1, 0us, 1us), claims(2, 3ms, 20ms), claims(3, -2ms, 30ms)};
    EXPECT_EQ(select_source(all)->distance, 1us);
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
