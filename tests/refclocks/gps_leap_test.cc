#include "refclocks/gps_leap.h"

#include <gtest/gtest.h>

#include <string>

namespace tokimori {
namespace {

constexpr GpsLeapPage kEndOf2016{.now = 17, .week = 137, .day = 7, .future = 18};

std::optional<LeapKind> said(const GpsLeapPage& page, const std::string& date) {
    return leap_at_month_end(page, parse_utc(date).value().second.day);
}

TEST(GpsLeap, LiesAtTheEndOfTheDayThatThePageNames) {
    EXPECT_EQ(said(kEndOf2016, "2016-12-01"), LeapKind::kInsert);
    EXPECT_EQ(said(kEndOf2016, "2016-12-31"), LeapKind::kInsert);
    EXPECT_EQ(said({.now = 16, .week = 1851 % 256, .day = 3, .future = 17}, "2015-06-30"), LeapKind::kInsert);
    EXPECT_EQ(said({.now = 15, .week = 1694 % 256, .day = 7, .future = 16}, "2012-06-15"), LeapKind::kInsert);
    EXPECT_EQ(said({.now = 18, .week = 2503 % 256, .day = 6, .future = 17}, "2027-12-31"), LeapKind::kDelete);
}

TEST(GpsLeap, IsNoMatterOfAnotherMonth) {
    EXPECT_EQ(said(kEndOf2016, "2016-11-30"), LeapKind::kNone);
    EXPECT_EQ(said(kEndOf2016, "2016-06-30"), LeapKind::kNone);
    EXPECT_EQ(said(kEndOf2016, "2017-01-01"), LeapKind::kNone);
}

TEST(GpsLeap, IsNoneWherePageSaysThatTheOffsetStays) {
    const GpsLeapPage past{.now = 18, .week = 137, .day = 7, .future = 18};
    EXPECT_EQ(said(past, "2026-12-31"), LeapKind::kNone);
    EXPECT_EQ(said(past, "2016-12-31"), LeapKind::kNone);
}

TEST(GpsLeap, IsInTheNearestWeekOfThatNumber) {
    for (int years = 1990; years < 2200; years += 7) {
        const UtcDay last = parse_utc(std::to_string(years) + "-12-31").value().second.day;
        const std::int64_t since = last - 3657;
        const GpsLeapPage page{.now = 18, .week = since / 7 % 256, .day = since % 7 + 1, .future = 19};
        EXPECT_EQ(leap_at_month_end(page, last - 30), LeapKind::kInsert) << years;
        EXPECT_EQ(leap_at_month_end(page, last - 31), LeapKind::kNone) << years;
        EXPECT_EQ(leap_at_month_end(page, last + 1), LeapKind::kNone) << years;
    }
}

TEST(GpsLeap, IsNoneOnADayThatEndsNoMonth) {
    for (std::int64_t day = 1; day < 7; ++day) {
        EXPECT_EQ(said({.now = 17, .week = 137, .day = day, .future = 18}, "2016-12-25"), LeapKind::kNone) << day;
    }
}

TEST(GpsLeap, IsNotReadFromWhatNoSatelliteSends) {
    for (const GpsLeapPage& page :
         {GpsLeapPage{17, 137, 0, 18}, GpsLeapPage{17, 137, 8, 18}, GpsLeapPage{17, 256, 7, 18},
          GpsLeapPage{17, -1, 7, 18}, GpsLeapPage{17, 137, 7, 19}, GpsLeapPage{18, 137, 7, 16},
          GpsLeapPage{128, 137, 7, 128}, GpsLeapPage{-129, 137, 7, -129}, GpsLeapPage{INT64_MIN, 137, 7, INT64_MAX},
          GpsLeapPage{17, INT64_MAX, INT64_MIN, 18}, GpsLeapPage{}}) {
        EXPECT_EQ(said(page, "2016-12-31"), std::nullopt) << page.now << ' ' << page.week << ' ' << page.day;
    }
    EXPECT_EQ(said(kEndOf2016, "1979-12-31"), std::nullopt);
}

}  // namespace
}  // namespace tokimori
