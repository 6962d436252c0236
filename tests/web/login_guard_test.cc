#include "web/login_guard.h"

#include <gtest/gtest.h>

namespace tokimori::web {
namespace {

using namespace std::chrono_literals;
constexpr Instant kStart{1000s};

void fail(LoginGuard& guard, const std::string& account, const std::string& address, int times) {
    for (int i = 0; i < times; ++i) {
        guard.failed(account, address, kStart);
    }
}

TEST(LoginGuard, CountsByAccountAndByAddress) {
    LoginGuard guard;
    fail(guard, "hanako", "192.0.2.1", 5);
    EXPECT_EQ(guard.wait("hanako", "192.0.2.2", kStart), 10s);
    EXPECT_EQ(guard.wait("taro", "192.0.2.1", kStart), 10s);
    EXPECT_EQ(guard.wait("taro", "192.0.2.2", kStart), 0s);
}

TEST(LoginGuard, LetsInWhoWasInBeforeHoweverOftenStrangersFail) {
    LoginGuard guard;
    guard.succeeded("hanako", "192.0.2.2");
    fail(guard, "hanako", "192.0.2.1", 500);
    EXPECT_EQ(guard.wait("hanako", "192.0.2.2", kStart), 0s);
    EXPECT_EQ(guard.wait("hanako", "192.0.2.3", kStart), 5min);
    fail(guard, "hanako", "192.0.2.2", 5);
    EXPECT_EQ(guard.wait("hanako", "192.0.2.2", kStart), 10s) << "he may not guess without end either";
}

TEST(LoginGuard, CountsTheFirstStartByAddressOnly) {
    LoginGuard guard;
    fail(guard, "", "192.0.2.1", 50);
    EXPECT_GT(guard.wait("", "192.0.2.1", kStart), 0s);
    EXPECT_EQ(guard.wait("", "192.0.2.2", kStart), 0s);
}

TEST(LoginGuard, ForgivesAnAddressOnlyWhatWasInTheNameOfWhoLoggedIn) {
    LoginGuard guard;
    for (int i = 0; i < 5; ++i) {
        guard.failed("admin", "192.0.2.1", kStart);
        guard.failed("viewer", "192.0.2.1", kStart);
        guard.succeeded("viewer", "192.0.2.1");
    }
    EXPECT_GT(guard.wait("viewer", "192.0.2.1", kStart), 0s) << "a login of his own is no way to guess on";
    LoginGuard other;
    fail(other, "viewer", "192.0.2.1", 4);
    other.succeeded("viewer", "192.0.2.1");
    fail(other, "viewer", "192.0.2.1", 4);
    EXPECT_EQ(other.wait("viewer", "192.0.2.1", kStart), 0s);
}

TEST(LoginGuard, TakesBackWhatWasNotTried) {
    LoginGuard guard;
    for (int i = 0; i < 50; ++i) {
        guard.failed("hanako", "192.0.2.1", kStart);
        guard.take_back("hanako", "192.0.2.1");
    }
    EXPECT_EQ(guard.wait("hanako", "192.0.2.1", kStart), 0s);
}

}  // namespace
}  // namespace tokimori::web
