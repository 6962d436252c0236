#include "server/clock/vote_outcome.h"

#include <gtest/gtest.h>

#include "tests/clock/claims.h"

namespace tokimori {
namespace {

using namespace std::chrono_literals;

Candidate standing(SourceId source, Standing standing) {
    Candidate candidate = claims(source, 0us, 1us);
    candidate.standing = standing;
    return candidate;
}

class VoteOutcomeTest : public ::testing::Test {
protected:
    VoteOutcome choice_{.judged = {standing(1, Standing::kTruechimer), standing(2, Standing::kTruechimer),
                                   standing(3, Standing::kTruechimer), standing(4, Standing::kFalseticker),
                                   standing(5, Standing::kDisputed), standing(6, Standing::kUnheard)},
                        .selected = SourceId{1},
                        .members = {1, 2},
                        .outliers = {3}};
};

TEST_F(VoteOutcomeTest, SaysWhatTheVoteMadeOfEach) {
    EXPECT_EQ(choice_.reason_of(2), Reason::kCombined);
    EXPECT_EQ(choice_.reason_of(3), Reason::kOutlier);
    EXPECT_EQ(choice_.reason_of(4), Reason::kFalseticker);
    EXPECT_EQ(choice_.reason_of(5), Reason::kDisputed);
    EXPECT_EQ(choice_.reason_of(6), Reason::kWaitingForAgreement);
    EXPECT_EQ(choice_.reason_of(7), Reason::kTooFar) << "it had no vote";
}

TEST_F(VoteOutcomeTest, SaysWhyNobodyOfThoseWhoAgreeIsFollowed) {
    choice_.not_enough = true;
    EXPECT_EQ(choice_.reason_of(2), Reason::kNotEnough);
    EXPECT_EQ(choice_.reason_of(4), Reason::kFalseticker);
    choice_.panic = true;
    EXPECT_EQ(choice_.reason_of(2), Reason::kPanic);
}

TEST_F(VoteOutcomeTest, KeepsWhatTheVoteWasWhereNobodyIsFollowedAnyMore) {
    choice_.forget_followed();
    EXPECT_FALSE(choice_.selected);
    EXPECT_EQ(choice_.reason_of(2), Reason::kSelectable);
    EXPECT_EQ(choice_.reason_of(4), Reason::kFalseticker);
}

}  // namespace
}  // namespace tokimori
