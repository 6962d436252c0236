#include "server/daemon/client_order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <random>

namespace tokimori {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr LocalInstant kBegin{std::chrono::hours{1}};

struct Asked {
    ClientAddress address;
    int at = 0;  ///< s
    int requests = 1;
    int every = 1;  ///< s
    bool denied = false;
};

void note(ClientTable& table, const Asked& asked, const RateMeter& meter = {}) {
    for (int i = 0; i < asked.requests; ++i) {
        const LocalInstant at = kBegin + seconds(asked.at + i * asked.every);
        const Sighting sighting{at, {}, 4000};
        asked.denied ? void(table.note_denied(table.find(asked.address), sighting, meter))
                     : void(table.note(table.find(asked.address), sighting, meter));
    }
}

std::vector<std::string> addresses(const ClientPage& page) {
    std::vector<std::string> texts;
    for (const Client& client : page.clients) {
        std::array<char, kAddressRoom> room{};
        texts.emplace_back(address_text(client.address, room));
    }
    return texts;
}

constexpr ClientAddress kOne = ClientAddress::v4(0x0A000001);
constexpr ClientAddress kTwo = ClientAddress::v4(0x0A000002);
constexpr ClientAddress kSix{0x2001'0DB8'0000'0000, 0xAB};

TEST(ClientOrder, PutsFirstWhatIsAskedForFirst) {
    ClientTable one{100, 128, HashKey{1, 2}};
    ClientTable other{100, 128, HashKey{3, 4}};
    const RateMeter meter{RateLimit{seconds(1000), 8, 0, {}}};
    note(one, {.address = kOne, .at = 0, .requests = 3, .every = 100, .denied = true});
    note(one, {.address = kTwo, .at = 10, .requests = 20, .every = 1}, meter);
    note(other, {.address = kSix, .at = 400});
    const auto by = [&](ClientOrder order) {
        return addresses(find_clients({.order = order, .count = 10}, {&one, &other}));
    };
    EXPECT_THAT(by(ClientOrder::kLastSeen), ElementsAre("2001:db8::ab", "10.0.0.1", "10.0.0.2"));
    EXPECT_THAT(by(ClientOrder::kFirstSeen), ElementsAre("2001:db8::ab", "10.0.0.2", "10.0.0.1"));
    EXPECT_THAT(by(ClientOrder::kReceived), ElementsAre("10.0.0.2", "10.0.0.1", "2001:db8::ab"));
    EXPECT_EQ(by(ClientOrder::kLimited).front(), "10.0.0.2");
    EXPECT_EQ(by(ClientOrder::kRefused).front(), "10.0.0.1");
    EXPECT_THAT(by(ClientOrder::kInterval), ElementsAre("10.0.0.2", "10.0.0.1", "2001:db8::ab"));
    EXPECT_THAT(by(ClientOrder::kAddress), ElementsAre("10.0.0.1", "10.0.0.2", "2001:db8::ab"));
}

TEST(ClientOrder, FindsPartsOfAddresses) {
    ClientTable table{100, 128, HashKey{1, 2}};
    note(table, {.address = kOne});
    note(table, {.address = kSix});
    const auto matching = [&](const std::string& part) {
        const ClientPage page = find_clients({.count = 10, .match = part}, {&table});
        EXPECT_EQ(page.known, 2U);
        EXPECT_EQ(page.matching, page.clients.size());
        return addresses(page);
    };
    EXPECT_THAT(matching("10."), ElementsAre("10.0.0.1"));
    EXPECT_THAT(matching("db8::a"), ElementsAre("2001:db8::ab"));
    EXPECT_THAT(matching("::1"), IsEmpty());
    EXPECT_EQ(matching("").size(), 2U);
    EXPECT_TRUE(may_be_in_address("2001:DB8::"));
    EXPECT_FALSE(may_be_in_address("10.0.0.*"));
}

// All at once, since equals must not move from one page to the next.
TEST(ClientOrder, GivesPagesThatFitTogetherAndAreTheWholeListInOrder) {
    std::mt19937 random{5};
    ClientTable one{3000, 128, HashKey{1, 2}};
    ClientTable other{3000, 128, HashKey{3, 4}};
    for (std::uint32_t i = 0; i < 2000; ++i) {
        note(i % 2 == 0 ? one : other,
             {.address = ClientAddress::v4(0x0A000000 + static_cast<std::uint32_t>(random() % 65536)),
              .at = static_cast<int>(random() % 7)});
    }
    ClientPage all = find_clients({.order = ClientOrder::kLastSeen, .count = 5000}, {&one, &other});
    EXPECT_EQ(all.clients.size(), all.known);
    EXPECT_TRUE(std::ranges::is_sorted(all.clients, [](const Client& a, const Client& b) {
        return a.last_seen != b.last_seen ? a.last_seen > b.last_seen : a.address < b.address;
    }));
    std::vector<std::string> paged;
    for (std::size_t first = 0; first < all.known + 300; first += 300) {
        for (const auto& each : addresses(find_clients({.first = first, .count = 300}, {&one, &other}))) {
            paged.push_back(each);
        }
    }
    EXPECT_EQ(paged, addresses(all));
}

TEST(ClientOrder, FindsNobodyWhereNobodyIsRemembered) {
    ClientTable none{0, 128, HashKey{1, 2}};
    const ClientPage page = find_clients({.first = 7, .count = 10}, {&none});
    EXPECT_EQ(page.known, 0U);
    EXPECT_THAT(page.clients, IsEmpty());
    EXPECT_THAT(find_clients({.count = 10}, {}).clients, IsEmpty());
}

}  // namespace
}  // namespace tokimori
