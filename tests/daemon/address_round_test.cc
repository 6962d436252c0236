#include "server/daemon/address_round.h"

#include <gtest/gtest.h>

namespace tokimori {
namespace {

using namespace std::chrono_literals;

constexpr LocalInstant kNow{1000s};

class AddressRoundTest : public ::testing::Test {
protected:
    static std::vector<ReachedAddress> three() { return reached_addresses({"192.0.2.1", "192.0.2.2", "2001:db8::3"}); }
    std::string current() const { return text_of_address(round_.current().address); }

    AddressRound round_;
};

TEST_F(AddressRoundTest, PassesFromOneToTheNextAndSaysWhenItBeginsAgain) {
    round_.begin(three(), kNow);
    EXPECT_EQ(current(), "192.0.2.1");
    EXPECT_TRUE(round_.pass());
    EXPECT_EQ(current(), "192.0.2.2");
    EXPECT_TRUE(round_.pass());
    EXPECT_EQ(current(), "2001:db8::3");
    EXPECT_FALSE(round_.pass());
    EXPECT_EQ(current(), "192.0.2.1");
}

TEST_F(AddressRoundTest, LeavesOneOutUntilTheNextDayThoughTheNameIsLookedUpAnew) {
    round_.begin(three(), kNow);
    EXPECT_TRUE(round_.leave_out(kNow));
    EXPECT_EQ(current(), "192.0.2.2");
    round_.begin(three(), kNow + 23h);
    EXPECT_EQ(round_.size(), 2U);
    round_.begin(three(), kNow + 24h);
    EXPECT_EQ(round_.size(), 3U);
}

TEST_F(AddressRoundTest, LeavesTheLastOfAListOut) {
    round_.begin(three(), kNow);
    round_.pass();
    round_.pass();
    EXPECT_TRUE(round_.leave_out(kNow));
    EXPECT_EQ(current(), "192.0.2.1");
}

TEST_F(AddressRoundTest, KeepsTheOnlyOne) {
    round_.begin(reached_addresses({"192.0.2.1"}), kNow);
    EXPECT_FALSE(round_.leave_out(kNow));
    EXPECT_EQ(current(), "192.0.2.1");
    EXPECT_FALSE(round_.pass());
}

TEST_F(AddressRoundTest, AsksThemAllWhereAllWereLeftOut) {
    round_.begin(reached_addresses({"192.0.2.1", "192.0.2.2"}), kNow);
    round_.leave_out(kNow);
    round_.begin(reached_addresses({"192.0.2.1"}), kNow + 1h);
    EXPECT_EQ(current(), "192.0.2.1");
}

TEST_F(AddressRoundTest, PassesOverWhatIsNoAddress) {
    EXPECT_EQ(reached_addresses({"ntp.example", "192.0.2.1", ""}).size(), 1U);
}

}  // namespace
}  // namespace tokimori
