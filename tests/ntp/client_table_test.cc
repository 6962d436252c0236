#include "server/ntp/client_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <vector>

#include "tests/ntp/scene.h"

namespace tokimori {
namespace {

constexpr HashKey kSecret{0x0706'0504'0302'0100, 0x0F0E'0D0C'0B0A'0908};
constexpr RateLimit kLan{};

ClientAddress host(unsigned number) {
    return ClientAddress::v4(10U << 24 | number);
}

Allowance ask(ClientTable& table, ClientAddress address, LocalInstant at, const RateMeter& meter = RateMeter{kLan}) {
    return table.note(table.find(address), {at, {std::byte{0x23}}, 4000}, meter);
}

/// How many of `count` requests are served that come every `interval`.
int served(ClientTable& table, ClientAddress address, int count, Duration interval, LocalInstant from = kNow,
           const RateLimit& limit = kLan) {
    int answers = 0;
    for (int i = 0; i < count; ++i) {
        answers += ask(table, address, from + i * interval, RateMeter{limit}) == Allowance::kServe ? 1 : 0;
    }
    return answers;
}

std::vector<Client> all(const ClientTable& table) {
    std::vector<Client> clients;
    table.for_each([&](const Client& client) { clients.push_back(client); });
    return clients;
}

TEST(SipHash, IsThePublishedFunctionWithTwoAndFourRounds) {
    EXPECT_EQ((siphash<2, 4>(kSecret, 0x0706'0504'0302'0100)), 0x93F5'F579'9A93'2462U);
}

TEST(ClientTable, RemembersWhatAClientIsLike) {
    ClientTable table(1000, 128, kSecret);
    for (int i = 0; i <= 20; ++i) {
        const Sighting sighting{kNow + i * seconds(64), {std::byte{0xE3}, std::byte{16}}, 123};
        table.note(table.find(host(1)), sighting, {});
    }
    const auto clients = all(table);
    ASSERT_EQ(clients.size(), 1U);
    EXPECT_EQ(clients[0].address, host(1));
    EXPECT_EQ(clients[0].first_seen, kNow);
    EXPECT_EQ(clients[0].last_seen, kNow + 20 * seconds(64));
    EXPECT_EQ(clients[0].requests, 21U);
    EXPECT_EQ(clients[0].limited, 0U);
    EXPECT_NEAR(static_cast<double>(clients[0].interval.count()), 64e9, 6e9);
    EXPECT_EQ(clients[0].first_octet, std::byte{0xE3});
    EXPECT_EQ(clients[0].stratum, 16);
    EXPECT_EQ(clients[0].port, 123);
}

TEST(ClientTable, MeasuresIntervalsFromMillisecondsToDays) {
    for (const Duration interval : {Duration{milliseconds(1)}, Duration{seconds(1)}, Duration{hours(24)}}) {
        ClientTable table(1000, 128, kSecret);
        for (int i = 0; i < 50; ++i) {
            ask(table, host(1), kNow + i * interval, {});
        }
        const double ratio =
            static_cast<double>(all(table)[0].interval.count()) / static_cast<double>(interval.count());
        EXPECT_NEAR(ratio, 1.0, 0.1) << interval.count();
    }
}

TEST(ClientTable, KeepsAllClientsItHasRoomForAndGivesEachItsOwnName) {
    constexpr unsigned kClients = 65536;
    ClientTable table(kClients, 128, kSecret);
    for (unsigned i = 0; i < kClients; ++i) {
        ask(table, i % 2 == 0 ? host(i) : ClientAddress{0x2001'0DB8'0000'0000U | i, i}, kNow, {});
    }
    EXPECT_LE(table.replaced(), kClients / 20);
    EXPECT_EQ(all(table).size() + table.replaced(), kClients);
    for (const Client& client : all(table)) {
        const auto number = static_cast<unsigned>(client.address.low & 0xFF'FFFF);
        ASSERT_EQ(client.address,
                  number % 2 == 0 ? host(number) : (ClientAddress{0x2001'0DB8'0000'0000U | number, number}));
    }
}

TEST(ClientTable, CountsWhatWasDeniedAndTellsItByPlace) {
    ClientTable table(64, 128, kSecret);
    for (int i = 0; i < 5; ++i) {
        const Sighting sighting{kNow + seconds(i), {}, 4000};
        i > 1 ? void(table.note_denied(table.find(host(1)), sighting, {}))
              : void(table.note(table.find(host(1)), sighting, {}));
    }
    std::vector<Client> found;
    for (std::size_t place = 0; place < table.places(); ++place) {
        if (const auto client = table.at(place)) {
            found.push_back(*client);
        }
    }
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].address, host(1));
    EXPECT_EQ(found[0].requests, 5U);
    EXPECT_EQ(found[0].refused, 3U);
    EXPECT_EQ(found[0].limited, 0U);
}

TEST(ClientTable, CountsItsClientsAsTheyCome) {
    ClientTable table(64, 128, kSecret);
    for (unsigned i = 0; i < 300; ++i) {
        ask(table, host(i % 200), kNow + seconds(i), {});
        ASSERT_EQ(table.known(), all(table).size());
    }
    EXPECT_GT(table.replaced(), 100U);
    EXPECT_LE(table.known(), 64U);
}

TEST(ClientTable, TellsWhoIsDeniedSoOnceInAPause) {
    ClientTable table(64, 128, kSecret);
    const RateMeter meter{kLan};
    int kisses = 0;
    for (int i = 0; i < 60'000; ++i) {
        kisses += table.note_denied(table.find(host(1)), {kNow + i * milliseconds(1), {}, 4000}, meter) ? 1 : 0;
    }
    EXPECT_GE(kisses, 4);
    EXPECT_LE(kisses, 6) << "in a minute, at least 10 s apart";
    EXPECT_TRUE(table.note_denied(table.find(host(2)), {kNow, {}, 4000}, meter)) << "each for himself";
}

TEST(ClientTable, TellsAllSoTogetherWhereNobodyIsRemembered) {
    ClientTable table(0, 128, kSecret);
    const RateMeter meter{kLan};
    EXPECT_TRUE(table.note_denied(table.find(host(1)), {kNow, {}, 4000}, meter));
    EXPECT_FALSE(table.note_denied(table.find(host(2)), {kNow, {}, 4000}, meter));
    EXPECT_TRUE(table.note_denied(table.find(host(3)), {kNow + seconds(20), {}, 4000}, meter));
}

TEST(ClientTable, RemembersNobodyWithoutRoom) {
    ClientTable table(0, 128, kSecret);
    EXPECT_EQ(served(table, host(1), 1000, nanoseconds(1)), 1000);
    EXPECT_TRUE(all(table).empty());
}

TEST(ClientTable, CountsIpv6ClientsByTheirPrefix) {
    for (const int prefix : {48, 64, 128}) {
        ClientTable table(1000, prefix, kSecret);
        for (std::uint64_t i = 0; i < 8; ++i) {
            ask(table, {0x2001'0DB8'0000'0000U, i}, kNow, {});
            ask(table, {0x2001'0DB8'0000'0001, i}, kNow, {});
        }
        EXPECT_EQ(all(table).size(), prefix == 48 ? 1U : prefix == 64 ? 2U : 16U);
    }
}

TEST(ClientTable, ForgetsWhoWasSilentForLongest) {
    ClientTable table(8, 128, kSecret);
    const unsigned places = static_cast<unsigned>(table.places());
    for (unsigned i = 0; i < places; ++i) {
        ask(table, host(i), kNow + seconds(i), {});
    }
    ask(table, host(1000), kNow + hours(1), {});
    EXPECT_GE(table.replaced(), 1U);
    const auto clients = all(table);
    for (const unsigned young : {1000U, places - 1, places - 2}) {
        EXPECT_TRUE(
            std::any_of(clients.begin(), clients.end(), [&](const Client& c) { return c.address == host(young); }));
    }
}

TEST(RateMeter, CountsInTicksAndTellsThePollThatIsServedForEver) {
    const RateMeter meter{RateLimit{seconds(64), 8, 3, seconds(10)}};
    EXPECT_EQ(meter.increment, 64'000'000'000 / 16384);
    EXPECT_EQ(meter.tolerance, 7 * meter.increment);
    EXPECT_EQ(meter.most, 8 * meter.increment);
    EXPECT_EQ(meter.leak, 3U);
    EXPECT_EQ(meter.poll, 6);
    EXPECT_EQ(meter.pause, 17) << "no kiss code more often than the limit, in 4 s";
    EXPECT_EQ(RateMeter(RateLimit{milliseconds(1), 8, 3, seconds(10)}).poll, 0);
    EXPECT_EQ(RateMeter(RateLimit{seconds(65), 8, 3, seconds(10)}).poll, 7);
    EXPECT_EQ(RateMeter(RateLimit{hours(1), 8, 3, seconds(10)}).pause, 127);
    EXPECT_EQ(RateMeter{}.increment, 0);
}

TEST(RateLimit, AlwaysServesTheFirstEightPackets) {
    for (const Duration interval : {Duration{0}, Duration{milliseconds(1)}, Duration{seconds(2)}}) {
        ClientTable table(1000, 128, kSecret);
        EXPECT_EQ(served(table, host(1), 8, interval), 8);
    }
}

TEST(RateLimit, NeverTouchesOneShotClientsAndBursts) {
    ClientTable table(1000, 128, kSecret);
    for (int day = 0; day < 10; ++day) {
        EXPECT_EQ(served(table, host(1), 4, milliseconds(2), kNow + day * hours(24)), 4);  // one shot, tried again
        EXPECT_EQ(served(table, host(2), 8, seconds(2), kNow + day * hours(24)), 8);       // iburst of ntpd
        EXPECT_EQ(served(table, host(3), 900, seconds(1), kNow + day * hours(24)), 900);   // once a second
    }
}

TEST(RateLimit, ServesAllClientsThatAskInTheSameInstant) {
    ClientTable table(10'000, 128, kSecret);
    int answers = 0;
    for (unsigned i = 0; i < 10'000; ++i) {
        answers += served(table, host(i), 4, nanoseconds(0));
    }
    EXPECT_EQ(answers, 40'000);
}

TEST(RateLimit, GivesAnAbuserAQuarterAtMost) {
    for (const double per_second : {20.0, 100.0, 1000.0, 100'000.0}) {
        ClientTable table(1000, 128, kSecret);
        const Duration interval{static_cast<std::int64_t>(1e9 / per_second)};
        const int answers = served(table, host(1), 10'000, interval);
        EXPECT_LE(answers, 2500) << per_second;
        EXPECT_GE(answers, 1900) << "one in five must leak through, " << per_second;
    }
}

TEST(RateLimit, GivesWhoeverAsksTwiceTooOftenAtLeastWhatIsHis) {
    ClientTable table(1000, 128, kSecret);
    const int answers = served(table, host(1), 4000, milliseconds(500));
    EXPECT_GE(answers, 2000);
    EXPECT_LE(answers, 2400);
}

TEST(RateLimit, ForgivesWhoeverWaits) {
    ClientTable table(1000, 128, kSecret);
    served(table, host(1), 1000, milliseconds(1));
    EXPECT_EQ(served(table, host(1), 16, nanoseconds(0), kNow + seconds(1) + seconds(17)), 16);
}

TEST(RateLimit, LetsNobodySilenceAClientByAskingInItsName) {
    // The forger knows everything but the draw: he sends whole rows, and the client asks in between.
    for (const int forged : {4, 5, 9, 10, 100}) {
        ClientTable table(1000, 128, kSecret);
        LocalInstant now = kNow;
        int answers = 0;
        constexpr int kRounds = 2000;
        for (int round = 0; round < kRounds; ++round, now += milliseconds(5)) {
            served(table, host(1), forged, nanoseconds(10), now);
            answers += ask(table, host(1), now + milliseconds(2)) == Allowance::kServe ? 1 : 0;
        }
        EXPECT_GE(answers, kRounds / 8) << forged;
    }
}

TEST(RateLimit, LeavesOthersAloneWhoeverAsksTooOften) {
    ClientTable table(1000, 128, kSecret);
    for (int i = 0; i < 100; ++i) {
        served(table, host(1), 1000, microseconds(10), kNow + i * seconds(1));
        EXPECT_EQ(ask(table, host(2), kNow + i * seconds(1)), Allowance::kServe);
    }
}

TEST(RateLimit, KissesSeldom) {
    ClientTable table(1000, 128, kSecret);
    int kisses = 0;
    for (int i = 0; i < 60'000; ++i) {
        kisses += ask(table, host(1), kNow + i * milliseconds(1)) == Allowance::kKiss ? 1 : 0;
    }
    EXPECT_GE(kisses, 2);
    EXPECT_LE(kisses, 60 / 8 + 1);
}

TEST(RateLimit, LetsNothingThroughWhereLeakIsZero) {
    ClientTable table(1000, 128, kSecret);
    RateLimit limit = kLan;
    limit.leak = 0;
    EXPECT_EQ(served(table, host(1), 10'000, nanoseconds(0), kNow, limit), limit.burst);
}

TEST(RateLimit, IsNotEscapedByAFloodOfOtherAddresses) {
    ClientTable table(64, 128, kSecret);
    LocalInstant now = kNow;
    int answers = 0;
    for (int round = 0; round < 200; ++round, now += milliseconds(1)) {
        answers += served(table, host(1), 50, nanoseconds(0), now);
        for (unsigned i = 0; i < 1000; ++i) {
            ask(table, host(1000 + static_cast<unsigned>(round) * 1000 + i), now);
        }
    }
    EXPECT_LE(answers, 200 * 50 / 4);
    EXPECT_GT(table.replaced(), 100'000U);
}

TEST(RateLimit, ServesNewcomersWhereAllPlacesAreAtTheirLimits) {
    ClientTable table(8, 128, kSecret);
    for (unsigned i = 0; i < table.places() * 4; ++i) {
        served(table, host(i), 40, nanoseconds(0));
    }
    EXPECT_EQ(ask(table, host(100'000), kNow + milliseconds(100)), Allowance::kServe);
}

TEST(RateLimit, IsForgottenWhereAGentlerOneTakesItsPlace) {
    ClientTable table(100, 128, kSecret);
    RateLimit limit{hours(1), 16, 0, {}};
    EXPECT_EQ(served(table, host(1), 20, milliseconds(1), kNow, limit), 16);
    limit.interval = seconds(1);
    EXPECT_EQ(served(table, host(1), 1, {}, kNow + seconds(1), limit), 0);
    EXPECT_EQ(served(table, host(1), 1, {}, kNow + seconds(3), limit), 1);
}

TEST(RateLimit, KissesAreNeverNearerThanTheyMayBe) {
    for (int first = 0; first < 40; ++first) {
        ClientTable table(100, 128, kSecret);
        const LocalInstant begin = kNow + milliseconds(100 * first);
        const RateMeter meter{RateLimit{seconds(1), 16, 5, seconds(10)}};
        ASSERT_TRUE(table.note_denied(table.find(host(1)), {begin, {}, 4000}, meter));
        EXPECT_FALSE(table.note_denied(table.find(host(1)), {begin + milliseconds(9999), {}, 4000}, meter)) << first;
        EXPECT_TRUE(table.note_denied(table.find(host(1)), {begin + seconds(16), {}, 4000}, meter)) << first;
    }
}

TEST(RateLimit, SurvivesAClockThatStandsStillOrGoesBack) {
    ClientTable table(1000, 128, kSecret);
    EXPECT_EQ(served(table, host(1), 16, nanoseconds(-1'000'000)), 16);
    EXPECT_LE(served(table, host(1), 1000, nanoseconds(-1'000'000)), 250);
}

}  // namespace
}  // namespace tokimori
