#include "web/session_table.h"

#include <gtest/gtest.h>

namespace tokimori::web {
namespace {

using namespace std::chrono_literals;
constexpr Instant kStart{1000s};

SessionTable with_one() {
    SessionTable table;
    table.begin("a", {.user = "hanako", .role = Role::kAdmin, .csrf_token = "t"}, kStart);
    return table;
}

TEST(SessionTable, KnowsWhoLoggedIn) {
    SessionTable table = with_one();
    const Session* const session = table.use("a", kStart + 1s);
    ASSERT_NE(session, nullptr);
    EXPECT_EQ(session->user, "hanako");
    EXPECT_EQ(session->role, Role::kAdmin);
    EXPECT_EQ(table.use("b", kStart), nullptr);
    EXPECT_EQ(table.use("", kStart), nullptr);
}

TEST(SessionTable, EndsASessionThatIsIdleForAQuarterOfAnHour) {
    SessionTable table = with_one();
    EXPECT_NE(table.use("a", kStart + 14min), nullptr);
    EXPECT_NE(table.use("a", kStart + 28min), nullptr);
    EXPECT_NE(table.find("a", kStart + 42min), nullptr);
    EXPECT_EQ(table.find("a", kStart + 43min), nullptr) << "a look is no use";
    EXPECT_EQ(table.use("a", kStart + 43min), nullptr);
    EXPECT_EQ(table.size(), 0U);
}

TEST(SessionTable, EndsASessionAfterTwelveHoursHoweverBusy) {
    SessionTable table = with_one();
    for (auto age = 0min; age < 12h; age += 10min) {
        ASSERT_NE(table.use("a", kStart + age), nullptr);
    }
    EXPECT_EQ(table.use("a", kStart + 12h), nullptr);
}

TEST(SessionTable, EndsWhatItIsTold) {
    SessionTable table = with_one();
    table.begin("b", {.user = "hanako"}, kStart);
    table.begin("c", {.user = "taro"}, kStart);
    table.end_all_of("hanako", "b");
    EXPECT_EQ(table.find("a", kStart), nullptr);
    EXPECT_NE(table.find("b", kStart), nullptr);
    table.end("c");
    EXPECT_EQ(table.find("c", kStart), nullptr);
}

TEST(SessionTable, GivesThePlaceOfTheOneIdleLongest) {
    SessionTable table{{.most = 2}};
    table.begin("a", {.user = "a"}, kStart);
    table.begin("b", {.user = "b"}, kStart + 1s);
    table.use("a", kStart + 2s);
    table.begin("c", {.user = "c"}, kStart + 3s);
    EXPECT_NE(table.find("a", kStart + 3s), nullptr);
    EXPECT_EQ(table.find("b", kStart + 3s), nullptr);
    EXPECT_EQ(table.size(), 2U);
}

}  // namespace
}  // namespace tokimori::web
