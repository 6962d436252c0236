#include "server/clock/leap_watch.h"

#include <gtest/gtest.h>

#include <vector>

namespace tokimori {
namespace {

using namespace std::chrono_literals;

const UtcDay kLast = day_from_date(2028, 12, 31).value();
const LeapEvent kInsertion{kLast, LeapKind::kInsert};
const std::vector<LeapVote> kTrusted{{kInsertion, true}};

// 00:00:00 UTC of the last day, and the first instant of the inserted second.
const TaiInstant kDay = LeapTable::built_in().tai_at({{kLast, 0}}).value();
const TaiInstant kLeap = kDay + 86400s;

TEST(LeapWatch, HoldsToTheDecidedTableWithoutVotes) {
    LeapWatch watch{LeapTable::built_in()};
    watch.update(kDay, {});
    EXPECT_EQ(watch.table().rows(), LeapTable::built_in().rows());
}

TEST(LeapWatch, ArmsWhatTheVotesSayAndDisarmsWhenTheyStop) {
    LeapWatch watch{LeapTable::built_in()};
    watch.update(kDay, kTrusted);
    EXPECT_EQ(watch.table().kind_on(kLast), LeapKind::kInsert);
    watch.update(kDay + 12h, {});
    EXPECT_EQ(watch.table().kind_on(kLast), LeapKind::kNone);
}

TEST(LeapWatch, KeepsALeapSecondThatHasBegunThoughNobodySpeaksOfItAnyMore) {
    for (const Duration heard_until : {Duration{0s}, Duration{999ms}, Duration{1s}}) {
        LeapWatch watch{LeapTable::built_in()};
        watch.update(kLeap - 1s, kTrusted);
        watch.update(kLeap + heard_until, {});
        for (const Duration later : {Duration{1s}, Duration{1h}, Duration{24h}, Duration{24h * 60}}) {
            watch.update(kLeap + later, {});
            EXPECT_EQ(watch.table().kind_on(kLast), LeapKind::kInsert) << heard_until.count();
        }
    }
}

TEST(LeapWatch, ForgetsOneThatIsTakenBackInTheLastSecond) {
    LeapWatch watch{LeapTable::built_in()};
    watch.update(kLeap - 2s, kTrusted);
    watch.update(kLeap - 1ns, {});
    watch.update(kLeap + 1h, {});
    EXPECT_EQ(watch.table().kind_on(kLast), LeapKind::kNone);
}

TEST(LeapWatch, WeighsTheVotesAnewAgainstABetterTable) {
    LeapWatch watch{LeapTable::built_in()};
    watch.update(kDay, kTrusted);
    watch.replace(LeapTable::built_in());
    EXPECT_EQ(watch.table().kind_on(kLast), LeapKind::kNone);
    watch.update(kDay, kTrusted);
    EXPECT_EQ(watch.table().kind_on(kLast), LeapKind::kInsert);
    watch.replace(LeapTable::built_in().with_event({kLast, LeapKind::kDelete}));
    watch.update(kDay, kTrusted);
    EXPECT_EQ(watch.table().kind_on(kLast), LeapKind::kDelete) << "the table outranks the votes";
}

}  // namespace
}  // namespace tokimori
