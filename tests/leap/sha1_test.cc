#include "leap/sha1.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>

namespace tokimori {
namespace {

TEST(Sha1, DigestsTheEmptyMessage) {
    EXPECT_EQ(sha1(""), (Sha1Digest{0xda39a3ee, 0x5e6b4b0d, 0x3255bfef, 0x95601890, 0xafd80709}));
}

TEST(Sha1, DigestsTheOneBlockExampleOfTheStandard) {
    EXPECT_EQ(sha1("abc"), (Sha1Digest{0xa9993e36, 0x4706816a, 0xba3e2571, 0x7850c26c, 0x9cd0d89d}));
}

TEST(Sha1, DigestsTheTwoBlockExampleOfTheStandard) {
    EXPECT_EQ(sha1("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
              (Sha1Digest{0x84983e44, 0x1c3bd26e, 0xbaae4aa1, 0xf95129e5, 0xe54670f1}));
}

TEST(Sha1, DigestsAMillionTimesA) {
    EXPECT_EQ(sha1(std::string(1'000'000, 'a')),
              (Sha1Digest{0x34aa973c, 0xd4c4daa4, 0xf61eeb2b, 0xdbad2731, 0x6534016f}));
}

TEST(Sha1, PadsRightAroundTheEndOfABlock) {
    const struct {
        std::size_t length;
        Sha1Digest digest;
    } cases[] = {
        {55, {0xc1c8bbdc, 0x22796e28, 0xc0e15163, 0xd20899b6, 0x5621d65a}},
        {56, {0xc2db330f, 0x6083854c, 0x99d4b5bf, 0xb6e8f29f, 0x201be699}},
        {63, {0x03f09f5b, 0x158a7a8c, 0xdad920bd, 0xdc29b81c, 0x18a551f5}},
        {64, {0x0098ba82, 0x4b5c1642, 0x7bd7a112, 0x2a5a442a, 0x25ec644d}},
        {65, {0x11655326, 0xc708d703, 0x19be2610, 0xe8a57d9a, 0x5b959d3b}},
        {119, {0xee971065, 0xaaa017e0, 0x632a8ca6, 0xc77bb3bf, 0x8b1dfc56}},
        {120, {0xf34c1488, 0x385346a5, 0x5709ba05, 0x6ddd0828, 0x0dd4c6d6}},
    };
    for (const auto& [length, digest] : cases) {
        EXPECT_EQ(sha1(std::string(length, 'a')), digest) << length << " octets";
    }
}

}  // namespace
}  // namespace tokimori
