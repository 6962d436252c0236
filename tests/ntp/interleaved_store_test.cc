#include "server/ntp/interleaved_store.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/ntp/scene.h"

namespace tokimori {
namespace {

constexpr HashKey kSecret{11, 13};

SentReply reply_of(std::uint64_t client, std::uint64_t receive, std::int64_t second) {
    return {.client = client, .receive = {receive}, .transmit = {receive + 1000}, .departed = kNow + seconds(second)};
}

TEST(InterleavedStore, GivesEachReplyBackOnce) {
    InterleavedStore store{kSecret};
    const std::uint64_t client = store.client_of(ClientAddress::v4(0x0A00'0001));
    store.keep(reply_of(client, 77, 1));
    EXPECT_TRUE(store.holds(client, {77}));
    const auto taken = store.take(client, {77});
    ASSERT_TRUE(taken);
    EXPECT_EQ(taken->transmit.bits, 1077U);
    EXPECT_EQ(taken->departed, kNow + seconds(1));
    EXPECT_FALSE(store.take(client, {77}));
    EXPECT_FALSE(store.holds(client, {77}));
}

TEST(InterleavedStore, GivesNothingToAnotherClientOrForAnotherTimestamp) {
    InterleavedStore store{kSecret};
    const std::uint64_t client = store.client_of(ClientAddress::v4(0x0A00'0001));
    const std::uint64_t other = store.client_of(ClientAddress::v4(0x0A00'0002));
    store.keep(reply_of(client, 77, 1));
    EXPECT_FALSE(store.take(other, {77}));
    EXPECT_FALSE(store.take(client, {79}));
    EXPECT_FALSE(store.take(client, {0}));
    EXPECT_TRUE(store.take(client, {77}));
}

TEST(InterleavedStore, NamesClientsByTheWholeAddressAndNeverNobody) {
    const InterleavedStore store{kSecret};
    const InterleavedStore other{HashKey{12, 13}};
    const ClientAddress addresses[] = {{}, {1, 0}, {0, 1}, {1, 1}, ClientAddress::v4(1)};
    std::vector<std::uint64_t> names;
    for (const ClientAddress& address : addresses) {
        names.push_back(store.client_of(address));
        EXPECT_NE(names.back(), 0U);
        EXPECT_NE(names.back(), other.client_of(address)) << "the name must not be told by the address alone";
    }
    std::sort(names.begin(), names.end());
    EXPECT_EQ(std::unique(names.begin(), names.end()), names.end());
}

TEST(InterleavedStore, ReplacesAReplyOfTheSameReceiveTimestamp) {
    InterleavedStore store{kSecret};
    store.keep(reply_of(5, 77, 1));
    store.keep({.client = 5, .receive = {77}, .transmit = {4000}, .departed = kNow});
    const auto taken = store.take(5, {77});
    ASSERT_TRUE(taken);
    EXPECT_EQ(taken->transmit.bits, 4000U);
    EXPECT_FALSE(store.take(5, {77}));
}

TEST(InterleavedStore, CorrectsWhatATicketNamesUnlessItMadeRoom) {
    InterleavedStore store{kSecret};
    const auto ticket = store.keep(reply_of(5, 77, 1));
    ASSERT_NE(store.find(ticket), nullptr);
    store.find(ticket)->transmit = {5000};
    EXPECT_EQ(store.take(5, {77})->transmit.bits, 5000U);
    EXPECT_EQ(store.find(ticket), nullptr) << "taken";
    const auto displaced = store.keep(reply_of(5, 79, 1));
    for (std::uint64_t i = 0; i < InterleavedStore::kMostOfOneClient; ++i) {
        store.keep(reply_of(5, 101 + 2 * i, 2));
    }
    EXPECT_EQ(store.find(displaced), nullptr) << "displaced";
}

TEST(InterleavedStore, RefusesTicketsItNeverGave) {
    InterleavedStore store{kSecret};
    store.keep(reply_of(5, 77, 1));
    for (const std::uint64_t ticket : {std::uint64_t{0}, std::uint64_t{77} << 40, ~std::uint64_t{0}}) {
        EXPECT_EQ(store.find(ticket), nullptr);
    }
}

TEST(InterleavedStore, KeepsTheLatestFourOfAClientAndLeavesItsNeighboursAlone) {
    InterleavedStore store{kSecret};
    constexpr std::uint64_t kFlooder = 5;
    constexpr std::uint64_t kSets = InterleavedStore::kPlaces / 8;
    for (std::uint64_t i = 1; i <= 4; ++i) {
        store.keep(reply_of(kFlooder + kSets * i, 77, 0));
    }
    for (std::uint64_t i = 0; i < 1000; ++i) {
        store.keep(reply_of(kFlooder, 1001 + 2 * i, static_cast<std::int64_t>(i)));
    }
    for (std::uint64_t i = 1; i <= 4; ++i) {
        EXPECT_TRUE(store.take(kFlooder + kSets * i, {77})) << i;
    }
    EXPECT_FALSE(store.holds(kFlooder, {1001 + 2 * 995}));
    for (std::uint64_t i = 996; i < 1000; ++i) {
        EXPECT_TRUE(store.take(kFlooder, {1001 + 2 * i})) << i;
    }
}

TEST(InterleavedStore, LetsTheOldestMakeRoomWhereManyClientsMeet) {
    InterleavedStore store{kSecret};
    constexpr std::uint64_t kSets = InterleavedStore::kPlaces / 8;
    for (std::uint64_t i = 0; i < 12; ++i) {
        store.keep(reply_of(1 + kSets * i, 77, static_cast<std::int64_t>(i)));
    }
    for (std::uint64_t i = 0; i < 12; ++i) {
        EXPECT_EQ(store.holds(1 + kSets * i, {77}), i >= 4) << i;
    }
}

TEST(InterleavedStore, HasRoomForEveryClientOfALargeLan) {
    InterleavedStore store{kSecret};
    std::size_t kept = 0;
    for (std::uint32_t host = 0; host < 1000; ++host) {
        store.keep(reply_of(store.client_of(ClientAddress::v4(0x0A00'0000 + host)), 77, host));
    }
    for (std::uint32_t host = 0; host < 1000; ++host) {
        kept += store.take(store.client_of(ClientAddress::v4(0x0A00'0000 + host)), {77}) ? 1U : 0U;
    }
    EXPECT_GE(kept, 960U);
}

}  // namespace
}  // namespace tokimori
