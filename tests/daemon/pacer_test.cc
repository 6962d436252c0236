#include "server/daemon/pacer.h"

#include <gtest/gtest.h>

namespace tokimori {
namespace {

using std::chrono::milliseconds;

constexpr LocalInstant kNow{std::chrono::seconds{5}};

TEST(Pacer, LetsABurstPassAndThenOneInAWhile) {
    Pacer pacer{3, milliseconds{100}};
    EXPECT_EQ(pacer.wait_after(kNow), Duration::zero());
    EXPECT_EQ(pacer.wait_after(kNow), Duration::zero());
    EXPECT_EQ(pacer.wait_after(kNow), Duration::zero());
    EXPECT_EQ(pacer.wait_after(kNow), milliseconds{100});
    EXPECT_EQ(pacer.wait_after(kNow + milliseconds{100}), milliseconds{100});
}

TEST(Pacer, ForgivesWhoWaits) {
    Pacer pacer{2, milliseconds{100}};
    for (int i = 0; i < 5; ++i) {
        pacer.wait_after(kNow);
    }
    EXPECT_EQ(pacer.wait_after(kNow + std::chrono::seconds{60}), Duration::zero());
    EXPECT_EQ(pacer.wait_after(kNow + std::chrono::seconds{60}), Duration::zero());
    EXPECT_GT(pacer.wait_after(kNow + std::chrono::seconds{60}), Duration::zero());
}

TEST(Pacer, WithoutAPauseHasNoLimit) {
    Pacer pacer{1, Duration::zero()};
    for (int i = 0; i < 1000; ++i) {
        EXPECT_EQ(pacer.wait_after(kNow), Duration::zero());
    }
}

}  // namespace
}  // namespace tokimori
