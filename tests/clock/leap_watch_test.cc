#include "server/clock/leap_watch.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "tests/leap/leap_list_text.h"

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
            EXPECT_EQ(watch.memory().last(), kInsertion);
        }
    }
}

TEST(LeapWatch, ForgetsOneThatIsTakenBackInTheLastSecond) {
    LeapWatch watch{LeapTable::built_in()};
    watch.update(kLeap - 2s, kTrusted);
    watch.update(kLeap - 1ns, kTakenBack);
    watch.update(kLeap + 1h, {});
    EXPECT_EQ(watch.table().kind_on(kLast), LeapKind::kNone);
    EXPECT_EQ(watch.memory().last().kind, LeapKind::kNone);
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
    memory.count(kInsertion);
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

// A table has expired for years, and sources announce one leap second after the other.
TEST(LeapWatch, CountsEveryLeapSecondThatSourcesArmed) {
    LeapWatch watch{LeapTable::built_in()};
    int count = 37;
    UtcDay day = kLast;
    for (int turn = 0; turn < static_cast<int>(LeapMemory::kCounted); ++turn) {
        const LeapEvent event{day, LeapKind::kInsert};
        const std::vector<LeapVote> votes{{.event = event, .weight = LeapWeight::kTrusted}};
        const TaiInstant begin = watch.table().tai_at({{day, 0}}).value();
        for (const Duration later : {0s, 86'399s, 86'400s, 86'401s}) {
            watch.update(begin + later, votes);
            EXPECT_EQ(watch.table().tai_minus_utc_at(begin + later), later > 86'400s ? count + 1 : count) << day;
        }
        ++count;
        LeapWatch restarted{LeapTable::built_in()};
        restarted.recall(watch.memory());
        EXPECT_EQ(restarted.table().rows(), watch.table().rows());
        day = last_day_of_month(day + 170);
    }
}

TEST(LeapMemory, ForgetsTheOldestOfTooManyAndCountsNoneTwice) {
    LeapMemory memory;
    EXPECT_EQ(memory.last(), LeapEvent{});
    for (UtcDay day = 1; day <= 9; ++day) {
        memory.count({day, LeapKind::kInsert});
        memory.count({day, LeapKind::kInsert});
        EXPECT_EQ(memory.last(), (LeapEvent{day, LeapKind::kInsert}));
    }
    EXPECT_EQ(memory.counted.front().day, 2);
}

TEST(LeapWatch, CountsAnEntryWhoseLeapSecondCameWhileItWasOff) {
    LeapKnowledge knowledge{LeapTable::built_in()};
    knowledge.manual = {kInsertion};
    LeapWatch before{knowledge};
    before.update(kLeap - 2s, {});
    for (const Duration back : {0s, 1s, 5s, 3600s, 86'400 * 40s}) {
        LeapWatch restarted{knowledge};
        restarted.recall(before.memory());
        EXPECT_EQ(restarted.table().tai_minus_utc_at(kLeap + 1s + back), 38) << "labels are named by it";
        restarted.update(kLeap + 1s + back, {});
        EXPECT_EQ(restarted.table().tai_minus_utc_at(kLeap + 1s + back), 38) << back.count();
    }
}

TEST(LeapWatch, IgnoresAnEntryWhereTheTableKnowsBetter) {
    LeapKnowledge knowledge{LeapTable::built_in()};
    const UtcDay known = day_from_date(2026, 12, 31).value();
    knowledge.manual = {{known, LeapKind::kInsert}};
    LeapWatch watch{knowledge};
    EXPECT_EQ(watch.table().kind_on(known), LeapKind::kNone);
    watch.update(LeapTable::built_in().tai_at({{known + 1, 10}}).value(), {});
    EXPECT_EQ(watch.table().kind_on(known), LeapKind::kNone);
}

TEST(LeapWatch, LosesNothingByAReloadWithinTheInsertedSecond) {
    LeapKnowledge knowledge{LeapTable::built_in()};
    knowledge.manual = {kInsertion};
    for (const bool entry_stays : {true, false}) {
        LeapWatch watch{knowledge};
        watch.update(kLeap - 500ms, {});
        watch.replace(entry_stays ? knowledge : LeapKnowledge{LeapTable::built_in()});
        watch.update(kLeap + 100ms, {});
        watch.update(kLeap + 2s, {});
        EXPECT_EQ(watch.table().tai_minus_utc_at(kLeap + 2s), 38) << entry_stays;
    }
}

// As it is published half a year after `kLast`, and knows nothing of that.
LeapTable without(const LeapEvent& event) {
    const auto ntp = [](UtcDay day) { return std::to_string(std::int64_t{day} * 86'400 + 2'208'988'800); };
    std::string text = "#$ " + ntp(event.day + 10) + "\n#@ " + ntp(event.day + 180) + "\n";
    for (const LeapTable::Row& row : LeapTable::built_in().rows()) {
        text += ntp(row.day) + " " + std::to_string(row.tai_minus_utc) + "\n";
    }
    return LeapTable::parse(testing::with_hash(text)).table.value();
}

TEST(LeapWatch, StopsCountingWhatATableDeniesThatWasMadeAfterIt) {
    LeapWatch watch{LeapTable::built_in()};
    watch.update(kLeap - 1s, kTrusted);
    watch.update(kLeap + 2s, {});
    ASSERT_EQ(watch.table().tai_minus_utc_at(kLeap + 2s), 38);
    const LeapMemory memory = watch.memory();
    watch.replace(without(kInsertion));
    EXPECT_EQ(watch.table().tai_minus_utc_at(kLeap + 2s), 37) << "it was a false one";
    EXPECT_EQ(watch.memory().last(), LeapEvent{});
    LeapWatch restarted{without(kInsertion)};
    restarted.recall(memory);
    EXPECT_EQ(restarted.table().tai_minus_utc_at(kLeap + 2s), 37);
}

}  // namespace
}  // namespace tokimori
