#include "server/clock/self_doubt.h"

#include <gtest/gtest.h>

namespace tokimori {
namespace {

using namespace std::chrono_literals;

constexpr LocalInstant kStart{1000s};

TEST(SelfDoubt, IsNoneAtFirst) {
    EXPECT_FALSE(SelfDoubt{}.unbearable(kStart));
}

TEST(SelfDoubt, IsUnbearableAfter64Seconds) {
    SelfDoubt doubt;
    for (int second = 0; second <= 64; ++second) {
        doubt.note(true, false, kStart + second * 1s);
        EXPECT_FALSE(doubt.unbearable(kStart + second * 1s));
    }
    doubt.note(true, false, kStart + 65s);
    EXPECT_TRUE(doubt.unbearable(kStart + 65s));
}

TEST(SelfDoubt, IsOfOursOnlyIfItBeganSo) {
    SelfDoubt doubt;
    doubt.note(false, false, kStart);
    for (int second = 1; second < 1000; ++second) {
        doubt.note(true, false, kStart + second * 1s);
    }
    EXPECT_FALSE(doubt.unbearable(kStart + 1000s)) << "our bound has grown to what was far outside";
}

TEST(SelfDoubt, IsOverWhereItShowsThatSomebodyStepped) {
    SelfDoubt doubt;
    doubt.note(true, false, kStart);
    doubt.note(true, true, kStart + 4s);
    for (int second = 5; second < 1000; ++second) {
        doubt.note(true, false, kStart + second * 1s);
    }
    EXPECT_FALSE(doubt.unbearable(kStart + 1000s));
}

TEST(SelfDoubt, BeginsAnewAfterItEnded) {
    SelfDoubt doubt;
    doubt.note(false, true, kStart);
    doubt.end();
    doubt.note(true, false, kStart + 100s);
    EXPECT_FALSE(doubt.unbearable(kStart + 164s));
    EXPECT_TRUE(doubt.unbearable(kStart + 165s));
    doubt.end();
    EXPECT_FALSE(doubt.unbearable(kStart + 1000s));
}

}  // namespace
}  // namespace tokimori
