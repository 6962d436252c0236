#include "server/clock/combination.h"

#include <gtest/gtest.h>

#include "tests/clock/claims.h"

namespace tokimori {
namespace {

using namespace std::chrono_literals;
using Ids = std::vector<SourceId>;

Candidate standing(Standing standing, SourceId source, Duration offset, Duration distance) {
    Candidate candidate = claims(source, offset, distance);
    candidate.standing = standing;
    return candidate;
}

Candidate right(SourceId source, Duration offset, Duration distance) {
    return standing(Standing::kTruechimer, source, offset, distance);
}

Duration offset_of(const Combination& combination) {
    return combination.line.tai_at(kNow) - TaiInstant{kNow.time_since_epoch()};
}

TEST(Combination, IsNothingWhereNobodyIs) {
    EXPECT_FALSE(combine({}, kNow));
}

TEST(Combination, IsNothingWhereNobodyStands) {
    const std::vector all{standing(Standing::kFalseticker, 1, 0us, 1us), standing(Standing::kUnheard, 2, 0us, 1us)};
    EXPECT_FALSE(combine(all, kNow));
}

TEST(Combination, OfOneIsWhatItSays) {
    const auto alone = combine(std::vector{right(7, 3us, 10us)}, kNow);
    ASSERT_TRUE(alone);
    EXPECT_EQ(alone->leader, 7);
    EXPECT_EQ(alone->members, Ids{7});
    EXPECT_EQ(offset_of(*alone), 3us);
    EXPECT_EQ(alone->distance, 10us);
}

TEST(Combination, LeavesOutWhoDoesNotStand) {
    const auto two = combine(std::vector{right(1, 0us, 10us), standing(Standing::kFalseticker, 2, 8us, 5us),
                                         standing(Standing::kUnheard, 3, 8us, 5us)},
                             kNow);
    EXPECT_EQ(two->members, Ids{1});
    EXPECT_EQ(offset_of(*two), 0us);
}

TEST(Combination, WeighsEachByHowSureItIs) {
    const auto two = combine(std::vector{right(1, 0us, 10us), right(2, 6us, 20us)}, kNow);
    EXPECT_EQ(two->leader, 1);
    EXPECT_EQ(two->members, (Ids{1, 2}));
    EXPECT_EQ(offset_of(*two), 2us);
}

TEST(Combination, WeighsRatesAndTheirBoundsToo) {
    std::vector all{right(1, 0us, 10us), right(2, 0us, 10us)};
    all[0].line.rate = rate_from_ppm(10.0);
    all[1].line.rate = rate_from_ppm(12.0);
    all[0].line.rate_bound = rate_from_ppm(1.0);
    all[1].line.rate_bound = rate_from_ppm(3.0);
    const auto two = combine(all, kNow);
    EXPECT_NEAR(ppm_from_rate(two->line.rate), 11.0, 1e-6);
    EXPECT_NEAR(ppm_from_rate(two->line.rate_bound), 2.0, 1e-6);
}

TEST(Combination, ReadsAnOlderLineWhereTheLeadersIsAnchored) {
    std::vector all{right(1, 0us, 10us), right(2, 0us, 10us)};
    all[1].line.anchor_local -= 100s;
    all[1].line.anchor_tai -= 100s + 1ms;
    all[1].line.rate = rate_from_ppm(10.0);
    EXPECT_LE(std::chrono::abs(offset_of(*combine(all, kNow))), 1ns);
}

TEST(Combination, LeavesOutThoseMuchRougherThanTheLeader) {
    const auto one = combine(std::vector{right(1, 0us, 10us), right(2, 30us, 40us + 1ns)}, kNow);
    EXPECT_EQ(one->members, Ids{1});
    EXPECT_EQ(one->distance, 10us);
}

// By chance the few samples of a young line may scatter little.
TEST(Combination, CountsAmongPeersWhoWouldBeAsGoodWithAsManySamples) {
    std::vector all{right(1, 3us, 2us), right(2, 0us, 9us), right(3, -2us, 9us)};
    EXPECT_EQ(combine(all, kNow)->distance, 2us);
    all[1].line.attainable = all[2].line.attainable = 1us;
    const auto three = combine(all, kNow);
    EXPECT_EQ(three->members, (Ids{1, 2, 3}));
    EXPECT_GE(three->distance, offset_of(*three) + 9us) << "the truth may be where the two agree";
}

TEST(Combination, FollowsThePreferredOneAlone) {
    std::vector all{right(1, 0us, 1us), right(2, 3us, 10us)};
    all[1].prefer = true;
    const auto preferred = combine(all, kNow);
    EXPECT_EQ(preferred->leader, 2);
    EXPECT_EQ(preferred->members, Ids{2});
    EXPECT_EQ(offset_of(*preferred), 3us);
}

TEST(Combination, FollowsOneOfThoseInDisputeAlone) {
    const std::vector all{standing(Standing::kDisputed, 1, 0us, 10us), standing(Standing::kDisputed, 2, 50us, 12us)};
    const auto one = combine(all, kNow);
    EXPECT_EQ(one->members, Ids{1});
    EXPECT_EQ(offset_of(*one), 0us) << "the middle between a truth and a lie is a lie";
}

TEST(Combination, StaysWithTheCurrentOneUnlessAnotherIsTwiceAsGood) {
    std::vector all{right(1, 0us, 9us), right(2, 0us, 10us)};
    all[1].current = true;
    EXPECT_EQ(combine(all, kNow)->leader, 2);
    all[0].distance = 4us;
    EXPECT_EQ(combine(all, kNow)->leader, 1);
}

TEST(Combination, ReachesToTheFarEndOfWhatAMajorityOfItsPeersClaims) {
    const auto three = combine(std::vector{right(1, 0us, 10us), right(2, 10us, 17us), right(3, 16us, 11us)}, kNow);
    EXPECT_EQ(offset_of(*three) + three->distance, 27us);
}

TEST(Combination, DropsTheOutlierOfFour) {
    std::vector all{right(1, 0us, 100us), right(2, 1us, 100us), right(3, 2us, 100us), right(4, 90us, 100us)};
    for (Candidate& candidate : all) {
        candidate.line.jitter = 1us;
    }
    const auto three = combine(all, kNow);
    EXPECT_EQ(three->outliers, Ids{4});
    EXPECT_EQ(three->members, (Ids{1, 2, 3}));
    EXPECT_NEAR(static_cast<double>(offset_of(*three).count()), 1000, 1);
}

TEST(Combination, KeepsThreeThatLieAboutEquallyFarApart) {
    const std::vector all{right(1, 0us, 100us), right(2, 40us, 100us), right(3, 90us, 100us)};
    EXPECT_TRUE(combine(all, kNow)->outliers.empty());
}

TEST(Combination, DropsTheOneOfThreeThatTheOtherTwoAgreeAgainst) {
    std::vector all{right(1, 0us, 100us), right(2, 10us, 100us), right(3, 36us, 100us)};
    const auto two = combine(all, kNow);
    EXPECT_EQ(two->outliers, Ids{3});
    EXPECT_EQ(two->members, (Ids{1, 2}));
    EXPECT_GE(offset_of(*two) + two->distance, 110us) << "more than half claim that it may be there";
    for (Candidate& candidate : all) {
        candidate.line.jitter = 11us;
    }
    EXPECT_TRUE(combine(all, kNow)->outliers.empty()) << "not three times what each of them scatters";
}

TEST(Combination, TakesAThirdBackWhereItLiesLessThanTwiceAsFarOff) {
    std::vector all{right(1, 0us, 100us), right(2, 10us, 100us), right(3, 30us, 100us)};
    EXPECT_TRUE(combine(all, kNow)->outliers.empty());
    all[2].outlier = true;
    EXPECT_EQ(combine(all, kNow)->outliers, Ids{3}) << "it was one a moment ago";
    all[2].offset = all[2].offset - 10us;
    EXPECT_TRUE(combine(all, kNow)->outliers.empty());
}

TEST(Combination, NeverDropsOneOfTwo) {
    EXPECT_TRUE(combine(std::vector{right(1, 0us, 10us), right(2, 15us, 11us)}, kNow)->outliers.empty());
}

TEST(Combination, KeepsFourThatScatterNoMoreThanTheirJitter) {
    std::vector all{right(1, 0us, 100us), right(2, 10us, 100us), right(3, 20us, 100us), right(4, 30us, 100us)};
    for (Candidate& candidate : all) {
        candidate.line.jitter = 50us;
    }
    EXPECT_TRUE(combine(all, kNow)->outliers.empty());
}

TEST(Combination, ChoosesAnotherLeaderWhereTheBestIsTheOutlier) {
    std::vector all{right(1, 90us, 90us), right(2, 0us, 100us), right(3, 1us, 100us), right(4, 2us, 100us)};
    for (Candidate& candidate : all) {
        candidate.line.jitter = 1us;
    }
    const auto three = combine(all, kNow);
    EXPECT_EQ(three->outliers, Ids{1});
    EXPECT_EQ(three->leader, 2);
}

// Both agree with a rough third one, so both are among a majority, and yet only one of them can be right.
TEST(Combination, NeverAveragesTwoThatContradictEachOther) {
    const auto one = combine(std::vector{right(1, 0us, 5us), right(2, 50us, 6us), right(3, 0us, 5ms)}, kNow);
    EXPECT_EQ(one->members, Ids{1});
    EXPECT_EQ(offset_of(*one), 0us);
}

TEST(Combination, CoversBothOfTwoThatContradictEachOther) {
    const auto one = combine(std::vector{right(1, 0us, 5us), right(2, 50us, 6us), right(3, 0us, 5ms)}, kNow);
    EXPECT_GE(one->distance, 56us) << "the truth may lie where the other says";
}

TEST(Combination, AddsWhatHappenedSinceTheLeadersNewestSample) {
    std::vector all{right(1, 0us, 10us)};
    all[0].line.rate_bound = rate_from_ppm(1.0);
    const auto later = combine(all, kNow + 1000s);
    EXPECT_NEAR(static_cast<double>(later->distance.count()), 1'010'000, 1);
}

TEST(Combination, TakesHundreds) {
    std::vector<Candidate> all;
    for (SourceId id = 0; id < 300; ++id) {
        all.push_back(right(id, id * 10ns, 10us));
    }
    all.push_back(right(999, 9us, 10us));
    for (Candidate& candidate : all) {
        candidate.line.jitter = 2us;
    }
    const auto many = combine(all, kNow);
    EXPECT_EQ(many->members.size() + many->outliers.size(), 301U);
    EXPECT_NEAR(static_cast<double>(offset_of(*many).count()), 1495, 50);
}

TEST(Combination, HoldsOffsetsAtTheMagnitudeOfTaiAndDistancesOfAYear) {
    const Duration tai = 1'800'000'000s;
    const Duration year = 24h * 365;
    const auto two = combine(std::vector{right(1, tai, year), right(2, tai + 2h, year)}, kNow);
    EXPECT_LE(std::chrono::abs(offset_of(*two) - tai - 1h), 1us);
    EXPECT_GE(two->distance, year - 2h);
}

}  // namespace
}  // namespace tokimori
