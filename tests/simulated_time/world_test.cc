#include "tests/simulated_time/world.h"

#include <gtest/gtest.h>

#include <sstream>

namespace tokimori::simulated_time {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kMidnight = 1'728'000'000;

Script script_from(const std::string& text) {
    std::istringstream words{text};
    return std::get<Script>(read_script(words));
}

TEST(Script, SaysWhichLineIsNotUnderstood) {
    std::istringstream words{"run 10\nreceive 1\n"};
    EXPECT_EQ(std::get<std::string>(read_script(words)), "not understood: receive 1");
}

TEST(Script, MustSayHowLongItRuns) {
    std::istringstream words{"start 10\n"};
    EXPECT_TRUE(std::holds_alternative<std::string>(read_script(words)));
}

TEST(TrueUtc, ShowsTheSecondBeforeAnInsertedOneAgain) {
    const TrueUtc utc{script_from("start 1727999998\nrun 10\nleap 1728000000 1\n")};
    EXPECT_EQ(utc.posix_at(kSecond), (kMidnight - 1) * kSecond);
    EXPECT_EQ(utc.posix_at(2 * kSecond), (kMidnight - 1) * kSecond);
    EXPECT_TRUE(utc.is_inserted(2 * kSecond));
    EXPECT_EQ(utc.posix_at(3 * kSecond), kMidnight * kSecond);
    EXPECT_FALSE(utc.is_inserted(3 * kSecond));
}

TEST(TrueUtc, LeavesOutTheLastSecondOfAShorterDay) {
    const TrueUtc utc{script_from("start 1727999998\nrun 10\nleap 1728000000 0\n")};
    EXPECT_EQ(utc.posix_at(kSecond - 1), (kMidnight - 1) * kSecond - 1);
    EXPECT_EQ(utc.posix_at(kSecond), kMidnight * kSecond);
}

TEST(World, JumpsToTheNextTimer) {
    World world{script_from("run 10\n")};
    const std::int64_t begin = world.clock().monotonic();
    std::vector<int> fired;
    world.set_timer(1, begin + 2 * kSecond, 0, [&] { fired.push_back(1); });
    world.set_timer(2, begin + kSecond, 2 * kSecond, [&] { fired.push_back(2); });
    for (int i = 0; i < 3; ++i) {
        EXPECT_TRUE(world.go_on(std::nullopt));
    }
    EXPECT_EQ(fired, (std::vector<int>{2, 1, 2}));
    EXPECT_EQ(world.truth(), 3 * kSecond);
}

TEST(World, StopsAtADeadlineBeforeThat) {
    World world{script_from("run 10\n")};
    world.set_timer(1, world.clock().monotonic() + 2 * kSecond, 0, [] { FAIL(); });
    EXPECT_TRUE(world.go_on(world.clock().monotonic() + kSecond));
    EXPECT_EQ(world.truth(), kSecond);
}

TEST(World, KnowsWhenNothingWillEverHappen) {
    World world{script_from("run 10\n")};
    EXPECT_FALSE(world.go_on(std::nullopt));
}

TEST(World, SpendsTimeOnlyOnLooks) {
    World world{script_from("run 10\n")};
    world.spend_a_look();
    EXPECT_GT(world.truth(), 0);
    EXPECT_LT(world.truth(), 1'000);
}

}  // namespace
}  // namespace tokimori::simulated_time
