#include "web/back_off.h"

#include <gtest/gtest.h>

namespace tokimori::web {
namespace {

using namespace std::chrono_literals;
constexpr Instant kStart{1000s};

TEST(BackOff, LetsFourFailuresPassAndWaitsAfterTheFifth) {
    BackOff back_off;
    for (int i = 0; i < 4; ++i) {
        back_off.failed("a", kStart);
        EXPECT_EQ(back_off.wait("a", kStart), 0s);
    }
    back_off.failed("a", kStart);
    EXPECT_EQ(back_off.wait("a", kStart), 10s);
    EXPECT_EQ(back_off.wait("a", kStart + 9500ms), 1s);
    EXPECT_EQ(back_off.wait("a", kStart + 10s), 0s);
    EXPECT_EQ(back_off.wait("b", kStart), 0s);
}

TEST(BackOff, DoublesUpToFiveMinutes) {
    BackOff back_off;
    for (int i = 0; i < 7; ++i) {
        back_off.failed("a", kStart);
    }
    EXPECT_EQ(back_off.wait("a", kStart), 40s);
    for (int i = 0; i < 5000; ++i) {
        back_off.failed("a", kStart);
    }
    EXPECT_EQ(back_off.wait("a", kStart), 5min);
}

TEST(BackOff, ForgetsAfterAnHourOrASuccess) {
    BackOff back_off;
    for (int i = 0; i < 9; ++i) {
        back_off.failed("a", kStart);
        back_off.failed("b", kStart);
    }
    back_off.failed("a", kStart + 1h);
    EXPECT_EQ(back_off.wait("a", kStart + 1h), 0s);
    back_off.succeeded("b");
    EXPECT_EQ(back_off.wait("b", kStart), 0s);
}

TEST(BackOff, RemembersOnlySoMany) {
    BackOff back_off{{.most = 3}};
    for (int i = 0; i < 10; ++i) {
        back_off.failed(std::to_string(i), kStart + std::chrono::seconds{i});
    }
    EXPECT_EQ(back_off.size(), 3U);
    for (int i = 0; i < 4; ++i) {
        back_off.failed("9", kStart + 10s);
    }
    EXPECT_GT(back_off.wait("9", kStart + 10s), 0s) << "the newest are kept";
}

TEST(BackOff, CountsIpv6ByNetwork) {
    EXPECT_EQ(address_key("192.0.2.7"), "192.0.2.7");
    EXPECT_EQ(address_key("2001:db8::1"), address_key("2001:db8::ffff:2"));
    EXPECT_EQ(address_key("2001:db8::1"), "2001:db8::/64");
    EXPECT_NE(address_key("2001:db8:0:1::1"), address_key("2001:db8::1"));
    EXPECT_EQ(address_key("fe80::1%eth0"), "fe80::/64");
}

}  // namespace
}  // namespace tokimori::web
