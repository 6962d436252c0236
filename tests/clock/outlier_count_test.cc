#include "server/clock/outlier_count.h"

#include <gtest/gtest.h>

namespace tokimori {
namespace {

using namespace std::chrono_literals;

LocalInstant at(Duration later) {
    return LocalInstant{1000s} + later;
}

Sample sample(Duration later) {
    return {.source = 1, .local = at(later), .reference = TaiInstant{later}, .dispersion = 100ns};
}

TEST(OutlierCount, TakesFourInARowForALineThatMoved) {
    OutlierCount count;
    for (int second = 0; second < 3; ++second) {
        EXPECT_FALSE(count.note(sample(second * 1s), false)) << second;
        EXPECT_FALSE(count.in_a_row());
    }
    EXPECT_TRUE(count.note(sample(3s), false));
    EXPECT_TRUE(count.in_a_row());
    EXPECT_EQ(count.first().local, at(0s));
}

TEST(OutlierCount, CountsThoseOfOneSecondOnce) {
    OutlierCount count;
    for (int edge = 0; edge < 20; ++edge) {
        EXPECT_FALSE(count.note(sample(edge * 20ms), false));
    }
}

TEST(OutlierCount, BeginsAnewAfterASampleThatCounts) {
    OutlierCount count;
    for (int second = 0; second < 20; ++second) {
        const bool good = second % 3 == 2;
        if (good) {
            count.note_good(at(second * 1s));
        } else {
            EXPECT_FALSE(count.note(sample(second * 1s), false));
        }
    }
}

TEST(OutlierCount, TakesFourNearOnesOfEightForALineThatWasTooThin) {
    OutlierCount count;
    for (int second = 0; second < 6; second += 2) {
        EXPECT_FALSE(count.note(sample(second * 1s), true));
        count.note_good(at((second + 1) * 1s));
    }
    EXPECT_TRUE(count.note(sample(6s), true));
    EXPECT_FALSE(count.in_a_row());
}

TEST(OutlierCount, LetsASampleThatCountsSpeakForThoseBesideIt) {
    OutlierCount count;
    for (int second = 0; second < 20; ++second) {
        count.note_good(at(second * 1s));
        EXPECT_FALSE(count.note(sample(second * 1s + 20ms), true));
    }
}

TEST(OutlierCount, ForgetsEverythingWhenItIsCleared) {
    OutlierCount count;
    for (int second = 0; second < 3; ++second) {
        count.note(sample(second * 1s), true);
    }
    count.clear();
    EXPECT_FALSE(count.note(sample(3s), true));
}

}  // namespace
}  // namespace tokimori
