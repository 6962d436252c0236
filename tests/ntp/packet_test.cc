#include "server/ntp/packet.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/ntp/scene.h"

namespace tokimori {
namespace {

TEST(NtpPacket, ReadsEveryFieldOfAReply) {
    const Datagram octets = from_hex(
        "64 01 06 e8 00000012 00000299 47505300 eeac9fe9d370f450 eeac9ecf12345678 eeac9fed24e2aab7 eeac9fed24e335ab");
    const NtpHeader header = read_header(std::span(octets).first<kHeaderSize>());
    EXPECT_EQ(header.leap, LeapIndicator::kInsert);
    EXPECT_EQ(header.version, 4);
    EXPECT_EQ(header.mode, NtpMode::kServer);
    EXPECT_EQ(header.stratum, 1);
    EXPECT_EQ(header.poll, 6);
    EXPECT_EQ(header.precision, -24);
    EXPECT_EQ(header.root_delay, 0x12U);
    EXPECT_EQ(header.root_dispersion, 0x299U);
    EXPECT_EQ(header.refid, reference_id("GPS"));
    EXPECT_EQ(header.reference.bits, 0xEEAC'9FE9'D370'F450U);
    EXPECT_EQ(header.origin.bits, 0xEEAC'9ECF'1234'5678U);
    EXPECT_EQ(header.receive.bits, 0xEEAC'9FED'24E2'AAB7U);
    EXPECT_EQ(header.transmit.bits, 0xEEAC'9FED'24E3'35ABU);
}

TEST(NtpPacket, WritesBackWhateverItReads) {
    std::mt19937_64 random(1);
    for (int round = 0; round < 10'000; ++round) {
        Datagram octets(kHeaderSize);
        std::ranges::generate(octets, [&] { return static_cast<std::byte>(random() & 0xFF); });
        Datagram written(kHeaderSize);
        write_header(read_header(std::span(octets).first<kHeaderSize>()), std::span(written).first<kHeaderSize>());
        ASSERT_EQ(written, octets);
    }
}

struct TrailerRow {
    const char* what;
    std::uint8_t version;
    Datagram trailer;
    Trailer expected;
};

Datagram fields(int count) {
    Datagram octets;
    for (int i = 0; i < count; ++i) {
        octets = octets + field(28);
    }
    return octets;
}

const Datagram kMac20 = from_hex("00000001 3c2c45b45facf7e38347e5febe849150");
const Datagram kMac24 = from_hex("00000002 72d3fc8309f90dcbe5264d03b69cf1364992649b");
const Datagram kKeyNumber = from_hex("00000004");

const TrailerRow kTrailers[] = {
    {"nothing, v1", 1, {}, Trailer::kNone},
    {"nothing, v4", 4, {}, Trailer::kNone},
    {"MAC of 20, v1", 1, kMac20, Trailer::kAuthenticator},
    {"MAC of 20, v3", 3, kMac20, Trailer::kAuthenticator},
    {"MAC of 24, v3", 3, kMac24, Trailer::kAuthenticator},
    {"MAC of 20, v4", 4, kMac20, Trailer::kAuthenticator},
    {"MAC of 24, v4", 4, kMac24, Trailer::kAuthenticator},
    {"whole digest by SHA-256, v1", 1, kKeyNumber + zeros(32), Trailer::kAuthenticator},
    {"whole digest by SHA-384, v2", 2, kKeyNumber + zeros(48), Trailer::kAuthenticator},
    {"whole digest by SHA-256, v3", 3, kKeyNumber + zeros(32), Trailer::kAuthenticator},
    {"whole digest by SHA-384, v3", 3, kKeyNumber + zeros(48), Trailer::kAuthenticator},
    {"whole digest by SHA-512, v3", 3, kKeyNumber + zeros(64), Trailer::kAuthenticator},
    {"whole digest by SHA-256, v4", 4, kKeyNumber + zeros(32), Trailer::kMalformed},
    {"whole digest by SHA-384, v4", 4, kKeyNumber + zeros(48), Trailer::kMalformed},
    {"whole digest by SHA-512, v4", 4, kKeyNumber + zeros(64), Trailer::kMalformed},
    {"a digest of 36, v3", 3, kKeyNumber + zeros(36), Trailer::kMalformed},
    {"field and MAC of 20", 4, field(28) + kMac20, Trailer::kAuthenticator},
    {"short field and MAC of 24", 4, field(16) + kMac24, Trailer::kAuthenticator},
    {"crypto-NAK, v3", 3, zeros(4), Trailer::kCryptoNak},
    {"crypto-NAK, v4", 4, zeros(4), Trailer::kCryptoNak},
    {"field and crypto-NAK", 4, field(28) + zeros(4), Trailer::kCryptoNak},
    {"four octets not zero", 4, from_hex("00000100"), Trailer::kMalformed},
    {"MS-SNTP, v3", 3, from_hex("f4010000") + zeros(16), Trailer::kMsSntp},
    {"MS-SNTP extended, v3", 3, from_hex("f4010000 00010100") + zeros(64), Trailer::kMsSntp},
    {"72 octets but no MS-SNTP", 3, from_hex("f4010000 00010100") + zeros(63) + from_hex("01"), Trailer::kMalformed},
    {"MS-SNTP, v4", 4, from_hex("f4010000") + zeros(16), Trailer::kAuthenticator},
    {"8 octets", 4, zeros(8), Trailer::kMalformed},
    {"12 octets", 4, zeros(12), Trailer::kMalformed},
    {"16 octets", 4, field(16), Trailer::kMalformed},
    {"field, v3", 3, field(28), Trailer::kMalformed},
    {"field of 28", 4, field(28), Trailer::kNone},
    {"field of 2000", 4, field(2000), Trailer::kNone},
    {"short field, then a long one", 4, field(16) + field(28), Trailer::kNone},
    {"short field last", 4, field(28) + field(16), Trailer::kMalformed},
    {"16 fields", 4, fields(16), Trailer::kNone},
    {"16 fields and MAC", 4, fields(16) + kMac20, Trailer::kAuthenticator},
    {"17 fields", 4, fields(17), Trailer::kMalformed},
    {"field length 0", 4, from_hex("01040000") + zeros(28), Trailer::kMalformed},
    {"field length 12", 4, from_hex("0104000c") + zeros(28), Trailer::kMalformed},
    {"field length 30", 4, from_hex("0104001e") + zeros(28), Trailer::kMalformed},
    {"field lengths 30 and 34", 4, field(30) + field(34), Trailer::kMalformed},
    {"field length past the end", 4, from_hex("01040024") + zeros(28), Trailer::kMalformed},
    {"field length 65532", 4, from_hex("0104fffc") + zeros(28), Trailer::kMalformed},
};

TEST(NtpPacket, ClassifiesWhatFollowsTheHeader) {
    for (const TrailerRow& row : kTrailers) {
        EXPECT_EQ(classify_trailer(datagram(0x23) + row.trailer, row.version), row.expected) << row.what;
    }
}

TEST(NtpPacket, FindsNoTrailerOfOddLengthAcceptable) {
    for (std::size_t length = 1; length < 200; ++length) {
        for (std::uint8_t version = 1; version <= 4 && length % 4 != 0; ++version) {
            EXPECT_EQ(classify_trailer(datagram(0x23) + zeros(length), version), Trailer::kMalformed) << length;
        }
    }
}

}  // namespace
}  // namespace tokimori
