#include "server/ntp/responder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <set>
#include <string>

#include "tests/ntp/scene.h"

namespace tokimori {
namespace {

Verdict verdict_for(const Datagram& octets, std::uint16_t port = 40000, bool unicast = true) {
    Responder responder;
    Reply reply;
    Request request = request_of(octets);
    request.source_port = port;
    request.from_unicast = unicast;
    const Verdict verdict = responder.answer(request, synchronised_state(), reply);
    EXPECT_EQ(reply.size, verdict == Verdict::kAnswered ? kHeaderSize : 0);
    EXPECT_LE(reply.size, octets.size());
    EXPECT_EQ(responder.counts().of(verdict), 1U);
    return verdict;
}

NtpHeader reply_to(const Datagram& octets) {
    Responder responder;
    Reply reply;
    EXPECT_EQ(responder.answer(request_of(octets), synchronised_state(), reply), Verdict::kAnswered);
    responder.stamp(reply, Departure{synchronised_state(), kNow});
    return header_of(reply);
}

// One line per version 0 … 7, one letter per mode 0 … 7: A answered, V bad version, N not a request, C control (that
// may be asked), P private.
const std::string kVerdictsFromHighPort[8] = {"VVVVVVCP", "AANANNCP", "NANANNCP", "NANANNCP",
                                              "NANANNCP", "VVVVVVCP", "VVVVVVCP", "VVVVVVCP"};
const std::string kVerdictsFromPort123[8] = {"VVVVVVCP", "NANANNCP", "NANANNCP", "NANANNCP",
                                             "NANANNCP", "VVVVVVCP", "VVVVVVCP", "VVVVVVCP"};

Verdict verdict_of_letter(char letter) {
    switch (letter) {
        case 'A':
            return Verdict::kAnswered;
        case 'V':
            return Verdict::kBadVersion;
        case 'N':
            return Verdict::kNotARequest;
        case 'C':
            return Verdict::kQueried;
        default:
            return Verdict::kPrivate;
    }
}

TEST(Responder, DecidesOnEachOfThe256FirstOctetsAsTheTableSays) {
    for (unsigned octet = 0; octet < 256; ++octet) {
        const unsigned version = octet >> 3 & 7;
        const unsigned mode = octet & 7;
        EXPECT_EQ(verdict_for(datagram(octet)), verdict_of_letter(kVerdictsFromHighPort[version][mode])) << octet;
        EXPECT_EQ(verdict_for(datagram(octet), 123), verdict_of_letter(kVerdictsFromPort123[version][mode])) << octet;
    }
}

struct RequestRow {
    const char* what;
    Datagram request;
    Verdict expected;
};

const Datagram kMac = from_hex("00000001 3c2c45b45facf7e38347e5febe849150");

const RequestRow kRequests[] = {
    {"no octet at all", {}, Verdict::kTooShort},
    {"one octet", from_hex("23"), Verdict::kTooShort},
    {"47 octets", Datagram(47, std::byte{0x23}), Verdict::kTooShort},
    {"50 octets", datagram(0x23) + zeros(2), Verdict::kBadLength},
    {"mode 6 of 12 octets", from_hex("16020001 00000000 00000000"), Verdict::kQueried},
    {"monlist", from_hex("1700032a 00000000"), Verdict::kPrivate},
    {"mode 7 with a thousand octets", from_hex("17") + zeros(1000), Verdict::kPrivate},
    {"v4 with a crypto-NAK", datagram(0x23) + zeros(4), Verdict::kUnauthenticated},
    {"v4 with 8 octets", datagram(0x23) + zeros(8), Verdict::kMalformed},
    {"v4 with 12 octets", datagram(0x23) + zeros(12), Verdict::kMalformed},
    {"v4 with 16 octets", datagram(0x23) + field(16), Verdict::kMalformed},
    {"v4 with a MAC", datagram(0x23) + kMac, Verdict::kUnauthenticated},
    {"v3 with a MAC", datagram(0x1B) + kMac, Verdict::kUnauthenticated},
    {"v4 with field and MAC", datagram(0x23) + field(28) + kMac, Verdict::kUnauthenticated},
    {"v4 with an unknown field", datagram(0x23) + field(28), Verdict::kAnswered},
    {"v4 with unknown fields", datagram(0x23) + field(16) + field(400) + field(64), Verdict::kAnswered},
    {"v4 mode 1 with an unknown field", datagram(0x21) + field(28), Verdict::kAnswered},
    {"v3 with an unknown field", datagram(0x1B) + field(28), Verdict::kMalformed},
    {"v4 with field length 0", datagram(0x23) + from_hex("01040000") + zeros(28), Verdict::kMalformed},
    {"v4 with field length 29", datagram(0x23) + from_hex("0104001d") + zeros(28), Verdict::kMalformed},
    {"v4 with a field past the end", datagram(0x23) + from_hex("01040040") + zeros(28), Verdict::kMalformed},
    {"v3 MS-SNTP", datagram(0x1B) + from_hex("f4010000") + zeros(16), Verdict::kUnauthenticated},
    {"v3 MS-SNTP extended", datagram(0x1B) + from_hex("f4010000") + zeros(68), Verdict::kUnauthenticated},
    {"v3 mode 1 MS-SNTP", datagram(0x19) + from_hex("f4010000") + zeros(16), Verdict::kUnauthenticated},
};

TEST(Responder, DecidesOnLengthAndTrailerAsTheTableSays) {
    for (const RequestRow& row : kRequests) {
        EXPECT_EQ(verdict_name(verdict_for(row.request)), verdict_name(row.expected)) << row.what;
    }
}

struct LengthRow {
    unsigned first_octet;
    std::set<std::size_t> unauthenticated;  ///< lengths at which zeros behind the header are some authentication
};

TEST(Responder, AnswersNoLengthBut48WhereZerosFollow) {
    const LengthRow rows[] = {{0x0B, {52, 68, 72, 84, 100, 116}},
                              {0x13, {52, 68, 72, 84, 100, 116}},
                              {0x1B, {52, 68, 72, 84, 100, 116, 120}},
                              {0x23, {52, 68, 72}}};
    for (const LengthRow& row : rows) {
        for (std::size_t length = 0; length <= 2048; ++length) {
            Datagram octets = datagram(row.first_octet);
            octets.resize(length);
            octets.shrink_to_fit();
            const Verdict expected = length < 48                            ? Verdict::kTooShort
                                     : length % 4 != 0                      ? Verdict::kBadLength
                                     : length == 48                         ? Verdict::kAnswered
                                     : row.unauthenticated.contains(length) ? Verdict::kUnauthenticated
                                                                            : Verdict::kMalformed;
            ASSERT_EQ(verdict_for(octets), expected) << row.first_octet << " with length " << length;
        }
    }
}

TEST(Responder, AnswersAnExtensionFieldOfEveryProperLength) {
    for (std::size_t length = 28; length <= 2000; length += 4) {
        ASSERT_EQ(verdict_for(datagram(0x23) + field(length)), Verdict::kAnswered) << length;
    }
}

TEST(Responder, NeverAnswersASourceThatCannotBeAClient) {
    EXPECT_EQ(verdict_for(datagram(0x23), 0), Verdict::kForbiddenSource);
    EXPECT_EQ(verdict_for(datagram(0x23), 40000, false), Verdict::kForbiddenSource);
    EXPECT_EQ(verdict_for(datagram(0x16), 40000, false), Verdict::kForbiddenSource);
}

TEST(Responder, RepliesInTheVersionAndTheModeThatFitTheRequest) {
    for (unsigned version = 1; version <= 4; ++version) {
        EXPECT_EQ(reply_to(datagram(version << 3 | 3)).version, version);
        EXPECT_EQ(reply_to(datagram(version << 3 | 3)).mode, NtpMode::kServer);
        EXPECT_EQ(reply_to(datagram(version << 3 | 1)).version, version);
        EXPECT_EQ(reply_to(datagram(version << 3 | 1)).mode, NtpMode::kSymmetricPassive);
    }
    EXPECT_EQ(reply_to(datagram(0x08)).version, 1);
    EXPECT_EQ(reply_to(datagram(0x08)).mode, NtpMode::kServer);
}

TEST(Responder, ReturnsTheTransmitTimestampBitForBitAsOrigin) {
    std::mt19937_64 random(2);
    std::vector<std::uint64_t> values = {0, std::numeric_limits<std::uint64_t>::max()};
    std::generate_n(std::back_inserter(values), 10'000, std::ref(random));
    for (const std::uint64_t value : values) {
        ASSERT_EQ(reply_to(datagram(0x23, value)).origin.bits, value);
    }
}

TEST(Responder, CopiesEveryPoll) {
    for (int poll = -128; poll <= 127; ++poll) {
        Datagram octets = datagram(0x23);
        octets[2] = static_cast<std::byte>(poll);
        EXPECT_EQ(reply_to(octets).poll, poll);
    }
}

TEST(Responder, IgnoresAllOtherFieldsOfTheRequest) {
    Datagram garbage(kHeaderSize, std::byte{0xFF});
    garbage[0] = std::byte{0xE3};
    Datagram plain = datagram(0x23, std::numeric_limits<std::uint64_t>::max());
    plain[2] = std::byte{0xFF};
    const auto octets_of = [](const NtpHeader& header) {
        Datagram octets(kHeaderSize);
        write_header(header, std::span(octets).first<kHeaderSize>());
        return octets;
    };
    EXPECT_EQ(octets_of(reply_to(garbage)), octets_of(reply_to(plain)));
}

TEST(Responder, IsUnsynchronisedBeforeItIsStamped) {
    Responder responder;
    Reply reply;
    reply.octets.fill(std::byte{0xFF});
    responder.answer(request_of(datagram(0x23)), synchronised_state(), reply);
    const NtpHeader header = header_of(reply);
    EXPECT_EQ(header.leap, LeapIndicator::kUnsynchronised);
    EXPECT_EQ(header.stratum, 0);
}

TEST(Responder, KeepsNothingOfAnEarlierReplyInTheSameRoom) {
    Responder responder;
    Reply reply;
    reply.octets.fill(std::byte{0xFF});
    responder.answer(request_of(datagram(0x23)), synchronised_state(), reply);
    EXPECT_EQ(reply.size, kHeaderSize);
    EXPECT_EQ(reply.arrival, kNow);
    Reply other;
    responder.answer(request_of(datagram(0x23)), synchronised_state(), other);
    const Departure departure{synchronised_state(), kNow + seconds(1)};
    responder.stamp(reply, departure);
    responder.stamp(other, departure);
    // Their last 16 octets are receive and transmit, filled with random bits.
    EXPECT_TRUE(std::equal(reply.octets.begin(), reply.octets.begin() + kReceiveAt, other.octets.begin()));
}

TEST(Responder, CountsEachVerdictForItself) {
    Responder responder;
    Reply reply;
    for (const unsigned octet : {0x23U, 0x23U, 0x23U, 0x26U, 0x27U, 0x27U}) {
        responder.answer(request_of(datagram(octet)), synchronised_state(), reply);
    }
    const ServerCounts counts = responder.counts();
    EXPECT_EQ(counts.of(Verdict::kAnswered), 3U);
    EXPECT_EQ(counts.of(Verdict::kQueried), 1U);
    EXPECT_EQ(counts.of(Verdict::kPrivate), 2U);
    EXPECT_EQ(counts.of(Verdict::kTooShort), 0U);
    EXPECT_EQ(counts.received(), 6U);
}

TEST(Responder, CountsWhoIsRefusedOnlyBecauseNobodyNamedHisNetwork) {
    AccessPolicy policy;
    const ClientAddress denied = ClientAddress::v4(0xCB00'7101);
    policy.deny = {Prefix{denied, 128}};
    Responder responder;
    responder.admit_by(std::make_shared<AccessRules>(policy));
    const auto asks = [&](ClientAddress source, unsigned octet) {
        const Datagram octets = datagram(octet);
        Request request = request_of(octets);
        request.source = source;
        Reply reply;
        return responder.answer(request, synchronised_state(), reply);
    };
    EXPECT_EQ(asks(denied, 0x23), Verdict::kDenied);
    EXPECT_EQ(asks(ClientAddress::v4(0xC0A8'0001), 0x23), Verdict::kAnswered);
    EXPECT_EQ(asks(ClientAddress::v4(0xCB00'7107), 0x27), Verdict::kPrivate);
    EXPECT_EQ(responder.counts().unlisted, 0U);
    EXPECT_EQ(asks(ClientAddress::v4(0xCB00'7107), 0x23), Verdict::kDenied);
    EXPECT_EQ(responder.counts().unlisted, 1U);
    EXPECT_EQ(responder.counts().last_unlisted, ClientAddress::v4(0xCB00'7107));
    EXPECT_EQ(asks({0x2001'0DB8'0000'0001, 7}, 0x23), Verdict::kDenied);
    EXPECT_EQ(responder.counts().unlisted, 2U);
    EXPECT_EQ(responder.counts().last_unlisted, (ClientAddress{0x2001'0DB8'0000'0001, 0}));
}

TEST(Responder, RemembersWhatAClientSaysOfItself) {
    Responder responder{{1, 2}, 64};
    for (const auto& [first_octet, stratum] : {std::pair{0xE3U, 16U}, {0x5BU, 3U}, {0x23U, 0U}}) {
        Datagram octets = datagram(first_octet);
        octets[1] = static_cast<std::byte>(stratum);
        Request request = request_of(octets);
        request.source = ClientAddress::v4(0xC0A8'0001);
        request.source_port = static_cast<std::uint16_t>(40000 + stratum);
        Reply reply;
        ASSERT_EQ(responder.answer(request, synchronised_state(), reply), Verdict::kAnswered);
        std::vector<Client> clients;
        responder.clients().for_each([&clients](const Client& client) { clients.push_back(client); });
        ASSERT_EQ(clients.size(), 1U);
        EXPECT_EQ(clients[0].address, request.source);
        EXPECT_EQ(clients[0].first_octet, octets[0]);
        EXPECT_EQ(clients[0].stratum, stratum);
        EXPECT_EQ(clients[0].port, request.source_port);
    }
}

TEST(Responder, CountsTheVersionsOfRequestsOnly) {
    Responder responder;
    Reply reply;
    for (const unsigned octet : {0x23U, 0x23U, 0x1BU, 0x0BU, 0x26U, 0x24U, 0x2BU}) {
        responder.answer(request_of(datagram(octet)), synchronised_state(), reply);
    }
    EXPECT_EQ(responder.counts().versions, (std::array<std::uint64_t, 5>{0, 1, 0, 1, 2}));
}

AccessPolicy policy_with(std::vector<AccessFlag> flags) {
    AccessPolicy policy;
    policy.rules = {{.from = all_networks(), .flags = std::move(flags)}};
    return policy;
}

struct RuleRow {
    std::vector<AccessFlag> flags;
    Verdict for_time;
    Verdict for_query;
};

// The order and the effects of ntpd's flags.
TEST(Responder, DoesWhatEachFlagOfARuleSays) {
    const RuleRow rows[] = {
        {{}, Verdict::kAnswered, Verdict::kQueried},
        {{AccessFlag::kIgnore}, Verdict::kDenied, Verdict::kDenied},
        {{AccessFlag::kNoServe}, Verdict::kDenied, Verdict::kQueried},
        {{AccessFlag::kNoQuery}, Verdict::kAnswered, Verdict::kControl},
        {{AccessFlag::kNoTrust}, Verdict::kUnauthenticated, Verdict::kQueried},
        {{AccessFlag::kDeny}, Verdict::kKissed, Verdict::kQueried},
        {{AccessFlag::kRestrict}, Verdict::kKissed, Verdict::kQueried},
        {{AccessFlag::kNoModify, AccessFlag::kNoPeer, AccessFlag::kNoTrap}, Verdict::kAnswered, Verdict::kQueried},
    };
    for (const RuleRow& row : rows) {
        Responder responder;
        Reply reply;
        responder.admit_by(std::make_shared<AccessRules>(policy_with(row.flags)));
        const auto verdict = [&](const Datagram& octets) {
            Request request = request_of(octets);
            request.source = ClientAddress::v4(0xC0000201);
            return responder.answer(request, synchronised_state(), reply);
        };
        EXPECT_EQ(verdict(datagram(0x23)), row.for_time);
        EXPECT_EQ(verdict(from_hex("16020001 00000000 00000000")), row.for_query);
    }
}

TEST(Responder, TellsNoTimeInAKissCode) {
    Responder responder({1, 2}, 100);
    Reply reply;
    AccessPolicy policy = policy_with({AccessFlag::kLimited, AccessFlag::kKod});
    policy.limit.leak = 0;
    responder.admit_by(std::make_shared<AccessRules>(policy));
    Verdict verdict = Verdict::kAnswered;
    for (int i = 0; i < policy.limit.burst + 1; ++i) {
        verdict = responder.answer(request_of(datagram(0x23)), synchronised_state(), reply);
    }
    ASSERT_EQ(verdict, Verdict::kKissed);
    responder.stamp(reply, Departure{synchronised_state(), kNow + seconds(1)});
    const NtpHeader header = header_of(reply);
    EXPECT_EQ(reply.size, kHeaderSize);
    EXPECT_EQ(header.leap, LeapIndicator::kUnsynchronised);
    EXPECT_EQ(header.stratum, 0);
    EXPECT_EQ(header.mode, NtpMode::kServer);
    EXPECT_EQ(header.refid, reference_id("RATE"));
    EXPECT_EQ(header.reference.bits, 0U);
    for (const NtpTimestamp stamp : {header.origin, header.receive, header.transmit}) {
        EXPECT_EQ(stamp.bits, 0x0123'4567'89AB'CDEFU);
    }
    EXPECT_EQ(responder.answer(request_of(datagram(0x23)), synchronised_state(), reply), Verdict::kRateLimited);
}

TEST(Responder, TellsWhoAsksTooOftenHowOftenHeMayAsk) {
    struct Row {
        unsigned asked;
        unsigned told;
    };
    for (const Row& row : {Row{3, 6}, Row{6, 6}, Row{10, 10}, Row{0xFA, 6}}) {
        Responder responder({1, 2}, 100);
        AccessPolicy policy = policy_with({AccessFlag::kLimited, AccessFlag::kKod});
        policy.limit = {seconds(64), 8, 0, seconds(10)};
        responder.admit_by(std::make_shared<AccessRules>(policy));
        Datagram octets = datagram(0x23);
        octets[kPollAt] = std::byte{static_cast<std::uint8_t>(row.asked)};
        Reply reply;
        for (int i = 0; i < policy.limit.burst; ++i) {
            ASSERT_EQ(responder.answer(request_of(octets), synchronised_state(), reply), Verdict::kAnswered);
            EXPECT_EQ(reply.octets[kPollAt], octets[kPollAt]) << "who is served is told what he said";
        }
        ASSERT_EQ(responder.answer(request_of(octets), synchronised_state(), reply), Verdict::kKissed);
        EXPECT_EQ(reply.octets[kPollAt], std::byte{static_cast<std::uint8_t>(row.told)});
    }
}

TEST(Responder, TellsWhoIsDeniedSoSeldom) {
    struct Row {
        AccessFlag flag;
        const char* code;
    };
    for (const Row& row : {Row{AccessFlag::kDeny, "DENY"}, Row{AccessFlag::kRestrict, "RSTR"}}) {
        Responder responder({1, 2}, 100);
        responder.admit_by(std::make_shared<AccessRules>(policy_with({row.flag})));
        const Datagram octets = datagram(0x23);
        Request request = request_of(octets);
        Reply reply;
        int kisses = 0;
        for (int i = 0; i < 30'000; ++i) {
            request.arrival = kNow + i * milliseconds(1);
            if (responder.answer(request, synchronised_state(), reply) == Verdict::kKissed) {
                ++kisses;
                EXPECT_EQ(header_of(reply).refid, reference_id(row.code));
            }
        }
        EXPECT_GE(kisses, 2);
        EXPECT_LE(kisses, 3) << "in half a minute";
        EXPECT_EQ(responder.counts().of(Verdict::kDenied), 30'000U - static_cast<unsigned>(kisses));
    }
}

TEST(Responder, TellsTheTimeAfterAKissCodeInTheSameRoom) {
    Responder responder;
    Reply reply;
    responder.admit_by(std::make_shared<AccessRules>(policy_with({AccessFlag::kDeny})));
    EXPECT_EQ(responder.answer(request_of(datagram(0x23)), synchronised_state(), reply), Verdict::kKissed);
    responder.admit_by(std::make_shared<AccessRules>());
    EXPECT_EQ(responder.answer(request_of(datagram(0x23)), synchronised_state(), reply), Verdict::kAnswered);
    responder.stamp(reply, Departure{synchronised_state(), kNow});
    EXPECT_EQ(header_of(reply).stratum, 1);
}

TEST(Responder, CountsKissesForWhoIsDeniedByThemselves) {
    for (const AccessFlag flag : {AccessFlag::kDeny, AccessFlag::kRestrict, AccessFlag::kKod}) {
        Responder responder({1, 2}, 100);
        Reply reply;
        AccessPolicy policy = policy_with({flag, AccessFlag::kLimited});
        policy.limit.leak = 0;
        responder.admit_by(std::make_shared<AccessRules>(policy));
        for (int i = 0; i < policy.limit.burst + 5; ++i) {
            responder.answer(request_of(datagram(0x23)), synchronised_state(), reply);
        }
        const ServerCounts counts = responder.counts();
        EXPECT_GT(counts.of(Verdict::kKissed), 0U);
        EXPECT_EQ(counts.denied_kisses, flag == AccessFlag::kKod ? 0U : counts.of(Verdict::kKissed));
    }
}

TEST(Responder, CountsRequestsOfTheFirstVersionByTheirMode) {
    Responder responder;
    Reply reply;
    for (const unsigned octet : {0x0BU, 0x0BU, 0x0BU, 0x08U, 0x08U, 0x09U, 0x0CU, 0x23U, 0x19U}) {
        responder.answer(request_of(datagram(octet)), synchronised_state(), reply);
    }
    EXPECT_EQ(responder.counts().versions[1], 6U);
    EXPECT_EQ(responder.counts().first_version, (std::array<std::uint64_t, 4>{2, 1, 0, 3}));
}

TEST(Responder, LimitsControlMessagesForThemselves) {
    Responder responder;
    Reply reply;
    int queried = 0;
    for (int i = 0; i < 1000; ++i) {
        const Datagram octets = from_hex("16020001 00000000 00000000");
        queried += responder.answer(request_of(octets), synchronised_state(), reply) == Verdict::kQueried ? 1 : 0;
    }
    EXPECT_EQ(queried, 40);
    EXPECT_EQ(responder.answer(request_of(datagram(0x23)), synchronised_state(), reply), Verdict::kAnswered);
}

TEST(Responder, LetsTenControlMessagesASecondThroughAfterTheFirstForty) {
    Responder responder;
    Reply reply;
    const Datagram octets = from_hex("16020001 00000000 00000000");
    const auto queried = [&](LocalInstant at, ClientAddress source) {
        Request request = request_of(octets, at);
        request.source = source;
        return responder.answer(request, synchronised_state(), reply) == Verdict::kQueried;
    };
    const ClientAddress one = ClientAddress::v4(0x7F000001);
    const auto of_hundred = [&](LocalInstant at) {
        int count = 0;
        for (int i = 0; i < 100; ++i) {
            count += queried(at, one) ? 1 : 0;
        }
        return count;
    };
    EXPECT_EQ(of_hundred(kNow), 40);
    EXPECT_EQ(of_hundred(kNow + milliseconds(99)), 0);
    EXPECT_EQ(of_hundred(kNow + milliseconds(100)), 1);
    EXPECT_EQ(of_hundred(kNow + milliseconds(1'100)), 10);
    EXPECT_EQ(of_hundred(kNow + seconds(60)), 40) << "no more are saved up";
    EXPECT_TRUE(queried(kNow + seconds(60), ClientAddress::v4(0x7F000002))) << "each address for itself";
}

TEST(Responder, HeedsThePortOfAQueryWhereARuleIsForNtpsOwn) {
    AccessPolicy policy = policy_with({AccessFlag::kNtpPort, AccessFlag::kNoQuery});
    policy.rules[0].from = {Prefix::v4(0x7F000001, 32)};
    Responder responder;
    Reply reply;
    responder.admit_by(std::make_shared<AccessRules>(policy));
    for (const auto& [port, verdict] :
         {std::pair{std::uint16_t{123}, Verdict::kControl}, std::pair{std::uint16_t{40000}, Verdict::kQueried}}) {
        const Datagram octets = from_hex("16020001 00000000 00000000");
        Request request = request_of(octets);
        request.source = ClientAddress::v4(0x7F000001);
        request.source_port = port;
        EXPECT_EQ(responder.answer(request, synchronised_state(), reply), verdict) << port;
    }
}

TEST(Responder, LetsThoseListClientsWhomNoRuleKeepsFromIt) {
    for (const bool kept : {true, false}) {
        Responder responder;
        responder.admit_by(std::make_shared<AccessRules>(
            policy_with({kept ? AccessFlag::kNoMruList : AccessFlag::kNoModify, AccessFlag::kNtpPort})));
        const Datagram octets = datagram(0x16);
        Request request = request_of(octets);
        request.source = ClientAddress::v4(0xC0000201);
        request.source_port = 123;
        EXPECT_EQ(responder.may_list_clients(request), !kept);
        request.source_port = 124;
        EXPECT_TRUE(responder.may_list_clients(request)) << "the rule is for another port";
    }
}

TEST(ServerCounts, AddUpOverWorkers) {
    ServerCounts sum;
    ServerCounts one;
    one.verdicts = {1, 2};
    one.versions = {0, 0, 0, 3, 4};
    one.first_version = {5, 6, 0, 7};
    one.denied_kisses = 8;
    sum += one;
    sum += one;
    EXPECT_EQ(sum.of(Verdict::kTooShort), 4U);
    EXPECT_EQ(sum.versions[4], 8U);
    EXPECT_EQ(sum.first_version, (std::array<std::uint64_t, 4>{10, 12, 0, 14}));
    EXPECT_EQ(sum.denied_kisses, 16U);
    EXPECT_EQ(sum.received(), 6U);
}

TEST(Responder, HasAWordOfItsOwnForEachVerdict) {
    std::set<std::string_view> words;
    for (std::size_t i = 0; i < kVerdictCount; ++i) {
        words.insert(verdict_name(static_cast<Verdict>(i)));
    }
    EXPECT_EQ(words.size(), kVerdictCount);
    EXPECT_FALSE(words.contains(""));
    EXPECT_EQ(verdict_name(Verdict::kAnswered), "answered");
    EXPECT_EQ(verdict_name(Verdict::kForbiddenSource), "forbidden_source");
}

}  // namespace
}  // namespace tokimori
