#include "leap/leap_table.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <optional>
#include <random>
#include <string>

namespace tokimori {
namespace {

using std::chrono::seconds;

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr UtcDay kLastHistoric = 17166;  // 2016-12-31

UtcDay day(int year, int month, int day_of_month) {
    return *day_from_date(year, month, day_of_month);
}

TaiInstant tai(const LeapTable& table, const std::string& utc) {
    return *table.tai_at(*parse_utc(utc));
}

// Ends 2028-06-30 in an inserted second and 2029-12-31 one second early.
LeapTable future() {
    return LeapTable::built_in()
        .with_event({day(2028, 6, 30), LeapKind::kInsert})
        .with_event({day(2029, 12, 31), LeapKind::kDelete});
}

// The last days with 23:59:60, as IERS announced them, and TAI − UTC after each.
const struct {
    int year, month, day, tai_minus_utc;
} kHistory[] = {
    {1972, 6, 30, 11},  {1972, 12, 31, 12}, {1973, 12, 31, 13}, {1974, 12, 31, 14}, {1975, 12, 31, 15},
    {1976, 12, 31, 16}, {1977, 12, 31, 17}, {1978, 12, 31, 18}, {1979, 12, 31, 19}, {1981, 6, 30, 20},
    {1982, 6, 30, 21},  {1983, 6, 30, 22},  {1985, 6, 30, 23},  {1987, 12, 31, 24}, {1989, 12, 31, 25},
    {1990, 12, 31, 26}, {1992, 6, 30, 27},  {1993, 6, 30, 28},  {1994, 6, 30, 29},  {1995, 12, 31, 30},
    {1997, 6, 30, 31},  {1998, 12, 31, 32}, {2005, 12, 31, 33}, {2008, 12, 31, 34}, {2012, 6, 30, 35},
    {2015, 6, 30, 36},  {2016, 12, 31, 37},
};

TEST(LeapTable, HoldsTheTwentySevenLeapSecondsOfHistoryAndNoOther) {
    const LeapTable& table = LeapTable::built_in();
    ASSERT_EQ(std::size(kHistory), 27u);
    ASSERT_EQ(table.rows().size(), 28u);
    EXPECT_EQ(table.rows().front(), (LeapTable::Row{day(1972, 1, 1), 10}));
    for (std::size_t i = 0; i < std::size(kHistory); ++i) {
        const UtcDay last = day(kHistory[i].year, kHistory[i].month, kHistory[i].day);
        EXPECT_EQ(table.rows()[i + 1], (LeapTable::Row{last + 1, kHistory[i].tai_minus_utc})) << format_date(last);
        EXPECT_EQ(table.kind_on(last), LeapKind::kInsert) << format_date(last);
    }
}

TEST(LeapTable, NamesEveryHistoricLeapSecondToTheNanosecond) {
    const LeapTable& table = LeapTable::built_in();
    for (const auto& leap : kHistory) {
        const UtcDay last = day(leap.year, leap.month, leap.day);
        const TaiInstant midnight = table.end_of({last, LeapKind::kInsert});
        const int before = leap.tai_minus_utc - 1;
        EXPECT_EQ(midnight.time_since_epoch().count(),
                  (std::int64_t{last + 1} * kSecondsPerDay + leap.tai_minus_utc) * kSecond);
        EXPECT_EQ(table.utc_at(midnight - seconds{1} - Duration{1}), (UtcTime{{last, 86399}, 999'999'999}));
        EXPECT_EQ(table.utc_at(midnight - seconds{1}), (UtcTime{{last, 86400}, 0}));
        EXPECT_EQ(table.utc_at(midnight - Duration{1}), (UtcTime{{last, 86400}, 999'999'999}));
        EXPECT_EQ(table.utc_at(midnight), (UtcTime{{last + 1, 0}, 0}));
        EXPECT_EQ(table.tai_at({{last, 86400}, 0}), midnight - seconds{1});
        EXPECT_EQ(table.tai_minus_utc_at(midnight - Duration{1}), before);
        EXPECT_EQ(table.tai_minus_utc_at(midnight), leap.tai_minus_utc);
        EXPECT_EQ(table.tai_minus_utc_on(last), before);
        EXPECT_EQ(table.tai_minus_utc_on(last + 1), leap.tai_minus_utc);
    }
}

TEST(LeapTable, SaysWhenItWasPublishedAndUntilWhenItIsGood) {
    EXPECT_EQ(format_date(LeapTable::built_in().updated()), "2026-07-06");
    EXPECT_EQ(format_date(LeapTable::built_in().expires()), "2027-06-28");
}

TEST(LeapTable, KeepsTheLastValueAfterItsLastRowAndTenBeforeItsFirst) {
    const LeapTable& table = LeapTable::built_in();
    EXPECT_EQ(table.tai_minus_utc_on(day(2100, 1, 1)), 37);
    EXPECT_EQ(table.tai_minus_utc_on(day(1960, 1, 1)), 10);
    EXPECT_EQ(table.tai_minus_utc_at(TaiInstant{}), 10);
    EXPECT_EQ(table.utc_at(TaiInstant{seconds{10}}), (UtcTime{{0, 0}, 0}));
    EXPECT_EQ(table.utc_at(TaiInstant{Duration{-1}}), (UtcTime{{-1, 86389}, 999'999'999}));
    EXPECT_EQ(table.tai_at({{0, 0}, 0}), TaiInstant{seconds{10}});
}

TEST(LeapTable, PassesFromSecond58ToMidnightAtADeletion) {
    const LeapTable table = future();
    const UtcDay last = day(2029, 12, 31);
    const TaiInstant midnight = table.end_of({last, LeapKind::kDelete});
    EXPECT_EQ(midnight, tai(table, "2029-12-31T23:59:58Z") + seconds{1});
    EXPECT_EQ(table.utc_at(midnight - Duration{1}), (UtcTime{{last, 86398}, 999'999'999}));
    EXPECT_EQ(table.utc_at(midnight), (UtcTime{{last + 1, 0}, 0}));
    EXPECT_EQ(table.tai_minus_utc_at(midnight - Duration{1}), 38);
    EXPECT_EQ(table.tai_minus_utc_at(midnight), 37);
    EXPECT_EQ(table.kind_on(last), LeapKind::kDelete);
}

TEST(LeapTable, HasNoInstantForASecondThatNeverWas) {
    const LeapTable table = future();
    EXPECT_FALSE(table.tai_at({{day(2029, 12, 31), 86399}, 0})) << "deleted";
    EXPECT_FALSE(table.tai_at({{day(2029, 12, 31), 86400}, 0}));
    EXPECT_FALSE(table.tai_at({{day(2029, 12, 30), 86400}, 0})) << "an ordinary day";
    EXPECT_TRUE(table.tai_at({{day(2029, 12, 30), 86399}, 0}));
    EXPECT_TRUE(table.tai_at({{day(2028, 6, 30), 86400}, 0}));
}

TEST(LeapTable, HasNoInstantForFieldsOutOfRange) {
    const LeapTable& table = LeapTable::built_in();
    EXPECT_FALSE(table.tai_at({{kLastHistoric, 86401}, 0}));
    EXPECT_FALSE(table.tai_at({{kLastHistoric, -1}, 0}));
    EXPECT_FALSE(table.tai_at({{kLastHistoric, 0}, -1}));
    EXPECT_FALSE(table.tai_at({{kLastHistoric, 0}, 1'000'000'000}));
    EXPECT_FALSE(table.tai_at({{day(9999, 12, 31), 0}, 0}));
    EXPECT_FALSE(table.tai_at({{day(1600, 1, 1), 0}, 0}));
    EXPECT_FALSE(table.tai_at({{INT32_MAX, 0}, 0}));
    EXPECT_FALSE(table.tai_at({{INT32_MIN, 0}, 0}));
}

TEST(LeapTable, HoldsAtTheEndsOfTai) {
    const LeapTable& table = LeapTable::built_in();
    EXPECT_EQ(format_utc(table.utc_at(TaiInstant::max())), "2262-04-11T23:46:39Z");
    EXPECT_EQ(format_utc(table.utc_at(TaiInstant::min())), "1677-09-21T00:12:33Z");
    EXPECT_FALSE(table.next_event_after(TaiInstant::max()));
    EXPECT_GT(table.end_of({INT32_MAX, LeapKind::kInsert}), TaiInstant::max() - seconds{2});
    EXPECT_LT(table.end_of({INT32_MIN, LeapKind::kNone}), TaiInstant::min() + seconds{2});
}

TEST(LeapTable, FindsTheNextEventAndCountsOneInProgress) {
    const LeapTable table = future();
    const LeapEvent historic{kLastHistoric, LeapKind::kInsert};
    const LeapEvent insertion{day(2028, 6, 30), LeapKind::kInsert};
    const LeapEvent deletion{day(2029, 12, 31), LeapKind::kDelete};
    EXPECT_EQ(table.next_event_after(TaiInstant::min()), (LeapEvent{day(1972, 6, 30), LeapKind::kInsert}));
    EXPECT_EQ(table.next_event_after(table.end_of(historic)), insertion);
    EXPECT_EQ(table.next_event_after(table.end_of(insertion) - Duration{1}), insertion);
    EXPECT_EQ(table.next_event_after(table.end_of(insertion)), deletion);
    EXPECT_EQ(table.next_event_after(table.end_of(deletion) - Duration{1}), deletion);
    EXPECT_EQ(table.next_event_after(table.end_of(deletion)), std::nullopt);
}

TEST(LeapTable, TakesOneEventMore) {
    const LeapTable table = LeapTable::built_in().with_event({day(2028, 6, 30), LeapKind::kInsert});
    EXPECT_EQ(table.rows().size(), 29u);
    EXPECT_EQ(table.rows().back(), (LeapTable::Row{day(2028, 7, 1), 38}));
    EXPECT_EQ(table.tai_minus_utc_on(day(2028, 7, 1)), 38);
    EXPECT_EQ(table.expires(), LeapTable::built_in().expires());
    EXPECT_EQ(table.updated(), LeapTable::built_in().updated());
}

TEST(LeapTable, TakesNoEventThatCannotBe) {
    const LeapTable& table = LeapTable::built_in();
    const LeapEvent refused[] = {
        {kLastHistoric, LeapKind::kInsert},      // already there
        {kLastHistoric, LeapKind::kDelete},      // already there, and different
        {day(1971, 12, 31), LeapKind::kInsert},  // before the first row
        {day(2028, 6, 29), LeapKind::kInsert},   // not the last of a month
        {day(2028, 6, 30), LeapKind::kNone},     // nothing
        {day(2261, 12, 31), LeapKind::kInsert},  // a row from 2262 on
        {day(9999, 12, 31), LeapKind::kInsert},
    };
    for (const LeapEvent& event : refused) {
        EXPECT_EQ(table.with_event(event).rows(), table.rows()) << format_date(event.day);
    }
    EXPECT_EQ(table.with_event({day(2261, 11, 30), LeapKind::kInsert}).rows().size(), 29u);
}

// It is asked again and again by the clock, mostly for what it has already.
TEST(LeapTable, ThatIsNotNeededAnyMoreIsNotCopiedForAnEvent) {
    for (const LeapEvent& event : {LeapEvent{kLastHistoric, LeapKind::kInsert}, LeapEvent{}}) {
        LeapTable table = LeapTable::built_in();
        const LeapTable::Row* const rows = table.rows().data();
        table = std::move(table).with_event(event);
        EXPECT_EQ(table.rows().data(), rows);
        EXPECT_EQ(table.rows(), LeapTable::built_in().rows());
    }
    const LeapEvent imagined{day(2015, 12, 31), LeapKind::kDelete};
    const LeapTable table = LeapTable::built_in();
    const LeapTable copied = table.with_event(imagined);
    EXPECT_EQ(LeapTable{table}.with_event(imagined).rows(), copied.rows());
    EXPECT_EQ(table.rows(), LeapTable::built_in().rows());
    EXPECT_EQ(copied.expires(), table.expires());
    EXPECT_EQ(copied.updated(), table.updated());
}

TEST(LeapTable, MovesAllLaterRowsForAnImaginedLeapInThePast) {
    const LeapEvent imagined{day(2015, 12, 31), LeapKind::kInsert};
    const LeapTable table = LeapTable::built_in().with_event(imagined);
    EXPECT_EQ(table.kind_on(imagined.day), LeapKind::kInsert);
    EXPECT_EQ(table.tai_minus_utc_on(imagined.day), 36);
    EXPECT_EQ(table.tai_minus_utc_on(imagined.day + 1), 37);
    EXPECT_EQ(table.kind_on(kLastHistoric), LeapKind::kInsert);
    EXPECT_EQ(table.tai_minus_utc_on(kLastHistoric + 1), 38);
    EXPECT_EQ(table.tai_minus_utc_on(day(2015, 1, 1)), 35);
}

TEST(LeapTable, NamesEveryInstantFrom1972To2100AndFindsItAgain) {
    const LeapTable table = future();
    std::mt19937_64 random{1972};
    const auto first = tai(table, "1972-01-01").time_since_epoch().count();
    const auto last = tai(table, "2100-12-31").time_since_epoch().count();
    std::uniform_int_distribution<std::int64_t> any{first, last};
    for (int i = 0; i < 100'000; ++i) {
        const TaiInstant instant{Duration{any(random)}};
        ASSERT_EQ(table.tai_at(table.utc_at(instant)), instant) << format_utc(table.utc_at(instant), 9);
    }
}

TEST(LeapTable, NamesInstantsInTheirOrderAroundEveryEvent) {
    const LeapTable table = future();
    std::mt19937_64 random{60};
    std::uniform_int_distribution<std::int64_t> near{-3 * kSecond, 3 * kSecond};
    for (std::size_t i = 1; i < table.rows().size(); ++i) {
        const TaiInstant midnight = *table.tai_at({{table.rows()[i].day, 0}, 0});
        for (int k = 0; k < 1'000; ++k) {
            const TaiInstant a = midnight + Duration{near(random)};
            const TaiInstant b = midnight + Duration{near(random)};
            ASSERT_EQ(a < b, table.utc_at(a) < table.utc_at(b));
            ASSERT_EQ(table.tai_at(table.utc_at(a)), a);
        }
    }
}

}  // namespace
}  // namespace tokimori
