#include "web/account_store.h"

#include <gtest/gtest.h>

namespace tokimori::web {
namespace {

class AccountStoreTest : public testing::Test {
protected:
    static Account account(const std::string& name, Role role) { return {name, role, "hash", "ja", "Asia/Tokyo"}; }

    Database database_{":memory:", Durability::kFull};
    AccountStore store_{database_};
};

TEST_F(AccountStoreTest, KeepsAccounts) {
    EXPECT_TRUE(store_.is_empty());
    EXPECT_EQ(store_.add(account("花'子\"", Role::kAdmin)), AccountChange::kDone);
    EXPECT_FALSE(store_.is_empty());
    EXPECT_EQ(store_.add(account("花'子\"", Role::kViewer)), AccountChange::kTaken);
    const auto found = store_.find("花'子\"");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->role, Role::kAdmin);
    EXPECT_EQ(found->time_zone, "Asia/Tokyo");
    EXPECT_FALSE(store_.find("hanako"));
}

TEST_F(AccountStoreTest, KeepsTheLastAdmin) {
    store_.add(account("a", Role::kAdmin));
    store_.add(account("v", Role::kViewer));
    EXPECT_EQ(store_.remove("a"), AccountChange::kLastAdmin);
    EXPECT_EQ(store_.remove("x"), AccountChange::kUnknown);
    EXPECT_EQ(store_.remove("v"), AccountChange::kDone);
    store_.add(account("b", Role::kAdmin));
    EXPECT_EQ(store_.remove("a"), AccountChange::kDone);
    EXPECT_EQ(store_.accounts().size(), 1U);
}

TEST_F(AccountStoreTest, HasRoomForSixtyFour) {
    for (int i = 0; i < 64; ++i) {
        EXPECT_EQ(store_.add(account(std::to_string(i), Role::kViewer)), AccountChange::kDone);
    }
    EXPECT_EQ(store_.add(account("one more", Role::kViewer)), AccountChange::kTooMany);
}

TEST_F(AccountStoreTest, ChangesAPassword) {
    store_.add(account("a", Role::kAdmin));
    EXPECT_EQ(store_.set_password("a", "new"), AccountChange::kDone);
    EXPECT_EQ(store_.find("a")->password_hash, "new");
    EXPECT_EQ(store_.set_password("b", "new"), AccountChange::kUnknown);
}

TEST_F(AccountStoreTest, KnowsTokensByTheirDigest) {
    const auto id = store_.add_token("prometheus", "digest", 5);
    ASSERT_TRUE(id);
    EXPECT_EQ(store_.token_name("digest"), "prometheus");
    EXPECT_FALSE(store_.token_name("other"));
    EXPECT_EQ(store_.tokens().size(), 1U);
    EXPECT_EQ(store_.remove_token(*id + 1), AccountChange::kUnknown);
    EXPECT_EQ(store_.remove_token(*id), AccountChange::kDone);
    EXPECT_FALSE(store_.token_name("digest"));
}

TEST_F(AccountStoreTest, TellsTheLogNewestFirst) {
    for (std::int64_t i = 0; i < 5; ++i) {
        store_.record({i, "access", "a", "login", "from"});
    }
    const auto events = store_.events({.skipped = 1, .count = 2});
    ASSERT_EQ(events.size(), 2U);
    EXPECT_EQ(events[0].time, 3);
    EXPECT_EQ(events[1].time, 2);
    EXPECT_EQ(events[0].text_code, "login");
}

}  // namespace
}  // namespace tokimori::web
