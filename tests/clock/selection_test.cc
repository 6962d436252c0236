#include "server/clock/selection.h"

#include <gtest/gtest.h>

#include <algorithm>
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

TEST(Selection, FindsNobodyAmongNobody) {
    EXPECT_FALSE(select_source({}));
}

TEST(Selection, BelievesALoneSource) {
    std::vector all{claims(7, 3s, 1us)};
    EXPECT_EQ(select_source(all), SourceId{7});
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
    EXPECT_EQ(select_source(three), SourceId{1});
}

TEST(Selection, TakesTheOneWithTheSmallestDistance) {
    std::vector all{claims(1, 0us, 500ms), claims(2, 10ms, 3us), claims(3, 9ms, 5ms)};
    EXPECT_EQ(select_source(all), SourceId{2});
    EXPECT_EQ(truechimers(all), (Ids{1, 2, 3}));
}

TEST(Selection, TakesThePreferredTruechimerThoughItIsLessSure) {
    std::vector all{claims(1, 0us, 500ms, true), claims(2, 10ms, 3us)};
    EXPECT_EQ(select_source(all), SourceId{1});
}

TEST(Selection, TakesTheFirstOfEqualsInAnyOrder) {
    std::vector one{claims(4, 0us, 3us), claims(9, 0us, 3us)};
    std::vector other{claims(9, 0us, 3us), claims(4, 0us, 3us)};
    EXPECT_EQ(select_source(one), SourceId{4});
    EXPECT_EQ(select_source(other), SourceId{4});
}

TEST(Selection, FindsTheFalsetickerAmongThreeInAnyOrder) {
    std::vector all{claims(1, 0us, 3us), claims(2, 2us, 3us), claims(3, 5ms, 1us)};
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.source < b.source; });
    do {
        EXPECT_NE(select_source(all), SourceId{3});
        EXPECT_EQ(truechimers(all), (Ids{1, 2}));
    } while (std::next_permutation(all.begin(), all.end(),
                                   [](const auto& a, const auto& b) { return a.source < b.source; }));
}

TEST(Selection, NeedsMoreThanHalf) {
    std::vector four{claims(1, 0us, 3us), claims(2, 1us, 3us), claims(3, 1ms, 3us), claims(4, 1001us, 3us)};
    EXPECT_FALSE(select_source(four));
    std::vector five{claims(1, 0us, 3us), claims(2, 1us, 3us), claims(3, 1ms, 3us), claims(4, 2ms, 3us),
                     claims(5, 2us, 3us)};
    EXPECT_EQ(select_source(five), SourceId{1});
    EXPECT_EQ(truechimers(five), (Ids{1, 2, 5}));
}

TEST(Selection, CountsIntervalsThatOnlyTouchAsAgreeing) {
    std::vector all{claims(1, 0us, 10us), claims(2, 20us, 10us)};
    EXPECT_EQ(select_source(all), SourceId{1});
    std::vector apart{claims(1, 0us, 10us), claims(2, 20us + 1ns, 10us)};
    EXPECT_FALSE(select_source(apart));
}

TEST(Selection, DoesNotBelieveTheOneThatTouchesOnlyAMinority) {
    std::vector all{claims(1, 0us, 10us), claims(2, 5us, 10us), claims(3, 24us, 10us)};
    EXPECT_EQ(select_source(all), SourceId{1});
    EXPECT_EQ(truechimers(all), (Ids{1, 2}));
}

TEST(Selection, WorksAtTheMagnitudeOfTai) {
    const Duration tai = 1'800'000'000s;
    std::vector all{claims(1, tai, 500ms), claims(2, tai + 100ms, 2us), claims(3, tai + 2s, 2us)};
    EXPECT_EQ(select_source(all), SourceId{2});
}

Candidate only_votes(SourceId source, Duration offset, Duration distance) {
    return {.source = source, .offset = offset, .distance = distance, .votes_only = true};
}

TEST(Selection, NeverReturnsOneThatOnlyVotes) {
    std::vector alone{only_votes(9, 0us, 1us)};
    EXPECT_FALSE(select_source(alone));
    EXPECT_EQ(truechimers(alone), Ids{9});
    std::vector two{only_votes(9, 0us, 1us), claims(1, 1us, 10us)};
    EXPECT_EQ(select_source(two), SourceId{1});
    EXPECT_EQ(truechimers(two), (Ids{1, 9}));
}

TEST(Selection, CountsTheVoiceOfOneThatOnlyVotes) {
    std::vector all{claims(1, 0us, 10us), claims(2, 100us, 1us), only_votes(9, 5us, 10us)};
    EXPECT_EQ(select_source(all), SourceId{1});
    std::vector alone{claims(1, 0us, 10us), only_votes(9, 100us, 10us)};
    EXPECT_FALSE(select_source(alone));
}

TEST(Selection, MarksAnew) {
    std::vector all{claims(1, 0us, 10us), claims(2, 100us, 10us)};
    all[0].truechimer = all[1].truechimer = true;
    select_source(all);
    EXPECT_TRUE(truechimers(all).empty());
}

}  // namespace
}  // namespace tokimori
