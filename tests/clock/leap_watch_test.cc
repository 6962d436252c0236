#include "server/clock/leap_watch.h"

#include <gtest/gtest.h>

#include <vector>

namespace tokimori {
namespace {

using namespace std::chrono_literals;

const UtcDay kLast = day_from_date(2028, 12, 31).value();
const LeapEvent kInsertion{kLast, LeapKind::kInsert};
const std::vector<LeapVote> kTrusted{{.event = kInsertion, .weight = LeapWeight::kTrusted}};
const std::vector<LeapVote> kTakenBack{{.event = {kLast, LeapKind::kNone}, .weight = LeapWeight::kTrusted}};

// 00:00:00 UTC of the last day, and the first instant of the inserted second.
const TaiInstant kDay = LeapTable::built_in().tai_at({{kLast, 0}}).value();
const TaiInstant kLeap = kDay + 86400s;

TEST(LeapWatch, HoldsToTheDecidedTableWithoutVotes) {
    LeapWatch watch{LeapTable::built_in()};
    watch.update(kDay, {});
    EXPECT_EQ(watch.table().rows(), LeapTable::built_in().rows());
    EXPECT_EQ(watch.memory(), LeapMemory{});
}

TEST(LeapWatch, ArmsWhatTheVotesSayAndDisarmsWhenTheyTakeItBack) {
    LeapWatch watch{LeapTable::built_in()};
    watch.update(kDay, kTrusted);
    EXPECT_EQ(watch.table().kind_on(kLast), LeapKind::kInsert);
    watch.update(kDay + 12h, kTakenBack);
    EXPECT_EQ(watch.table().kind_on(kLast), LeapKind::kNone);
    watch.update(kDay + 12h, {});
    EXPECT_EQ(watch.table().kind_on(kLast), LeapKind::kNone) << "nothing is left of it";
}

TEST(LeapWatch, KeepsWhatIsArmedWhileNobodyIsHeard) {
    LeapWatch watch{LeapTable::built_in()};
    watch.update(kDay, kTrusted);
    watch.update(kDay + 12h, {});
    EXPECT_EQ(watch.table().kind_on(kLast), LeapKind::kInsert);
    EXPECT_EQ(watch.decision().ground, LeapGround::kRemembered);
}

TEST(LeapWatch, KeepsALeapSecondThatHasBegunWhateverIsSaidAfterwards) {
    for (const Duration heard_until : {Duration{0s}, Duration{999ms}, Duration{1s}}) {
        LeapWatch watch{LeapTable::built_in()};
        watch.update(kLeap - 1s, kTrusted);
        watch.update(kLeap + heard_until, kTakenBack);
        for (const Duration later : {Duration{1s}, Duration{1h}, Duration{24h}, Duration{24h * 60}}) {
            watch.update(kLeap + later, {});
            EXPECT_EQ(watch.table().kind_on(kLast), LeapKind::kInsert) << heard_until.count();
            EXPECT_EQ(watch.memory().last, kInsertion);
        }
    }
}

TEST(LeapWatch, ForgetsOneThatIsTakenBackInTheLastSecond) {
    LeapWatch watch{LeapTable::built_in()};
    watch.update(kLeap - 2s, kTrusted);
    watch.update(kLeap - 1ns, kTakenBack);
    watch.update(kLeap + 1h, {});
    EXPECT_EQ(watch.table().kind_on(kLast), LeapKind::kNone);
    EXPECT_EQ(watch.memory().last.kind, LeapKind::kNone);
}

TEST(LeapWatch, WeighsTheVotesAnewAgainstABetterTable) {
    LeapWatch watch{LeapTable::built_in()};
    watch.update(kDay, kTrusted);
    watch.replace(LeapTable::built_in());
    EXPECT_EQ(watch.table().kind_on(kLast), LeapKind::kInsert) << "a reload takes nothing back";
    watch.update(kDay, kTrusted);
    EXPECT_EQ(watch.table().kind_on(kLast), LeapKind::kInsert);
    watch.replace(LeapTable::built_in().with_event({kLast, LeapKind::kDelete}));
    watch.update(kDay, kTrusted);
    EXPECT_EQ(watch.table().kind_on(kLast), LeapKind::kDelete) << "the table outranks the votes";
}

TEST(LeapWatch, CountsWhatWasCarriedOutThoughANewTableDoesNotKnowOfIt) {
    LeapWatch watch{LeapTable::built_in()};
    watch.update(kLeap - 1s, kTrusted);
    watch.update(kLeap + 500ms, kTrusted);
    watch.replace(LeapTable::built_in());
    EXPECT_EQ(watch.table().kind_on(kLast), LeapKind::kInsert);
    watch.update(kLeap + 2s, kTrusted);
    EXPECT_EQ(watch.table().tai_minus_utc_at(kLeap + 2s), 38);
}

TEST(LeapWatch, GoesOnAfterARestartAtAnyMomentAsIfNothingHadHappened) {
    for (Duration stop = -25h; stop <= 1h; stop += 17min + 1s) {
        for (const Duration down : {Duration{500ms}, Duration{90s}, Duration{3h}, Duration{72h}}) {
            LeapWatch undisturbed{LeapTable::built_in()};
            for (const Duration at : {Duration{-26h}, Duration{-24h}, stop}) {
                undisturbed.update(kLeap + at, at <= stop && at < 0s ? kTrusted : std::vector<LeapVote>{});
            }
            LeapWatch restarted{LeapTable::built_in()};
            restarted.recall(undisturbed.memory());
            const TaiInstant back = kLeap + stop + down;
            undisturbed.update(back, {});
            restarted.update(back, {});
            if (stop >= 0s || down < 24h) {
                EXPECT_EQ(restarted.table().rows(), undisturbed.table().rows()) << stop.count() << ' ' << down.count();
            }
            EXPECT_EQ(restarted.table().kind_on(kLast), LeapKind::kInsert) << stop.count() << ' ' << down.count();
            EXPECT_EQ(restarted.table().tai_minus_utc_at(kLeap + 24h * 90), 38);
        }
    }
}

TEST(LeapWatch, NeverArmsTheSameLeapSecondAgain) {
    LeapWatch watch{LeapTable::built_in()};
    LeapMemory memory;
    memory.last = kInsertion;
    watch.recall(memory);
    watch.update(kLeap + 10s, kTrusted);
    EXPECT_EQ(watch.table().rows().size(), LeapTable::built_in().rows().size() + 1);
    EXPECT_EQ(watch.table().tai_minus_utc_at(kLeap + 10s), 38);
    EXPECT_EQ(watch.table().next_event_after(kLeap + 10s), std::nullopt);
}

TEST(LeapWatch, KnowsOnlyTheEntriesWhereTheyAreMadeByHand) {
    LeapKnowledge knowledge{LeapTable::built_in()};
    knowledge.manual_only = true;
    LeapWatch watch{knowledge};
    const UtcDay day = day_from_date(2016, 12, 31).value();
    const TaiInstant noon = LeapTable::built_in().tai_at({{day, 43200}}).value();
    watch.update(noon, {});
    EXPECT_EQ(watch.table().kind_on(day), LeapKind::kNone) << "not even what the table knows";
    EXPECT_EQ(watch.table().tai_minus_utc_at(noon), 36) << "history is history";
    watch.update(noon + 24h, {});
    EXPECT_EQ(watch.table().tai_minus_utc_at(noon + 24h), 36);

    knowledge.manual = {{day, LeapKind::kDelete}, {day + 31, LeapKind::kInsert}};
    LeapWatch imagined{knowledge};
    imagined.update(noon, kTrusted);
    EXPECT_EQ(imagined.table().kind_on(day), LeapKind::kDelete);
    EXPECT_EQ(imagined.table().kind_on(day + 31), LeapKind::kInsert);
    EXPECT_EQ(imagined.decision().ground, LeapGround::kManual);
}

TEST(LeapWatch, CountsEntriesAsVotesWhereSourcesAreAsked) {
    LeapKnowledge knowledge{LeapTable::built_in()};
    knowledge.manual = {kInsertion};
    LeapWatch watch{knowledge};
    watch.update(kDay, {});
    EXPECT_EQ(watch.table().kind_on(kLast), LeapKind::kInsert);
    EXPECT_EQ(watch.decision().ground, LeapGround::kManual);
    ASSERT_EQ(watch.decision().votes.size(), 1u);
    EXPECT_EQ(watch.decision().votes[0].standing, LeapStanding::kDecides);
}

}  // namespace
}  // namespace tokimori
