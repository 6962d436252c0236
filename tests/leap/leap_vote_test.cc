#include "leap/leap_vote.h"

#include <gtest/gtest.h>

#include <vector>

namespace tokimori {
namespace {

UtcDay day(int year, int month, int day_of_month) {
    return *day_from_date(year, month, day_of_month);
}

const UtcDay kToday = *day_from_date(2028, 6, 12);
const UtcDay kLast = *day_from_date(2028, 6, 30);

LeapVote says(LeapKind kind, UtcDay on = kLast) {
    return {{on, kind}, false};
}
LeapVote trusted(LeapKind kind, UtcDay on = kLast) {
    return {{on, kind}, true};
}

LeapKind armed(const std::vector<LeapVote>& votes, UtcDay today = kToday) {
    const LeapTable table = table_in_force(LeapTable::built_in(), today, votes);
    return table.kind_on(last_day_of_month(today));
}

constexpr LeapKind kInsert = LeapKind::kInsert;
constexpr LeapKind kDelete = LeapKind::kDelete;
constexpr LeapKind kNone = LeapKind::kNone;

TEST(LeapVote, LeavesTheTableAsItIsWithoutVotes) {
    EXPECT_EQ(table_in_force(LeapTable::built_in(), kToday, {}).rows(), LeapTable::built_in().rows());
}

TEST(LeapVote, ArmsWhatOneTrustedSourceSays) {
    EXPECT_EQ(armed({trusted(kInsert)}), kInsert);
    EXPECT_EQ(armed({trusted(kDelete)}), kDelete);
    EXPECT_EQ(armed({trusted(kInsert), trusted(kInsert)}), kInsert);
}

TEST(LeapVote, ArmsNothingForOneUntrustedSource) {
    EXPECT_EQ(armed({says(kInsert)}), kNone);
    EXPECT_EQ(armed({says(kDelete)}), kNone);
}

TEST(LeapVote, ArmsWhatTwoUntrustedSourcesAgreeOn) {
    EXPECT_EQ(armed({says(kInsert), says(kInsert)}), kInsert);
    EXPECT_EQ(armed({says(kDelete), says(kDelete)}), kDelete);
}

TEST(LeapVote, ArmsNothingWithoutAMajority) {
    EXPECT_EQ(armed({says(kInsert), says(kDelete)}), kNone);
    EXPECT_EQ(armed({says(kInsert), says(kInsert), says(kNone), says(kNone)}), kNone);
    EXPECT_EQ(armed({says(kInsert), says(kInsert), says(kDelete), says(kNone)}), kNone);
    EXPECT_EQ(armed({says(kInsert), says(kInsert), says(kNone)}), kInsert);
    EXPECT_EQ(armed({says(kNone), says(kNone), says(kInsert)}), kNone);
}

TEST(LeapVote, ArmsNothingWhenTrustedSourcesContradictEachOther) {
    EXPECT_EQ(armed({trusted(kInsert), trusted(kDelete)}), kNone);
    EXPECT_EQ(armed({trusted(kInsert), trusted(kNone)}), kNone);
    EXPECT_EQ(armed({trusted(kInsert), trusted(kInsert), trusted(kDelete)}), kNone);
    EXPECT_EQ(armed({trusted(kInsert), trusted(kDelete), says(kInsert), says(kInsert)}), kNone);
}

TEST(LeapVote, LetsTrustedSourcesOutrankOthers) {
    EXPECT_EQ(armed({trusted(kInsert), says(kNone), says(kNone), says(kDelete)}), kInsert);
    EXPECT_EQ(armed({trusted(kNone), says(kInsert), says(kInsert)}), kNone);
}

TEST(LeapVote, CountsOnlyForTheEndOfTheCurrentMonth) {
    EXPECT_EQ(table_in_force(LeapTable::built_in(), kToday, std::vector{trusted(kInsert, day(2028, 9, 30))}).rows(),
              LeapTable::built_in().rows());
    EXPECT_EQ(armed({trusted(kInsert, kToday)}), kNone);
    EXPECT_EQ(armed({trusted(kInsert, kLast - 1)}), kNone);
    EXPECT_EQ(armed({says(kInsert), says(kInsert, day(2028, 9, 30))}), kNone) << "one vote for June is not two";
    EXPECT_EQ(armed({trusted(kInsert)}, day(2028, 6, 1)), kInsert);
    EXPECT_EQ(armed({trusted(kInsert)}, kLast), kInsert);
    EXPECT_EQ(armed({trusted(kInsert)}, kLast + 1), kNone);
}

TEST(LeapVote, CountsTheUntrustedOnlyAtTheEndOfAQuarter) {
    for (int month = 1; month <= 12; ++month) {
        const UtcDay today = day(2029, month, 3);
        const UtcDay last = last_day_of_month(today);
        const LeapKind expected = month % 3 == 0 ? kInsert : kNone;
        EXPECT_EQ(armed({says(kInsert, last), says(kInsert, last)}, today), expected) << "month " << month;
        EXPECT_EQ(armed({trusted(kInsert, last)}, today), kInsert) << "month " << month;
    }
}

TEST(LeapVote, IsOutrankedByATableThatKnowsTheDayAndSaysNothing) {
    const UtcDay before_expiry = day(2026, 12, 31);
    ASSERT_LT(before_expiry, LeapTable::built_in().expires());
    EXPECT_EQ(armed({says(kInsert, before_expiry), says(kInsert, before_expiry)}, before_expiry), kNone);
    EXPECT_EQ(armed({trusted(kInsert, before_expiry)}, before_expiry), kInsert);
}

TEST(LeapVote, IsOutrankedByATableThatHasTheEvent) {
    const LeapTable table = LeapTable::built_in().with_event({kLast, kInsert});
    EXPECT_EQ(table_in_force(table, kToday, std::vector{trusted(kDelete)}).rows(), table.rows());
    EXPECT_EQ(table_in_force(table, kToday, std::vector{trusted(kInsert)}).rows(), table.rows());
    EXPECT_EQ(table_in_force(table, kToday, std::vector{trusted(kNone)}).rows(), table.rows());
}

TEST(LeapVote, AddsTheEventWithItsOffset) {
    const LeapTable table = table_in_force(LeapTable::built_in(), kToday, std::vector{trusted(kDelete)});
    EXPECT_EQ(table.rows().back(), (LeapTable::Row{kLast + 1, 36}));
}

}  // namespace
}  // namespace tokimori
