#include "server/tokictl/units.h"

#include <gtest/gtest.h>

namespace tokimori {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

TEST(ShortSpan, HasAtMostFourDigitsAndAUnit) {
    EXPECT_EQ(short_span(0), "0ns");
    EXPECT_EQ(short_span(-479), "-479ns");
    EXPECT_EQ(short_span(9999), "9999ns");
    EXPECT_EQ(short_span(10'000), "10us");
    EXPECT_EQ(short_span(-9'999'400), "-9999us");
    EXPECT_EQ(short_span(9'999'500), "10ms");
    EXPECT_EQ(short_span(1'234'000'000), "1234ms");
    EXPECT_EQ(short_span(90 * kSecond), "90.0s");
    EXPECT_EQ(short_span(INT64_MIN), "-9223372036.9s");
    EXPECT_EQ(short_span(std::nullopt), "-");
}

TEST(ShortSpan, HasASignWhereOneIsWanted) {
    EXPECT_EQ(short_span(12, true), "+12ns");
    EXPECT_EQ(short_span(-12, true), "-12ns");
    EXPECT_EQ(short_span(90 * kSecond, true), "+90.0s");
}

TEST(FullSeconds, HasEveryNanosecond) {
    EXPECT_EQ(full_seconds(6523), "0.000006523");
    EXPECT_EQ(full_seconds(-1'500'000'000), "-1.500000000");
    EXPECT_EQ(full_seconds(INT64_MIN), "-9223372036.854775808");
    EXPECT_EQ(full_seconds(std::nullopt), "-");
}

TEST(Age, GrowsFromSecondsToDays) {
    EXPECT_EQ(age(999'999'999), "0");
    EXPECT_EQ(age(11 * kSecond), "11");
    EXPECT_EQ(age(1023 * kSecond), "1023");
    EXPECT_EQ(age(1024 * kSecond), "17m");
    EXPECT_EQ(age(100 * 60 * kSecond), "1h");
    EXPECT_EQ(age(25 * 3600 * kSecond), "25h");
    EXPECT_EQ(age(30 * 86400 * kSecond), "30d");
    EXPECT_EQ(age(std::nullopt), "-");
}

TEST(Decimal, IsWrittenWithSoManyDigits) {
    EXPECT_EQ(decimal(-0.0004, 3), "-0.000");
    EXPECT_EQ(decimal(1.5, 3, true), "+1.500");
    EXPECT_EQ(decimal(std::nullopt, 3), "-");
    EXPECT_EQ(count(7), "7");
    EXPECT_EQ(count(std::nullopt), "-");
}

}  // namespace
}  // namespace tokimori
