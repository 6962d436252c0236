#include "server/ntp/mac.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "server/ntp/key_ring.h"
#include "tests/ntp/scene.h"

namespace tokimori {
namespace {

// The vectors that a chronyd with these keys answered (reference/ntp-wire.md section 7).
const Datagram kVerifiedHeader = from_hex("230006ec") + zeros(36) + from_hex("eeac9ecf12345678");
constexpr const char* kVerifiedKeys = R"(# the keys of the verified exchange
1 MD5    HEX:000102030405060708090a0b0c0d0e0f
2 SHA1   HEX:000102030405060708090a0b0c0d0e0f10111213
3 AES128 HEX:2b7e151628aed2a6abf7158809cf4f3c
4 SHA256 HEX:000102030405060708090a0b0c0d0e0f10111213
5 SHA384 HEX:000102030405060708090a0b0c0d0e0f10111213
6 SHA512 HEX:000102030405060708090a0b0c0d0e0f10111213
)";

struct Vector {
    std::uint32_t key;
    const char* digest;
};
constexpr Vector kVectors[] = {{1, "3c2c45b45facf7e38347e5febe849150"},
                               {2, "72d3fc8309f90dcbe5264d03b69cf1364992649b"},
                               {3, "2935eab0467a4b55f9ec4f7f7d1a47d2"},
                               {4, "70afe8e870296c31e46c37c4f52855bf14655f02"}};

// In version 3 it has whole digests answered alone.
const Datagram kVersion3Header = from_hex("1b0006ec") + zeros(36) + from_hex("eeac9ecf12345678");
constexpr Vector kWholeVectors[] = {{4, "0b2c7a42eddeee740e51459c139b8ae3dd4450dad3f357970b75680d7c68970a"},
                                    {5,
                                     "3b12301a1375b0b6d703e46222ae8180da4c739178314c125ce31c426e5562de"
                                     "3d6a4c64e09235bc7d5942b4ead3c697"},
                                    {6,
                                     "29f5635fe0b71532401a026468001a84a29457116de053388e1260f483f60980"
                                     "0a453767af27822e5c5cedcfd364cae13c25be493041fcb5aa9e2f669cb7360d"}};

TEST(Mac, RepeatsTheVerifiedVectors) {
    const auto ring = parse_keys(kVerifiedKeys).ring;
    ASSERT_TRUE(ring);
    for (const Vector& vector : kVectors) {
        const Key* const key = ring->find(vector.key);
        ASSERT_NE(key, nullptr);
        EXPECT_TRUE(is_digest_of(*key, kVerifiedHeader, from_hex(vector.digest))) << vector.key;
    }
    for (const Vector& vector : kWholeVectors) {
        EXPECT_TRUE(is_digest_of(*ring->find(vector.key), kVersion3Header, from_hex(vector.digest))) << vector.key;
    }
}

TEST(Mac, SeesEveryBitThatIsTurnedInMessageOrDigest) {
    const auto ring = parse_keys(kVerifiedKeys).ring;
    for (const Vector& vector : kVectors) {
        const Datagram whole = kVerifiedHeader + from_hex(vector.digest);
        for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
            Datagram turned = whole;
            turned[bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
            const auto message = std::span<const std::byte>(turned).first(kHeaderSize);
            ASSERT_FALSE(is_digest_of(*ring->find(vector.key), message, std::span(turned).subspan(kHeaderSize)));
        }
    }
}

TEST(Mac, TakesNoDigestOfAnotherLength) {
    const auto ring = parse_keys(kVerifiedKeys).ring;
    EXPECT_FALSE(is_digest_of(*ring->find(1), kVerifiedHeader, from_hex("3c2c45b45facf7e38347e5febe84915000000000")));
    EXPECT_FALSE(is_digest_of(*ring->find(4), kVerifiedHeader, from_hex("70afe8e870296c31e46c37c4f52855bf")));
    for (const Vector& vector : kWholeVectors) {
        const Datagram whole = from_hex(vector.digest) + zeros(4);
        for (std::size_t size = 0; size <= whole.size(); ++size) {
            const bool its_own = size == 20 || size == whole.size() - 4;
            const auto digest = std::span(whole).first(size);
            EXPECT_EQ(is_digest_of(*ring->find(vector.key), kVersion3Header, digest), its_own) << size;
        }
    }
    EXPECT_FALSE(is_digest_of(*ring->find(1), kVerifiedHeader, {}));
}

// RFC 4493 section 4, example 2 and NIST SP 800-38B for 256 bits.
TEST(Mac, ComputesCmacAsItsStandardsDo) {
    const auto ring = parse_keys(
                          "1 AES128 HEX:2b7e151628aed2a6abf7158809cf4f3c\n"
                          "2 AES256 HEX:603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4\n")
                          .ring;
    const Datagram message = from_hex("6bc1bee22e409f96e93d7e117393172a");
    EXPECT_TRUE(is_digest_of(*ring->find(1), message, from_hex("070a16b46b4d4144f79bdd9dd04a287c")));
    EXPECT_TRUE(is_digest_of(*ring->find(2), message, from_hex("28a7023f452e8f82bd4bf28d8c37c35c")));
}

// FIPS 180-4: "abc", here as key "ab" and message "c", cut to 20 octets and whole.
TEST(Mac, ComputesTheLongHashesAsTheirStandardDoes) {
    const auto ring = parse_keys("1 SHA384 ab\n2 SHA512 ab\n").ring;
    EXPECT_TRUE(is_digest_of(*ring->find(1), from_hex("63"), from_hex("cb00753f45a35e8bb5a03d699ac65007272c32ab")));
    EXPECT_TRUE(is_digest_of(*ring->find(2), from_hex("63"), from_hex("ddaf35a193617abacc417349ae20413112e6fa4e")));
    EXPECT_TRUE(is_digest_of(*ring->find(1), from_hex("63"),
                             from_hex("cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
                                      "8086072ba1e7cc2358baeca134c825a7")));
    EXPECT_TRUE(is_digest_of(*ring->find(2), from_hex("63"),
                             from_hex("ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                                      "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f")));
}

TEST(KeyRing, ReadsTheFormsOfChronyAndNtpd) {
    const auto result = parse_keys(
        "1 plain\n"
        "  2\tMD5\tASCII:HEX:0\r\n"
        "! remark\n; remark\n% remark\n\n"
        "4294967295 M text\n"
        "5 aes128cmac HEX:000102030405060708090A0B0C0D0E0F");
    ASSERT_TRUE(result.ring) << result.errors[0];
    EXPECT_EQ(result.ring->size(), 4U);
    EXPECT_EQ(result.ring->find(1)->size, 5);
    EXPECT_EQ(result.ring->find(2)->size, 5);
    EXPECT_EQ(result.ring->find(2)->secret[0], 'H');
    EXPECT_EQ(result.ring->find(4294967295)->type, MacType::kMd5);
    EXPECT_EQ(result.ring->find(5)->secret[15], 0x0F);
    EXPECT_EQ(result.ring->find(3), nullptr);
    EXPECT_EQ(result.ring->find(0), nullptr);
}

TEST(KeyRing, HasAnEnd) {
    std::string text;
    for (std::size_t id = kMostKeys; id > 0; --id) {
        text += std::to_string(id) + " key\n";
    }
    const auto full = parse_keys(text);
    ASSERT_TRUE(full.ring);
    EXPECT_EQ(full.ring->size(), kMostKeys);
    EXPECT_NE(full.ring->find(1), nullptr);
    const auto overfull = parse_keys(text + "4097 key\n");
    EXPECT_FALSE(overfull.ring);
    EXPECT_EQ(overfull.errors, std::vector<std::string>{"line 4097: there are more than 4096 keys; remove some"});
}

TEST(KeyRing, NamesEachWrongLineAndNeverAKey) {
    const auto result = parse_keys(
        "1 MD5 good\n"
        "0 MD5 secret\n"
        "x secret\n"
        "2 SHA3 secret\n"
        "3 AES128 HEX:00\n"
        "4 MD5 HEX:0g\n"
        "5\n"
        "6 MD5 secret secret\n"
        "1 MD5 secret\n"
        "7 MD5 HEX:000\n"
        "8 MD5 " +
        std::string(65, 's') + "\n");
    EXPECT_FALSE(result.ring);
    ASSERT_EQ(result.errors.size(), 10U);
    for (std::size_t i = 0; i < result.errors.size(); ++i) {
        EXPECT_TRUE(result.errors[i].starts_with("line " + std::to_string(i + 2) + ": ")) << result.errors[i];
        EXPECT_EQ(result.errors[i].find("secret"), std::string::npos);
    }
}

TEST(KeyRing, OfAnEmptyTextIsEmpty) {
    EXPECT_EQ(parse_keys("").ring->size(), 0U);
    EXPECT_EQ(parse_keys("# nothing").ring->size(), 0U);
}

/// A responder with the verified keys.
class KeyedResponder : public testing::Test {
protected:
    KeyedResponder() { responder_.authenticate_by(std::make_shared<KeyRing>(*parse_keys(kVerifiedKeys).ring)); }

    Verdict answer(const Datagram& request) {
        request_ = request;
        const Verdict verdict = responder_.answer(request_of(request_), synchronised_state(), reply_);
        if (has_reply(verdict)) {
            responder_.stamp(reply_, Departure{synchronised_state(), kNow + microseconds(3)});
        }
        return verdict;
    }

    static Datagram authenticator(const Vector& vector) {
        return from_hex(std::string("0000000") + std::to_string(vector.key)) + from_hex(vector.digest);
    }

    std::span<const std::byte> sent() const { return std::span(reply_.octets).first(reply_.size); }

    /// All but those of the first octet, which may make another kind of packet of it.
    void turn_bits_of(const Datagram& header, const Vector& vector) {
        const Datagram whole = header + authenticator(vector);
        for (std::size_t bit = 8; bit < whole.size() * 8; ++bit) {
            Datagram turned = whole;
            turned[bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
            ASSERT_EQ(answer(turned), Verdict::kUnauthenticated) << vector.key << " " << bit;
        }
    }

    Responder responder_;
    Reply reply_;
    Datagram request_;
};

TEST_F(KeyedResponder, SignsTheReplyToASignedRequestWithTheSameKey) {
    const auto ring = parse_keys(kVerifiedKeys).ring;
    for (const Vector& vector : kVectors) {
        ASSERT_EQ(answer(kVerifiedHeader + authenticator(vector)), Verdict::kAnswered) << vector.key;
        ASSERT_EQ(sent().size(), request_.size());
        const std::size_t size = request_.size() - kHeaderSize;
        EXPECT_EQ(key_identifier(sent(), size), vector.key);
        EXPECT_TRUE(is_digest_of(*ring->find(vector.key), sent().first(kHeaderSize), sent().subspan(kHeaderSize + 4)));
        responder_.stamp(reply_, Departure{synchronised_state(), kNow + milliseconds(1)});
        EXPECT_TRUE(is_digest_of(*ring->find(vector.key), sent().first(kHeaderSize), sent().subspan(kHeaderSize + 4)))
            << "stamped again, it must be signed again";
    }
}

TEST_F(KeyedResponder, AnswersAWholeDigestWithAWholeOneAndACutOneWithACutOne) {
    const auto ring = parse_keys(kVerifiedKeys).ring;
    for (const Vector& vector : kWholeVectors) {
        const Datagram whole = kVersion3Header + authenticator(vector);
        for (const std::size_t size : {whole.size(), kHeaderSize + 24}) {
            ASSERT_EQ(answer({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)}), Verdict::kAnswered);
            ASSERT_EQ(sent().size(), size);
            EXPECT_EQ(version_of(sent()[0]), 3);
            EXPECT_EQ(key_identifier(sent(), size - kHeaderSize), vector.key);
            const auto digest = digest_of(*ring->find(vector.key), sent().first(kHeaderSize));
            const auto told = sent().subspan(kHeaderSize + kKeyIdentifierSize);
            EXPECT_TRUE(std::equal(told.begin(), told.end(), digest.begin())) << vector.key << " " << size;
        }
    }
}

TEST_F(KeyedResponder, SignsNothingAfterASignedReplyInTheSameRoom) {
    answer(kVerifiedHeader + authenticator(kVectors[0]));
    EXPECT_EQ(answer(kVerifiedHeader), Verdict::kAnswered);
    EXPECT_EQ(sent().size(), kHeaderSize);
}

TEST_F(KeyedResponder, SignsWithACutDigestAfterAWholeOneInTheSameRoom) {
    answer(kVersion3Header + authenticator(kWholeVectors[2]));
    ASSERT_EQ(answer(kVerifiedHeader + authenticator(kVectors[3])), Verdict::kAnswered);
    EXPECT_EQ(sent().size(), kHeaderSize + 24);
}

TEST_F(KeyedResponder, IsSilentWhereOneBitIsWrong) {
    std::ranges::for_each(kVectors, [this](const Vector& vector) { turn_bits_of(kVerifiedHeader, vector); });
    std::ranges::for_each(kWholeVectors, [this](const Vector& vector) { turn_bits_of(kVersion3Header, vector); });
}

TEST_F(KeyedResponder, SignsBehindExtensionFieldsToo) {
    const auto ring = parse_keys(kVerifiedKeys).ring;
    const Datagram message = kVerifiedHeader + field(28);
    const auto digest = digest_of(*ring->find(3), message);
    const Datagram request = message + from_hex("00000003") + Datagram(digest.begin(), digest.begin() + 16);
    ASSERT_EQ(answer(request), Verdict::kAnswered);
    EXPECT_EQ(sent().size(), kHeaderSize + 20);
    EXPECT_LE(sent().size(), request.size());
}

TEST_F(KeyedResponder, ServesOnlySignedRequestsWhereARuleSaysNotrust) {
    AccessPolicy policy;
    policy.rules = {{.from = all_networks(), .flags = {AccessFlag::kNoTrust}}};
    responder_.admit_by(std::make_shared<AccessRules>(policy));
    EXPECT_EQ(answer(kVerifiedHeader), Verdict::kUnauthenticated);
    EXPECT_EQ(answer(kVerifiedHeader + authenticator(kVectors[2])), Verdict::kAnswered);
}

TEST_F(KeyedResponder, LimitsBeforeItComputes) {
    Responder responder({5, 6}, 100);
    responder.authenticate_by(std::make_shared<KeyRing>(*parse_keys(kVerifiedKeys).ring));
    AccessPolicy policy;
    policy.allow = all_networks();
    responder.admit_by(std::make_shared<AccessRules>(policy));
    Datagram wrong = kVerifiedHeader + authenticator(kVectors[0]);
    wrong.back() ^= std::byte{1};
    for (int i = 0; i < 1000; ++i) {
        responder.answer(request_of(wrong), synchronised_state(), reply_);
    }
    EXPECT_GE(responder.counts().of(Verdict::kRateLimited), 700U);
    EXPECT_LE(responder.counts().of(Verdict::kUnauthenticated), 250U);
}

}  // namespace
}  // namespace tokimori
