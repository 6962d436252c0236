#include "leap/ntp_timestamp.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <random>

namespace tokimori {
namespace {

using std::chrono::seconds;

constexpr PosixNanoseconds kSecond = 1'000'000'000;
constexpr PosixNanoseconds kEraOne = 2'085'978'496 * kSecond;  // 2036-02-07T06:28:16Z
constexpr PosixNanoseconds kToday = 1'795'305'600 * kSecond;   // 2026-11-22
constexpr std::int64_t kUnit = std::int64_t{1} << 32;          // one second

TEST(NtpTimestamp, CountsSecondsFrom1900) {
    EXPECT_EQ(ntp_from_posix(0).bits, 0x83AA7E80'00000000u);
    EXPECT_EQ(ntp_from_posix(-2'208'988'799 * kSecond).bits, 0x00000001'00000000u);
    EXPECT_EQ(ntp_from_posix(1'483'228'800 * kSecond).bits, std::uint64_t{3'692'217'600} << 32);
}

TEST(NtpTimestamp, TruncatesTheFraction) {
    EXPECT_EQ(ntp_from_posix(kSecond / 2).bits, 0x83AA7E80'80000000u);
    EXPECT_EQ(ntp_from_posix(1).bits, 0x83AA7E80'00000004u) << "4.29 units";
    EXPECT_EQ(ntp_from_posix(kSecond - 1).bits, 0x83AA7E80'FFFFFFFBu) << "4.29 units below the second";
    EXPECT_EQ(ntp_from_posix(-1).bits, 0x83AA7E7F'FFFFFFFBu);
}

TEST(NtpTimestamp, RunsThroughTheEndOfEraZero) {
    EXPECT_EQ(ntp_from_posix(kEraOne - kSecond).bits, 0xFFFFFFFF'00000000u) << "06:28:15";
    EXPECT_EQ(ntp_from_posix(kEraOne - 1).bits, 0xFFFFFFFF'FFFFFFFBu);
    EXPECT_EQ(ntp_from_posix(kEraOne + kSecond).bits, 0x00000001'00000000u) << "06:28:17";
}

TEST(NtpTimestamp, NudgesTheInstantThatWouldMeanNoTimestamp) {
    EXPECT_EQ(ntp_from_posix(kEraOne).bits, 1u);
    EXPECT_EQ(ntp_from_posix(-2'208'988'800 * kSecond).bits, 1u) << "1900-01-01";
    EXPECT_EQ(ntp_from_posix(kEraOne + 1).bits, 4u) << "still later than the nudged one";
    EXPECT_EQ(posix_from_ntp(ntp_from_posix(kEraOne), kToday), kEraOne);
}

TEST(NtpTimestamp, SubtractsAcrossTheEra) {
    const NtpTimestamp before = ntp_from_posix(kEraOne - kSecond);
    const NtpTimestamp after = ntp_from_posix(kEraOne + kSecond);
    EXPECT_EQ(ntp_difference(after, before), 2 * kUnit);
    EXPECT_EQ(ntp_difference(before, after), -2 * kUnit);
    EXPECT_EQ(ntp_difference(after, after), 0);
}

TEST(NtpTimestamp, TakesTheEraNearestToThePivot) {
    const NtpTimestamp after = ntp_from_posix(kEraOne + kSecond);
    EXPECT_EQ(posix_from_ntp(after, kToday), kEraOne + kSecond);
    EXPECT_EQ(posix_from_ntp(after, kEraOne - 1), kEraOne + kSecond);
    EXPECT_EQ(posix_from_ntp(after, -2'000'000'000 * kSecond), -2'208'988'799 * kSecond) << "1900, seen from 1906";
    EXPECT_EQ(posix_from_ntp(ntp_from_posix(kToday), kEraOne + 1'000'000 * kSecond), kToday) << "seen from era 1";
}

TEST(NtpTimestamp, ReachesExactlyHalfAnEraFromThePivot) {
    constexpr PosixNanoseconds kHalf = (std::int64_t{1} << 31) * kSecond;
    const PosixNanoseconds pivot = kToday + kSecond / 2;
    EXPECT_EQ(posix_from_ntp(ntp_from_posix(pivot - kHalf), pivot), pivot - kHalf);
    EXPECT_EQ(posix_from_ntp(ntp_from_posix(pivot + kHalf - 1), pivot), pivot + kHalf - 1);
    EXPECT_EQ(posix_from_ntp(ntp_from_posix(pivot + kHalf), pivot), pivot - kHalf) << "the other era is as near";
}

TEST(NtpTimestamp, SurvivesTheJourneyThereAndBackToTheNanosecond) {
    std::mt19937_64 random{20261122};
    std::uniform_int_distribution<PosixNanoseconds> any{-2'208'988'800 * kSecond, 4'102'444'800 * kSecond};
    std::uniform_int_distribution<PosixNanoseconds> near{-2'000'000'000 * kSecond, 2'000'000'000 * kSecond};
    for (int i = 0; i < 100'000; ++i) {
        const PosixNanoseconds posix = any(random);
        ASSERT_EQ(posix_from_ntp(ntp_from_posix(posix), posix + near(random)), posix);
    }
}

TEST(NtpTimestamp, HoldsAtTheEndsOfTheCount) {
    constexpr PosixNanoseconds kFirst = std::numeric_limits<PosixNanoseconds>::min();
    constexpr PosixNanoseconds kLast = std::numeric_limits<PosixNanoseconds>::max();
    EXPECT_EQ(posix_from_ntp(ntp_from_posix(kFirst), kFirst), kFirst);
    EXPECT_EQ(posix_from_ntp(ntp_from_posix(kLast), kLast), kLast);
    const NtpTimestamp beyond{ntp_from_posix(kLast).bits + std::uint64_t{1} * kUnit};
    EXPECT_EQ(posix_from_ntp(beyond, kLast), kLast);
}

TEST(NtpShort, RoundsUp) {
    EXPECT_EQ(ntp_short_from(Duration{1}), 1u);
    EXPECT_EQ(ntp_short_from(Duration{15'258}), 1u);
    EXPECT_EQ(ntp_short_from(Duration{15'259}), 2u) << "2^-16 s is 15258.8 ns";
    EXPECT_EQ(ntp_short_from(seconds{1}), 0x10000u);
    EXPECT_EQ(ntp_short_from(seconds{1} + Duration{1}), 0x10001u);
    EXPECT_EQ(ntp_short_from(Duration{10'147'094}), 0x299u) << "10.147 ms of a captured reply";
}

TEST(NtpShort, NeverAdvertisesLessThanItWasGiven) {
    std::mt19937_64 random{2036};
    std::uniform_int_distribution<std::int64_t> any{1, 65'535 * kSecond};
    for (int i = 0; i < 100'000; ++i) {
        const std::int64_t span = any(random);
        const std::uint64_t units = ntp_short_from(Duration{span});
        ASSERT_GE(units * 1'000'000'000, static_cast<std::uint64_t>(span) << 16);
        ASSERT_LT((units - 1) * 1'000'000'000, static_cast<std::uint64_t>(span) << 16);
    }
}

TEST(NtpShort, IsZeroForNothingAndForLess) {
    EXPECT_EQ(ntp_short_from(Duration::zero()), 0u);
    EXPECT_EQ(ntp_short_from(Duration{-1}), 0u);
    EXPECT_EQ(ntp_short_from(Duration::min()), 0u);
}

TEST(NtpShort, SaturatesInsteadOfWrapping) {
    EXPECT_EQ(ntp_short_from(seconds{65'535}), 0xFFFF0000u);
    EXPECT_EQ(ntp_short_from(seconds{65'536} - Duration{1}), 0xFFFFFFFFu);
    EXPECT_EQ(ntp_short_from(seconds{65'536}), 0xFFFFFFFFu);
    EXPECT_EQ(ntp_short_from(Duration::max()), 0xFFFFFFFFu);
}

}  // namespace
}  // namespace tokimori
