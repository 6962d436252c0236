#include "server/daemon/reply_pace.h"

#include <gtest/gtest.h>

namespace tokimori {
namespace {

using namespace std::chrono_literals;

/// After so many batches that all took the same.
void see(ReplyPace& pace, int times, Duration each) {
    for (int i = 0; i < times; ++i) {
        pace.saw(each, true);
    }
}

TEST(ReplyPace, IsNoneBeforeAnythingWasSeenAndThatOfAllAfterSome) {
    ReplyPace pace;
    EXPECT_EQ(pace.between(), 0ns);
    see(pace, 10, 800ns);
    EXPECT_LE(pace.between(), 80ns);
    see(pace, 100, 800ns);
    EXPECT_EQ(pace.between(), 800ns);
}

TEST(ReplyPace, IsThatOfTheCheapestUntilLongAfter) {
    ReplyPace pace;
    see(pace, 110, 800ns);
    pace.saw(300ns, true);
    EXPECT_EQ(pace.between(), 300ns);
    // As many as there are until the next close look.
    see(pace, 1024, 800ns);
    EXPECT_LE(pace.between(), 332ns);
    see(pace, 50'000, 800ns);
    EXPECT_EQ(pace.between(), 800ns);
}

TEST(ReplyPace, IsNoneForAWhileAfterTheKernelRefusedSome) {
    ReplyPace pace;
    see(pace, 110, 800ns);
    pace.saw(800ns, false);
    EXPECT_EQ(pace.between(), 0ns);
    see(pace, ReplyPace::kCaution - 1, 800ns);
    EXPECT_EQ(pace.between(), 0ns);
    pace.saw(800ns, true);
    EXPECT_EQ(pace.between(), 800ns);
}

TEST(ReplyPace, HasALimitWhateverTheHostTakes) {
    ReplyPace pace;
    see(pace, 100'000, 50us);
    EXPECT_EQ(pace.between(), ReplyPace::kMost);
}

TEST(ReplyPace, LooksCloselyAtTheFirstBatchAndNowAndThen) {
    ReplyPace pace;
    EXPECT_TRUE(pace.looks_closely());
    int looks = 0;
    for (int batch = 0; batch < 10240; ++batch) {
        looks += pace.looks_closely() ? 1 : 0;
    }
    EXPECT_EQ(looks, 10);
}

}  // namespace
}  // namespace tokimori
