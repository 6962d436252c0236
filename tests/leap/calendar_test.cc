#include "leap/calendar.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace tokimori {
namespace {

constexpr UtcDay kLeapDay2016 = 17166;  // 2016-12-31

TEST(Calendar, CountsDaysFrom1970) {
    EXPECT_EQ(day_from_date(1970, 1, 1), 0);
    EXPECT_EQ(day_from_date(1969, 12, 31), -1);
    EXPECT_EQ(day_from_date(1900, 1, 1), -25567);
    EXPECT_EQ(day_from_date(2016, 12, 31), kLeapDay2016);
    EXPECT_EQ(day_from_date(2262, 1, 1), 106651);
}

TEST(Calendar, Knows29FebruaryByTheGregorianRule) {
    EXPECT_EQ(day_from_date(2024, 2, 29), 19782);
    EXPECT_TRUE(day_from_date(2000, 2, 29));
    EXPECT_TRUE(day_from_date(1600, 2, 29));
    EXPECT_FALSE(day_from_date(2023, 2, 29));
    EXPECT_FALSE(day_from_date(2100, 2, 29));
    EXPECT_FALSE(day_from_date(2024, 2, 30));
    EXPECT_EQ(*day_from_date(2100, 3, 1) - *day_from_date(2100, 2, 28), 1);
}

TEST(Calendar, RefusesDatesThatDoNotExist) {
    EXPECT_FALSE(day_from_date(2026, 0, 1));
    EXPECT_FALSE(day_from_date(2026, 13, 1));
    EXPECT_FALSE(day_from_date(2026, -1, 1));
    EXPECT_FALSE(day_from_date(2026, 257, 1)) << "257 is 1 in eight bits";
    EXPECT_FALSE(day_from_date(2026, 4, 31));
    EXPECT_FALSE(day_from_date(2026, 1, 0));
    EXPECT_FALSE(day_from_date(2026, 1, 257));
    EXPECT_FALSE(day_from_date(1599, 12, 31));
    EXPECT_FALSE(day_from_date(10000, 1, 1));
    EXPECT_FALSE(day_from_date(65536 + 2026, 1, 1));
    EXPECT_TRUE(day_from_date(9999, 12, 31));
}

TEST(Calendar, AcceptsSecond60OnlyAt2359) {
    EXPECT_EQ(second_from_civil({2016, 12, 31, 23, 59, 60}), (UtcSecond{kLeapDay2016, 86400}));
    EXPECT_FALSE(second_from_civil({2016, 12, 31, 23, 58, 60}));
    EXPECT_FALSE(second_from_civil({2016, 12, 31, 22, 59, 60}));
    EXPECT_FALSE(second_from_civil({2017, 1, 1, 8, 59, 60}));
    EXPECT_FALSE(second_from_civil({2016, 12, 31, 23, 59, 61}));
}

TEST(Calendar, RefusesFieldsOutOfRange) {
    EXPECT_FALSE(second_from_civil({2026, 11, 22, 24, 0, 0}));
    EXPECT_FALSE(second_from_civil({2026, 11, 22, -1, 0, 0}));
    EXPECT_FALSE(second_from_civil({2026, 11, 22, 12, 60, 0}));
    EXPECT_FALSE(second_from_civil({2026, 11, 22, 12, -1, 0}));
    EXPECT_FALSE(second_from_civil({2026, 11, 22, 12, 0, -1}));
    EXPECT_FALSE(second_from_civil({2026, 2, 29, 12, 0, 0}));
}

TEST(Calendar, NamesEverySecondOfALeapDayAndBack) {
    for (std::int32_t second = 0; second <= kSecondsPerDay; ++second) {
        const UtcSecond wanted{kLeapDay2016, second};
        ASSERT_EQ(second_from_civil(civil_from_second(wanted)), wanted);
    }
    EXPECT_EQ(civil_from_second({kLeapDay2016, 86400}), (CivilTime{2016, 12, 31, 23, 59, 60}));
    EXPECT_EQ(civil_from_second({kLeapDay2016, 86399}), (CivilTime{2016, 12, 31, 23, 59, 59}));
}

TEST(Calendar, NamesEveryDayFrom1900To2200AndBack) {
    for (UtcDay day = -25567; day < 84006; ++day) {
        const CivilTime civil = civil_from_second({day, 0});
        ASSERT_EQ(day_from_date(civil.year, civil.month, civil.day), day);
    }
}

TEST(Calendar, FindsTheLastDayOfAMonth) {
    EXPECT_TRUE(is_last_day_of_month(kLeapDay2016));
    EXPECT_FALSE(is_last_day_of_month(kLeapDay2016 - 1));
    EXPECT_FALSE(is_last_day_of_month(kLeapDay2016 + 1));
    EXPECT_FALSE(is_last_day_of_month(*day_from_date(2024, 2, 28)));
    EXPECT_TRUE(is_last_day_of_month(*day_from_date(2100, 2, 28)));
    EXPECT_EQ(last_day_of_month(*day_from_date(2024, 2, 1)), day_from_date(2024, 2, 29));
    EXPECT_EQ(last_day_of_month(kLeapDay2016), kLeapDay2016);
    EXPECT_EQ(last_day_of_month(kLeapDay2016 + 1), day_from_date(2017, 1, 31));
    EXPECT_EQ(last_day_of_month(-1), -1) << "1969-12-31";
    EXPECT_EQ(last_day_of_month_before(kLeapDay2016), day_from_date(2016, 11, 30));
    EXPECT_EQ(last_day_of_month_before(kLeapDay2016 + 1), kLeapDay2016);
    EXPECT_TRUE(in_month_of_leap_seconds(kLeapDay2016));
    EXPECT_FALSE(in_month_of_leap_seconds(kLeapDay2016 + 1));
}

TEST(Calendar, ReadsUtc) {
    EXPECT_EQ(parse_utc("2016-12-31T23:59:60Z"), (UtcTime{{kLeapDay2016, 86400}, 0}));
    EXPECT_EQ(parse_utc("2016-12-31T23:59:60.123456789Z"), (UtcTime{{kLeapDay2016, 86400}, 123456789}));
    EXPECT_EQ(parse_utc("2016-12-31T00:00:01.5Z"), (UtcTime{{kLeapDay2016, 1}, 500000000}));
    EXPECT_EQ(parse_utc("2016-12-31T00:00:00.000000001Z"), (UtcTime{{kLeapDay2016, 0}, 1}));
    EXPECT_EQ(parse_utc("2016-12-31T00:00:00.010Z"), (UtcTime{{kLeapDay2016, 0}, 10000000}));
    EXPECT_EQ(parse_utc("2016-12-31"), (UtcTime{{kLeapDay2016, 0}, 0}));
}

class TextThatIsNotUtc : public ::testing::TestWithParam<const char*> {};

TEST_P(TextThatIsNotUtc, IsRefused) {
    EXPECT_EQ(parse_utc(GetParam()), std::nullopt) << GetParam();
}

INSTANTIATE_TEST_SUITE_P(
    Calendar, TextThatIsNotUtc,
    ::testing::Values("", "Z", "2016", "2016-12", "2016-12-31Z", "2016-12-31T", "2016-12-31 ", " 2016-12-31",
                      "16-12-31", "2016-1-01", "2016/12/31", "2016-13-01", "2016-02-30", "1599-12-31", "+016-12-31",
                      "-016-12-31", "2016-12-31T23:59:59", "2016-12-31t23:59:59Z", "2016-12-31T23:59:59z",
                      "2016-12-31 23:59:59Z", "2016-12-31T23:59Z", "2016-12-31T24:00:00Z", "2016-12-31T23:60:00Z",
                      "2016-12-31T23:58:60Z", "2016-12-31T23:59:61Z", "2016-12-31T23:59:59.Z", "2016-12-31T23:59:59,5Z",
                      "2016-12-31T23:59:59.1234567890Z", "2016-12-31T23:59:59.12x4Z", "2016-12-31T23:59:59Z ",
                      "2016-12-31T23:59:59ZZ", "2016-12-31T23:59:59+09:00", "2016-12-31T2 :59:59Z"));

TEST(Calendar, WritesUtcWithTheDigitsAskedForAndNeverRoundsUp) {
    const UtcTime time{{kLeapDay2016, 86400}, 999'999'999};
    EXPECT_EQ(format_utc(time), "2016-12-31T23:59:60Z");
    EXPECT_EQ(format_utc(time, 1), "2016-12-31T23:59:60.9Z");
    EXPECT_EQ(format_utc(time, 9), "2016-12-31T23:59:60.999999999Z");
    EXPECT_EQ(format_utc({{0, 0}, 1'000'000}, 6), "1970-01-01T00:00:00.001000Z");
    EXPECT_EQ(format_utc({{-1, 86399}, 0}, 3), "1969-12-31T23:59:59.000Z");
}

TEST(Calendar, ReadsWhatItWrites) {
    for (const UtcTime& time : {UtcTime{{kLeapDay2016, 86400}, 7}, UtcTime{{19782, 3661}, 123456789}}) {
        EXPECT_EQ(parse_utc(format_utc(time, 9)), time);
    }
}

TEST(Calendar, WritesJapanStandardTimeNineHoursAhead) {
    EXPECT_EQ(format_jst({{kLeapDay2016, 0}, 0}), "2016-12-31 09:00:00 JST");
    EXPECT_EQ(format_jst({{kLeapDay2016, 15 * 3600 - 1}, 0}), "2016-12-31 23:59:59 JST");
    EXPECT_EQ(format_jst({{kLeapDay2016, 15 * 3600}, 0}), "2017-01-01 00:00:00 JST");
    EXPECT_EQ(format_jst({{kLeapDay2016, 86399}, 987654321}, 3), "2017-01-01 08:59:59.987 JST");
}

TEST(Calendar, KeepsTheNameOfTheLeapSecondInJapan) {
    EXPECT_EQ(format_jst({{kLeapDay2016, 86400}, 0}), "2017-01-01 08:59:60 JST");
    EXPECT_EQ(format_jst({{kLeapDay2016 + 1, 0}, 0}), "2017-01-01 09:00:00 JST");
    EXPECT_EQ(format_jst({{*day_from_date(2015, 6, 30), 86400}, 500'000'000}, 1), "2015-07-01 08:59:60.5 JST");
}

TEST(Calendar, WritesDates) {
    EXPECT_EQ(format_date(kLeapDay2016), "2016-12-31");
    EXPECT_EQ(format_date(0), "1970-01-01");
    EXPECT_EQ(format_date(*day_from_date(2100, 2, 28) + 1), "2100-03-01");
}

}  // namespace
}  // namespace tokimori
