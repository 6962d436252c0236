#include "refclocks/receiver_choice.h"

#include <gtest/gtest.h>

#include <chrono>

namespace tokimori {
namespace {

using namespace std::chrono_literals;
using Fault = ReceiverChoice::Fault;

class ReceiverChoiceTest : public ::testing::Test {
protected:
    static LocalInstant at(Duration since) { return LocalInstant{since}; }

    ReceiverChoice choice_;
};

TEST_F(ReceiverChoiceTest, FollowsNobodyBeforeAnyoneSpoke) {
    EXPECT_FALSE(choice_.followed());
    choice_.lose("a");
    EXPECT_FALSE(choice_.followed());
}

TEST_F(ReceiverChoiceTest, FollowsTheFirstThatSpeaksUntilOneHasTheTime) {
    choice_.hear("a", at(0s));
    EXPECT_EQ(choice_.followed(), "a");
    choice_.hear("b", at(1s));
    EXPECT_EQ(choice_.followed(), "a");
    const auto change = choice_.vouch("b", at(2s));
    ASSERT_TRUE(change);
    EXPECT_EQ(change->from, "a");
    EXPECT_EQ(change->to, "b");
    EXPECT_EQ(change->fault, Fault::kNoFix);
    EXPECT_EQ(choice_.followed(), "b");
}

TEST_F(ReceiverChoiceTest, StaysWithTheOneThatHasTheTime) {
    EXPECT_FALSE(choice_.vouch("a", at(0s)));
    for (int second = 1; second < 100; ++second) {
        EXPECT_FALSE(choice_.vouch("b", at(second * 1s)));
        EXPECT_FALSE(choice_.vouch("a", at(second * 1s)));
    }
    EXPECT_EQ(choice_.followed(), "a");
}

TEST_F(ReceiverChoiceTest, WaitsFiveSecondsForIt) {
    choice_.vouch("a", at(0s));
    EXPECT_FALSE(choice_.vouch("b", at(4999ms)));
    const auto change = choice_.vouch("b", at(5s));
    ASSERT_TRUE(change);
    EXPECT_EQ(change->fault, Fault::kSilent);
}

TEST_F(ReceiverChoiceTest, TellsSilenceFromALostFix) {
    choice_.vouch("a", at(0s));
    choice_.hear("a", at(4s));
    const auto change = choice_.vouch("b", at(6s));
    ASSERT_TRUE(change);
    EXPECT_EQ(change->fault, Fault::kNoFix);
}

TEST_F(ReceiverChoiceTest, DoesNotWaitForOneThatIsUnplugged) {
    choice_.vouch("a", at(0s));
    choice_.lose("b");
    EXPECT_FALSE(choice_.vouch("b", at(1s)));
    choice_.lose("a");
    choice_.hear("a", at(1s));
    EXPECT_FALSE(choice_.vouch("b", at(2s))) << "it is back";
    choice_.lose("a");
    const auto change = choice_.vouch("b", at(3s));
    ASSERT_TRUE(change);
    EXPECT_EQ(change->fault, Fault::kGone);
    EXPECT_FALSE(choice_.vouch("a", at(4s))) << "b is not gone";
}

TEST_F(ReceiverChoiceTest, ReturnsOnlyWhenTheOtherFailsInTurn) {
    choice_.vouch("a", at(0s));
    choice_.vouch("b", at(10s));
    EXPECT_FALSE(choice_.vouch("a", at(14s)));
    EXPECT_TRUE(choice_.vouch("a", at(15s)));
    EXPECT_EQ(choice_.followed(), "a");
}

}  // namespace
}  // namespace tokimori
