#include "server/ntp/access_rules.h"

#include <gtest/gtest.h>

#include <random>

namespace tokimori {
namespace {

constexpr ClientAddress v4(unsigned a, unsigned b, unsigned c, unsigned d) {
    return ClientAddress::v4(a << 24 | b << 16 | c << 8 | d);
}

constexpr Prefix net(ClientAddress address, int length) {
    return {address, Prefix::kV4Bits + length};
}

constexpr ClientAddress kLoopbackV6{0, 1};
constexpr ClientAddress kUla{0xFD00'0000'0000'0001, 5};
constexpr ClientAddress kLinkLocal{0xFE80'0000'0000'0000, 7};
constexpr ClientAddress kGlobalV6{0x2001'0DB8'0000'0000, 1};
constexpr std::uint16_t kPort = 40000;

bool gets_time(const AccessRules& rules, ClientAddress source, std::uint16_t port = kPort) {
    const Rights& rights = rules.for_time(source, port);
    return !rights.has(AccessFlag::kIgnore) && !rights.has(AccessFlag::kNoServe);
}

bool is_limited(const AccessRules& rules, ClientAddress source) {
    return rules.for_time(source, kPort).has(AccessFlag::kLimited);
}

bool may_query(const AccessRules& rules, ClientAddress source) {
    const Rights& rights = rules.for_query(source, kPort);
    return !rights.has(AccessFlag::kIgnore) && !rights.has(AccessFlag::kNoQuery);
}

TEST(Prefix, HoldsItsFirstAndLastAddressAndNoNeighbour) {
    const Prefix prefix = net(v4(192, 0, 2, 77), 24);
    EXPECT_EQ(prefix.first(), v4(192, 0, 2, 0));
    EXPECT_EQ(prefix.last(), v4(192, 0, 2, 255));
    EXPECT_TRUE(prefix.contains(v4(192, 0, 2, 255)));
    EXPECT_FALSE(prefix.contains(v4(192, 0, 3, 0)));
    EXPECT_FALSE(prefix.contains(v4(192, 0, 1, 255)));
    EXPECT_FALSE(prefix.contains({0, 0xC000'0200}));
}

TEST(Prefix, IsTheSameWhateverStandsBehindItsBits) {
    EXPECT_EQ(net(v4(10, 1, 2, 3), 8), net(v4(10, 0, 0, 0), 8));
    EXPECT_FALSE(net(v4(10, 0, 0, 0), 8) == net(v4(10, 0, 0, 0), 9));
}

TEST(AccessRules, LetEverybodyDoEverythingUnlessTold) {
    const AccessRules rules;
    for (const ClientAddress& source : {v4(192, 0, 2, 1), v4(127, 0, 0, 1), kGlobalV6}) {
        EXPECT_TRUE(gets_time(rules, source));
        EXPECT_TRUE(may_query(rules, source));
        EXPECT_FALSE(is_limited(rules, source));
    }
}

TEST(AccessRules, ServePrivateNetworksByDefaultWithinLimits) {
    const AccessRules rules{AccessPolicy{}};
    for (const ClientAddress& source : {v4(10, 255, 0, 1), v4(172, 16, 0, 1), v4(172, 31, 255, 255), v4(192, 168, 3, 4),
                                        v4(169, 254, 1, 1), v4(100, 64, 0, 1), kUla, kLinkLocal}) {
        EXPECT_TRUE(gets_time(rules, source));
        EXPECT_TRUE(is_limited(rules, source));
        EXPECT_FALSE(may_query(rules, source));
    }
    for (const ClientAddress& source : {v4(11, 0, 0, 0), v4(172, 32, 0, 0), v4(192, 0, 2, 1), v4(8, 8, 8, 8), kGlobalV6,
                                        ClientAddress{0xFE00'0000'0000'0000, 0}}) {
        EXPECT_FALSE(gets_time(rules, source));
        EXPECT_FALSE(may_query(rules, source));
    }
}

TEST(AccessRules, NeverLimitLoopbackUnlessARuleSaysSo) {
    AccessPolicy policy;
    policy.allow = all_networks();
    for (const ClientAddress& source : {v4(127, 0, 0, 1), v4(127, 255, 255, 255), kLoopbackV6}) {
        const AccessRules rules{policy};
        EXPECT_TRUE(gets_time(rules, source));
        EXPECT_TRUE(may_query(rules, source));
        EXPECT_FALSE(is_limited(rules, source));
    }
    policy.rules.push_back({.from = loopback_networks(), .flags = {AccessFlag::kLimited}});
    EXPECT_TRUE(is_limited(AccessRules{policy}, v4(127, 0, 0, 1)));
    EXPECT_TRUE(is_limited(AccessRules{policy}, kLoopbackV6));
}

TEST(AccessRules, GoByTheLongestPrefixInWhateverOrderTheyStand) {
    AccessPolicy policy;
    policy.allow = {net(v4(10, 1, 2, 0), 24), net(v4(10, 0, 0, 0), 8)};
    policy.deny = {net(v4(10, 1, 0, 0), 16), net(v4(10, 1, 2, 3), 32)};
    const AccessRules rules{policy};
    EXPECT_TRUE(gets_time(rules, v4(10, 0, 255, 255)));
    EXPECT_FALSE(gets_time(rules, v4(10, 1, 0, 0)));
    EXPECT_FALSE(gets_time(rules, v4(10, 1, 1, 255)));
    EXPECT_TRUE(gets_time(rules, v4(10, 1, 2, 2)));
    EXPECT_FALSE(gets_time(rules, v4(10, 1, 2, 3)));
    EXPECT_TRUE(gets_time(rules, v4(10, 1, 2, 4)));
    EXPECT_FALSE(gets_time(rules, v4(10, 1, 3, 0)));
    EXPECT_TRUE(gets_time(rules, v4(10, 2, 0, 0)));
}

TEST(AccessRules, TakeTheNetworkOfAllOfIPv6ForIPv6Alone) {
    const Prefix all_of_v6{{}, 0};
    AccessPolicy policy;
    policy.allow = all_networks();
    policy.deny = {all_of_v6};
    EXPECT_TRUE(gets_time(AccessRules{policy}, v4(192, 0, 2, 1)));
    EXPECT_FALSE(gets_time(AccessRules{policy}, kGlobalV6));
    policy = {};
    policy.allow = {all_of_v6};
    EXPECT_FALSE(gets_time(AccessRules{policy}, v4(192, 0, 2, 1)));
    EXPECT_TRUE(gets_time(AccessRules{policy}, kGlobalV6));
    policy = {};
    policy.rules = {{.from = all_networks()}, {.from = {all_of_v6}, .flags = {AccessFlag::kIgnore}}};
    EXPECT_TRUE(gets_time(AccessRules{policy}, v4(192, 0, 2, 1)));
    EXPECT_FALSE(gets_time(AccessRules{policy}, kGlobalV6));
    policy.rules[1].from = {net(v4(0, 0, 0, 0), 0)};
    EXPECT_FALSE(gets_time(AccessRules{policy}, v4(192, 0, 2, 1)));
    EXPECT_TRUE(gets_time(AccessRules{policy}, kGlobalV6));
}

TEST(AccessRules, ClosedByDenyWhereAllowNamesTheSame) {
    AccessPolicy policy;
    policy.allow = policy.deny = {net(v4(192, 0, 2, 0), 24)};
    EXPECT_FALSE(gets_time(AccessRules{policy}, v4(192, 0, 2, 9)));
}

TEST(AccessRules, RefuseAsTheyAreToldTo) {
    AccessPolicy policy;
    policy.refusal = Refusal::kDeny;
    EXPECT_TRUE(AccessRules{policy}.for_time(v4(192, 0, 2, 1), kPort).has(AccessFlag::kDeny));
    policy.refusal = Refusal::kRestrict;
    EXPECT_TRUE(AccessRules{policy}.for_time(v4(192, 0, 2, 1), kPort).has(AccessFlag::kRestrict));
    policy.refusal = Refusal::kSilence;
    EXPECT_TRUE(AccessRules{policy}.for_time(v4(192, 0, 2, 1), kPort).has(AccessFlag::kNoServe));
}

TEST(AccessRules, TakeFlagsOfExactlyOneRule) {
    AccessPolicy policy;
    policy.rules = {{.from = {net(v4(192, 0, 2, 0), 24)}, .flags = {AccessFlag::kLimited, AccessFlag::kNoQuery}},
                    {.from = {net(v4(192, 0, 2, 128), 25)}, .flags = {AccessFlag::kNoTrust}},
                    {.from = {net(v4(192, 0, 2, 200), 32)}}};
    const AccessRules rules{policy};
    EXPECT_TRUE(is_limited(rules, v4(192, 0, 2, 1)));
    EXPECT_FALSE(may_query(rules, v4(192, 0, 2, 1)));
    EXPECT_FALSE(is_limited(rules, v4(192, 0, 2, 129)));
    EXPECT_TRUE(rules.for_time(v4(192, 0, 2, 129), kPort).has(AccessFlag::kNoTrust));
    EXPECT_TRUE(may_query(rules, v4(192, 0, 2, 200)));
    EXPECT_EQ(rules.for_time(v4(192, 0, 2, 200), kPort).flags, 0U);
}

TEST(AccessRules, HaveRulesForPort123Only) {
    AccessPolicy policy;
    policy.rules = {{.from = {net(v4(192, 0, 2, 0), 24)}},
                    {.from = {net(v4(192, 0, 2, 0), 24)}, .flags = {AccessFlag::kNtpPort, AccessFlag::kNoServe}}};
    for (const bool turned_round : {false, true}) {
        if (turned_round) {
            std::swap(policy.rules[0], policy.rules[1]);
        }
        const AccessRules rules{policy};
        EXPECT_TRUE(gets_time(rules, v4(192, 0, 2, 1), 40000));
        EXPECT_FALSE(gets_time(rules, v4(192, 0, 2, 1), 123));
    }
}

TEST(AccessRules, GiveARuleItsOwnLimits) {
    AccessPolicy policy;
    policy.limit = {std::chrono::seconds{2}, 10, 4};
    policy.rules = {{.from = all_networks(), .flags = {AccessFlag::kLimited}, .interval = std::chrono::seconds{8}},
                    {.from = {net(v4(10, 0, 0, 0), 8)}, .flags = {AccessFlag::kLimited}, .burst = 3, .leak = 0}};
    const AccessRules rules{policy};
    EXPECT_EQ(rules.for_time(kGlobalV6, kPort).meter, RateMeter(RateLimit{std::chrono::seconds{8}, 10, 4}));
    EXPECT_EQ(rules.for_time(v4(10, 0, 0, 1), kPort).meter, RateMeter(RateLimit{std::chrono::seconds{2}, 3, 0}));
}

/// What the rules must say, found the slow way.
bool expected_time(const AccessPolicy& policy, ClientAddress source) {
    // What is shorter is a network of IPv6.
    int best = source.is_v4() ? Prefix::kV4Bits - 1 : -1;
    bool allowed = false;
    for (const Prefix& prefix : policy.allow) {
        if (prefix.contains(source) && prefix.length > best) {
            best = prefix.length;
            allowed = true;
        }
    }
    for (const Prefix& prefix : policy.deny) {
        if (prefix.contains(source) && prefix.length >= best) {
            best = prefix.length;
            allowed = false;
        }
    }
    return allowed;
}

TEST(AccessRules, AgreeWithTheSlowSearchOnRandomRules) {
    std::mt19937_64 random(1);
    for (int round = 0; round < 60; ++round) {
        // Few bits, so that prefixes lie inside each other and addresses at their edges.
        const auto address = [&] {
            const std::uint64_t high = random() & 0xC000'0000'0000'0003;
            return random() % 2 == 0 ? ClientAddress::v4(static_cast<std::uint32_t>(random() & 0xC0000003) | 8U << 24)
                                     : ClientAddress{high | 0x2000'0000'0000'0000, random() & 3};
        };
        AccessPolicy policy;
        policy.allow.clear();
        for (int i = 0; i < 20; ++i) {
            policy.allow.push_back({address(), static_cast<int>(random() % 129)});
            policy.deny.push_back({address(), static_cast<int>(random() % 129)});
        }
        // Loopback has rules of its own.
        std::erase_if(policy.allow, [](const Prefix& prefix) { return prefix.length == 0; });
        std::erase_if(policy.deny, [](const Prefix& prefix) { return prefix.length == 0; });
        const AccessRules rules{policy};
        for (int i = 0; i < 200; ++i) {
            const ClientAddress source = address();
            ASSERT_EQ(gets_time(rules, source), expected_time(policy, source)) << source.high << ' ' << source.low;
        }
    }
}

}  // namespace
}  // namespace tokimori
