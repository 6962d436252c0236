#include "server/ntp/client_exchange.h"

#include <gtest/gtest.h>

#include <functional>

#include "leap/calendar.h"
#include "server/ntp/key_ring.h"
#include "tests/ntp/scene.h"

namespace tokimori {
namespace {

constexpr NtpTimestamp kNonce{0xDEAD'BEEF'0123'4567};
constexpr LocalInstant kSent{seconds(5000)};
constexpr LocalInstant kCame = kSent + milliseconds(10);

PosixNanoseconds posix(const char* text) {
    const UtcTime time = parse_utc(text).value();
    return (std::int64_t{time.second.day} * kSecondsPerDay + time.second.second) * 1'000'000'000;
}

const PosixNanoseconds kNoon = posix("2026-11-28T03:00:00Z");

/// What a good server says whose clock is right at the middle of the way; it held the request for 2 ms.
NtpHeader good_reply(PosixNanoseconds middle = kNoon) {
    NtpHeader header;
    header.leap = LeapIndicator::kNone;
    header.mode = NtpMode::kServer;
    header.stratum = 1;
    header.precision = -20;
    header.root_delay = 0;
    header.root_dispersion = ntp_short_from(milliseconds(1));
    header.refid = reference_id("GPS");
    header.origin = kNonce;
    header.reference = ntp_from_posix(middle - 16'000'000'000);
    header.receive = ntp_from_posix(middle - 1'000'000);
    header.transmit = ntp_from_posix(middle + 1'000'000);
    return header;
}

Datagram octets_of(const NtpHeader& header) {
    Datagram octets(kHeaderSize);
    write_header(header, std::span(octets).first<kHeaderSize>());
    return octets;
}

JudgedReply judged(const NtpHeader& header, const Key* key = nullptr) {
    const std::vector<ReferenceId> ourselves{{192, 0, 2, 1}};
    return judge_reply(octets_of(header), {kNonce, key, kSent, ourselves}, kCame);
}

TEST(ClientRequest, SaysNothingButItsNonce) {
    const ClientRequest request = make_request(kNonce, nullptr);
    EXPECT_EQ(Datagram(request.packet().begin(), request.packet().end()),
              from_hex("23") + zeros(39) + from_hex("deadbeef01234567"));
}

TEST(ClientRequest, EndsWithKeyAndDigest) {
    const KeyRing ring = parse_keys("7 SHA1 secret\n9 AES128 HEX:2b7e151628aed2a6abf7158809cf4f3c\n").ring.value();
    for (const std::uint32_t id : {7U, 9U}) {
        const ClientRequest request = make_request(kNonce, ring.find(id));
        const Tail tail = read_tail(request.packet(), 4);
        ASSERT_EQ(tail.kind, Trailer::kAuthenticator);
        EXPECT_EQ(key_identifier(request.packet(), tail.authenticator), id);
        EXPECT_TRUE(is_digest_of(*ring.find(id), request.packet().first(kHeaderSize),
                                 request.packet().subspan(kHeaderSize + 4)));
    }
}

TEST(ServerReply, TellsTheTimeInTheMiddleOfTheWayAndHowSureThatIs) {
    const JudgedReply reply = judged(good_reply());
    ASSERT_EQ(reply.verdict, ReplyVerdict::kAccepted);
    EXPECT_EQ(reply.measurement.local, kSent + milliseconds(5));
    EXPECT_NEAR(static_cast<double>(reply.measurement.time - kNoon), 0.0, 5.0);
    EXPECT_NEAR(static_cast<double>(reply.measurement.delay.count()), 8e6, 5.0);
    // Half the way, what the server says, and some microseconds of stamps and crystals.
    EXPECT_GE(reply.measurement.uncertainty, milliseconds(5));
    EXPECT_LT(reply.measurement.uncertainty, milliseconds(5) + microseconds(40));
}

TEST(ServerReply, BoundsItsErrorHoweverTheWayIsDivided) {
    for (int there = 0; there <= 8; ++there) {
        // The request takes `there` ms, the reply the rest of 8 ms.
        NtpHeader header = good_reply();
        const PosixNanoseconds received = kNoon + there * 1'000'000LL - 5'000'000;
        header.receive = ntp_from_posix(received);
        header.transmit = ntp_from_posix(received + 2'000'000);
        const ServerMeasurement measurement = judged(header).measurement;
        EXPECT_LE(std::abs(measurement.time - kNoon), measurement.uncertainty.count()) << there;
        EXPECT_GE(measurement.uncertainty, milliseconds(4)) << there;
    }
}

TEST(ServerReply, ReadsTimestampsBeyondTheEra) {
    const PosixNanoseconds later = posix("2040-01-01T03:00:00Z");
    const JudgedReply reply = judged(good_reply(later));
    ASSERT_EQ(reply.verdict, ReplyVerdict::kAccepted);
    EXPECT_NEAR(static_cast<double>(reply.measurement.time - later), 0.0, 5.0);
}

struct Wrong {
    const char* what;
    ReplyVerdict verdict;
    std::function<void(NtpHeader&)> change;
};

TEST(ServerReply, IsRefusedForEachThingThatIsWrong) {
    const Wrong kWrong[] = {
        {"another origin", ReplyVerdict::kForeign, [](NtpHeader& h) { h.origin.bits ^= 1; }},
        {"a request", ReplyVerdict::kForeign, [](NtpHeader& h) { h.mode = NtpMode::kClient; }},
        {"broadcast", ReplyVerdict::kForeign, [](NtpHeader& h) { h.mode = NtpMode::kBroadcast; }},
        {"version 5", ReplyVerdict::kForeign, [](NtpHeader& h) { h.version = 5; }},
        {"LI 3", ReplyVerdict::kUnsynchronised, [](NtpHeader& h) { h.leap = LeapIndicator::kUnsynchronised; }},
        {"stratum 15", ReplyVerdict::kUselessStratum, [](NtpHeader& h) { h.stratum = 15; }},
        {"stratum 16", ReplyVerdict::kUselessStratum, [](NtpHeader& h) { h.stratum = 16; }},
        {"far from its reference", ReplyVerdict::kTooFar, [](NtpHeader& h) { h.root_dispersion = 0x10000; }},
        {"root delay", ReplyVerdict::kTooFar, [](NtpHeader& h) { h.root_delay = 0x20000; }},
        {"the largest values", ReplyVerdict::kTooFar,
         [](NtpHeader& h) { h.root_delay = h.root_dispersion = 0xFFFF'FFFF; }},
        {"follows us", ReplyVerdict::kFollowsUs,
         [](NtpHeader& h) {
             h.stratum = 2;
             h.refid = {192, 0, 2, 1};
         }},
        {"ntpd's smear", ReplyVerdict::kSmeared,
         [](NtpHeader& h) {
             h.refid = {254, 1, 2, 3};
         }},
        {"chrony's smear", ReplyVerdict::kSmeared,
         [](NtpHeader& h) {
             h.refid = {127, 127, 1, 255};
         }},
        {"sent before it came", ReplyVerdict::kImpossible, [](NtpHeader& h) { std::swap(h.receive, h.transmit); }},
        {"held longer than we waited", ReplyVerdict::kImpossible,
         [](NtpHeader& h) { h.receive = ntp_from_posix(kNoon - 20'000'000); }},
        {"no time", ReplyVerdict::kImpossible, [](NtpHeader& h) { h.transmit = h.receive = {}; }},
        {"set in the future", ReplyVerdict::kImpossible,
         [](NtpHeader& h) { h.reference = ntp_from_posix(kNoon + 1'000'000'000); }},
    };
    for (const Wrong& wrong : kWrong) {
        NtpHeader header = good_reply();
        wrong.change(header);
        EXPECT_EQ(judged(header).verdict, wrong.verdict) << wrong.what;
    }
}

TEST(ServerReply, OfStratumOneMayBeCalledLikeOurAddress) {
    NtpHeader header = good_reply();
    header.refid = {192, 0, 2, 1};
    EXPECT_EQ(judged(header).verdict, ReplyVerdict::kAccepted);
    header.stratum = 14;
    header.refid = {192, 0, 2, 2};
    EXPECT_EQ(judged(header).verdict, ReplyVerdict::kAccepted);
}

TEST(ServerReply, IsUnderstoodWhereItIsAKiss) {
    const std::pair<const char*, ReplyVerdict> kKisses[] = {
        {"RATE", ReplyVerdict::kRateExceeded},   {"DENY", ReplyVerdict::kAccessDenied},
        {"RSTR", ReplyVerdict::kAccessDenied},   {"INIT", ReplyVerdict::kUnsynchronised},
        {"STEP", ReplyVerdict::kUnsynchronised}, {"", ReplyVerdict::kUnsynchronised},
        {"NKEY", ReplyVerdict::kOtherKiss}};
    for (const auto& [code, verdict] : kKisses) {
        NtpHeader header = good_reply();
        header.leap = LeapIndicator::kUnsynchronised;
        header.stratum = 0;
        header.refid = reference_id(code);
        EXPECT_EQ(judged(header).verdict, verdict) << code;
        header.origin.bits += 1;
        EXPECT_EQ(judged(header).verdict, ReplyVerdict::kForeign) << "anybody may send a kiss that answers nothing";
    }
}

TEST(ServerReply, NeedsTheKeyOfItsRequest) {
    const KeyRing ring = parse_keys("7 SHA1 secret\n8 SHA1 secret\n9 SHA1 another\n").ring.value();
    const Datagram header = octets_of(good_reply());
    const auto signed_with = [&](std::uint32_t number, std::uint32_t key) {
        const auto digest = digest_of(*ring.find(key), header);
        return header + Datagram{std::byte{0}, std::byte{0}, std::byte{0}, static_cast<std::byte>(number)} +
               Datagram(digest.begin(), digest.begin() + 20);
    };
    const auto verdict = [&](const Datagram& packet) {
        return judge_reply(packet, {kNonce, ring.find(7), kSent, {}}, kCame).verdict;
    };
    EXPECT_EQ(verdict(signed_with(7, 7)), ReplyVerdict::kAccepted);
    EXPECT_EQ(verdict(signed_with(8, 8)), ReplyVerdict::kNotAuthenticated) << "another number";
    EXPECT_EQ(verdict(signed_with(7, 9)), ReplyVerdict::kNotAuthenticated) << "another key";
    EXPECT_EQ(verdict(header), ReplyVerdict::kNotAuthenticated) << "none";
    EXPECT_EQ(verdict(header + zeros(4)), ReplyVerdict::kNotAuthenticated) << "crypto-NAK";
}

TEST(ServerReply, IsForeignOrMalformedHoweverLongItIs) {
    const Datagram header = octets_of(good_reply());
    for (std::size_t size = 0; size < kHeaderSize; ++size) {
        const Datagram cut(header.begin(), header.begin() + static_cast<std::ptrdiff_t>(size));
        EXPECT_EQ(judge_reply(cut, {kNonce, nullptr, kSent, {}}, kCame).verdict, ReplyVerdict::kForeign) << size;
    }
    EXPECT_EQ(judge_reply(header + zeros(5), {kNonce, nullptr, kSent, {}}, kCame).verdict, ReplyVerdict::kMalformed);
}

TEST(ServerReply, SaysOfLeapSecondsWhatItsIndicatorMeansThatDay) {
    struct Day {
        const char* when;
        LeapIndicator leap;
        std::optional<LeapKind> says;
    };
    const Day kDays[] = {
        {"2026-11-28T03:00:00Z", LeapIndicator::kNone, std::nullopt},
        {"2026-11-28T03:00:00Z", LeapIndicator::kInsert, std::nullopt},
        {"2026-12-02T03:00:00Z", LeapIndicator::kInsert, std::nullopt},
        {"2026-12-30T23:59:50Z", LeapIndicator::kDelete, std::nullopt},
        {"2026-12-31T00:00:00Z", LeapIndicator::kInsert, LeapKind::kInsert},
        {"2026-12-31T23:00:00Z", LeapIndicator::kDelete, LeapKind::kDelete},
        {"2026-12-31T02:00:00Z", LeapIndicator::kNone, std::nullopt},
        {"2026-12-31T13:00:00Z", LeapIndicator::kNone, LeapKind::kNone},
    };
    for (const Day& day : kDays) {
        NtpHeader header = good_reply(posix(day.when));
        header.leap = day.leap;
        EXPECT_EQ(judged(header).measurement.leap_at_month_end, day.says) << day.when;
    }
}

TEST(ServerReply, NamesNoSecondWhereALeapSecondMayBe) {
    for (const auto& [when, verdict] : {std::pair{"2026-12-31T23:59:59Z", ReplyVerdict::kAmbiguousSecond},
                                        std::pair{"2027-01-01T00:00:01Z", ReplyVerdict::kAmbiguousSecond},
                                        std::pair{"2026-12-31T23:59:55Z", ReplyVerdict::kAccepted},
                                        std::pair{"2027-01-01T00:00:05Z", ReplyVerdict::kAccepted},
                                        std::pair{"2026-12-30T23:59:59Z", ReplyVerdict::kAccepted}}) {
        EXPECT_EQ(judged(good_reply(posix(when))).verdict, verdict) << when;
    }
}

TEST(ReferenceIdentifier, IsTheAddressOrTheBeginningOfItsMd5) {
    EXPECT_EQ(reference_id_of(ClientAddress::v4(0xC000'0201)), (ReferenceId{192, 0, 2, 1}));
    // echo -n '20010db8000000000000000000000001' | xxd -r -p | md5sum
    EXPECT_EQ(reference_id_of({0x2001'0db8'0000'0000, 1}), (ReferenceId{0x39, 0xab, 0x9b, 0x37}));
}

}  // namespace
}  // namespace tokimori
