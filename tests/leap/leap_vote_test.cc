#include "leap/leap_vote.h"

#include <gtest/gtest.h>

#include <array>
#include <ostream>
#include <vector>

namespace tokimori {

void PrintTo(LeapStanding standing, std::ostream* out) {
    *out << leap_standing_code(standing);
}
void PrintTo(LeapGround ground, std::ostream* out) {
    *out << leap_ground_code(ground);
}
void PrintTo(LeapKind kind, std::ostream* out) {
    *out << leap_kind_code(kind);
}

namespace {

UtcDay day(int year, int month, int day_of_month) {
    return *day_from_date(year, month, day_of_month);
}

const UtcDay kToday = *day_from_date(2028, 6, 12);
const UtcDay kLast = *day_from_date(2028, 6, 30);
const UtcDay kFresh = *day_from_date(2026, 12, 3);  // the table built in still knows the end of that month

constexpr LeapKind kInsert = LeapKind::kInsert;
constexpr LeapKind kDelete = LeapKind::kDelete;
constexpr LeapKind kNone = LeapKind::kNone;
constexpr std::array kKinds{kInsert, kDelete, kNone};

LeapVote vote(LeapWeight weight, LeapKind kind, UtcDay on = kLast) {
    return {.event = {on, kind}, .weight = weight};
}
LeapVote says(LeapKind kind, UtcDay on = kLast) {
    return vote(LeapWeight::kVoice, kind, on);
}
LeapVote trusted(LeapKind kind, UtcDay on = kLast) {
    return vote(LeapWeight::kTrusted, kind, on);
}
LeapVote of_voice(std::uint16_t voice, LeapKind kind) {
    LeapVote made = says(kind);
    made.voice = voice;
    return made;
}

LeapDecision weigh(const std::vector<LeapVote>& votes, UtcDay today = kToday,
                   const LeapTable& table = LeapTable::built_in()) {
    return weigh_leap_votes({.table = table, .today = today}, votes);
}
LeapKind armed(const std::vector<LeapVote>& votes, UtcDay today = kToday) {
    return weigh(votes, today).event.kind;
}
LeapStanding standing(const std::vector<LeapVote>& votes, UtcDay today = kToday,
                      const LeapTable& table = LeapTable::built_in()) {
    return weigh(votes, today, table).votes.at(0).standing;
}

TEST(LeapVote, ArmsNothingWithoutVotes) {
    const LeapDecision decision = weigh({});
    EXPECT_EQ(decision.event, (LeapEvent{kLast, kNone}));
    EXPECT_EQ(decision.ground, LeapGround::kNobody);
    EXPECT_FALSE(decision.disagreement);
    EXPECT_FALSE(decision.unconfirmed);
    EXPECT_EQ(weigh({}, kFresh).ground, LeapGround::kTable) << "the table knows that nothing happens";
}

TEST(LeapVote, ArmsWhatOneTrustedSourceSays) {
    EXPECT_EQ(armed({trusted(kInsert)}), kInsert);
    EXPECT_EQ(armed({trusted(kDelete)}), kDelete);
    EXPECT_EQ(armed({trusted(kInsert), trusted(kInsert)}), kInsert);
    EXPECT_EQ(weigh({trusted(kInsert)}).ground, LeapGround::kTrusted);
    EXPECT_EQ(standing({trusted(kInsert)}), LeapStanding::kDecides);
}

TEST(LeapVote, ArmsNothingForOneUntrustedSource) {
    for (const LeapKind kind : {kInsert, kDelete}) {
        EXPECT_EQ(armed({says(kind)}), kNone);
        EXPECT_EQ(standing({says(kind)}), LeapStanding::kAlone);
        EXPECT_TRUE(weigh({says(kind)}).unconfirmed);
        EXPECT_FALSE(weigh({says(kind)}).disagreement);
    }
}

TEST(LeapVote, ArmsWhatTwoUntrustedSourcesAgreeOn) {
    EXPECT_EQ(armed({says(kInsert), says(kInsert)}), kInsert);
    EXPECT_EQ(armed({says(kDelete), says(kDelete)}), kDelete);
    EXPECT_EQ(standing({says(kInsert), says(kInsert)}), LeapStanding::kDecides);
}

TEST(LeapVote, CountsSourcesThatMayBeWrongTogetherOnce) {
    EXPECT_EQ(armed({of_voice(1, kInsert), of_voice(1, kInsert), of_voice(1, kInsert)}), kNone);
    EXPECT_EQ(standing({of_voice(1, kInsert), of_voice(1, kInsert)}), LeapStanding::kAlone);
    EXPECT_EQ(armed({of_voice(1, kInsert), of_voice(2, kInsert)}), kInsert);
    EXPECT_EQ(armed({of_voice(1, kInsert), of_voice(1, kNone), of_voice(2, kInsert)}), kNone) << "contradicts itself";
}

TEST(LeapVote, ArmsNothingWithoutAMajority) {
    EXPECT_EQ(armed({says(kInsert), says(kDelete)}), kNone);
    EXPECT_EQ(armed({says(kInsert), says(kInsert), says(kNone), says(kNone)}), kNone);
    EXPECT_EQ(armed({says(kInsert), says(kInsert), says(kDelete), says(kNone)}), kNone);
    EXPECT_EQ(armed({says(kInsert), says(kInsert), says(kNone)}), kInsert);
    EXPECT_EQ(armed({says(kNone), says(kNone), says(kInsert)}), kNone);
    EXPECT_EQ(standing({says(kInsert), says(kInsert), says(kNone), says(kNone)}), LeapStanding::kOutvoted);
    EXPECT_TRUE(weigh({says(kInsert), says(kInsert), says(kNone)}).disagreement) << "decided, and still an alarm";
}

TEST(LeapVote, ArmsNothingWhenTrustedSourcesContradictEachOther) {
    EXPECT_EQ(armed({trusted(kInsert), trusted(kDelete)}), kNone);
    EXPECT_EQ(armed({trusted(kInsert), trusted(kNone)}), kNone);
    EXPECT_EQ(armed({trusted(kInsert), trusted(kInsert), trusted(kDelete)}), kNone);
    EXPECT_EQ(armed({trusted(kInsert), trusted(kDelete), says(kInsert), says(kInsert)}), kNone);
    EXPECT_EQ(standing({trusted(kInsert), trusted(kDelete)}), LeapStanding::kContradicted);
    EXPECT_TRUE(weigh({trusted(kInsert), trusted(kDelete)}).disagreement);
}

TEST(LeapVote, LetsTrustedSourcesOutrankOthers) {
    EXPECT_EQ(armed({trusted(kInsert), says(kNone), says(kNone), says(kDelete)}), kInsert);
    EXPECT_EQ(armed({trusted(kNone), says(kInsert), says(kInsert)}), kNone);
    EXPECT_EQ(standing({says(kInsert), says(kInsert), trusted(kNone)}), LeapStanding::kOutranked);
}

TEST(LeapVote, CountsOnlyForTheEndOfTheCurrentMonth) {
    EXPECT_EQ(armed({trusted(kInsert, day(2028, 12, 31))}), kNone);
    EXPECT_EQ(standing({trusted(kInsert, day(2028, 12, 31))}), LeapStanding::kAnotherMonth);
    EXPECT_FALSE(weigh({trusted(kInsert, day(2028, 12, 31))}).unconfirmed) << "it will be asked when it is time";
    EXPECT_EQ(armed({trusted(kInsert, kToday)}), kNone);
    EXPECT_EQ(armed({trusted(kInsert, kLast - 1)}), kNone);
    EXPECT_EQ(armed({says(kInsert), says(kInsert, day(2028, 9, 30))}), kNone) << "one vote for June is not two";
    EXPECT_EQ(armed({trusted(kInsert)}, day(2028, 6, 1)), kInsert);
    EXPECT_EQ(armed({trusted(kInsert)}, kLast), kInsert);
    EXPECT_EQ(armed({trusted(kInsert)}, kLast + 1), kNone);
}

TEST(LeapVote, CountsSourcesInJuneAndDecemberAndInMarchAndSeptemberOnTheLastDay) {
    for (int month = 1; month <= 12; ++month) {
        const UtcDay third = day(2029, month, 3);
        const UtcDay last = last_day_of_month(third);
        const LeapKind early = month % 6 == 0 ? kInsert : kNone;
        const LeapKind late = month % 3 == 0 ? kInsert : kNone;
        for (const LeapWeight weight : {LeapWeight::kVoice, LeapWeight::kTrusted}) {
            const std::vector<LeapVote> votes{vote(weight, kInsert, last), vote(weight, kInsert, last)};
            EXPECT_EQ(armed(votes, third), early) << "month " << month;
            EXPECT_EQ(armed(votes, last - 1), early) << "month " << month;
            EXPECT_EQ(armed(votes, last), late) << "month " << month;
            if (late == kNone) {
                EXPECT_EQ(standing(votes, last), LeapStanding::kWrongMonth);
                EXPECT_TRUE(weigh(votes, last).unconfirmed);
            } else if (early == kNone) {
                EXPECT_EQ(standing(votes, third), LeapStanding::kTooEarly);
            }
        }
        EXPECT_EQ(armed({vote(LeapWeight::kManual, kInsert, last)}, third), kInsert) << "the operator may";
        EXPECT_EQ(armed({vote(LeapWeight::kLaboratory, kInsert, last)}, third), kInsert) << "and a simulated sky";
    }
}

// WN_LSF has eight bits: 256 weeks after 2016-12-31, and again and again, receivers of all makes announced one.
TEST(LeapVote, IsNotTakenInByTheFalseLeapSecondsOfEveryReceiverAtOnce) {
    const LeapTable& old_table = LeapTable::built_in();
    for (int times = 1; times < 30; ++times) {
        const UtcDay false_day = day(2016, 12, 31) + times * 256 * 7;
        const UtcDay month_end = last_day_of_month(false_day);
        const std::vector<LeapVote> votes{of_voice(1, kInsert), of_voice(2, kInsert), of_voice(3, kInsert)};
        std::vector<LeapVote> all = votes;
        for (LeapVote& each : all) {
            each.event.day = month_end;
        }
        const LeapDecision decision = weigh(all, false_day, old_table);
        const bool first_choice = civil_from_second({false_day, 0}).month % 6 == 0;
        EXPECT_EQ(decision.event.kind == kNone, !first_choice) << format_date(false_day);
        EXPECT_TRUE(decision.event.kind != kNone || decision.unconfirmed || decision.disagreement);
        // Where it is armed for the end of a June the receivers fall silent long before that.
        EXPECT_GT(month_end - false_day, first_choice ? 1 : -1) << format_date(false_day);
    }
}

TEST(LeapVote, IsOutrankedByATableThatKnowsTheDayAndSaysNothing) {
    const UtcDay last = last_day_of_month(kFresh);
    ASSERT_LT(last, LeapTable::built_in().expires());
    for (const LeapWeight weight : {LeapWeight::kVoice, LeapWeight::kTrusted, LeapWeight::kManual}) {
        const std::vector<LeapVote> votes{vote(weight, kInsert, last), vote(weight, kInsert, last)};
        EXPECT_EQ(armed(votes, kFresh), kNone) << leap_weight_code(weight);
        EXPECT_EQ(standing(votes, kFresh), LeapStanding::kOutranked);
        EXPECT_TRUE(weigh(votes, kFresh).disagreement);
    }
    EXPECT_EQ(armed({vote(LeapWeight::kLaboratory, kInsert, last)}, kFresh), kInsert);
}

TEST(LeapVote, IsOutrankedByATableThatHasTheEvent) {
    const LeapTable table = LeapTable::built_in().with_event({kLast, kInsert});
    for (const LeapWeight weight :
         {LeapWeight::kVoice, LeapWeight::kTrusted, LeapWeight::kManual, LeapWeight::kLaboratory}) {
        for (const LeapKind kind : kKinds) {
            const LeapDecision decision = weigh({vote(weight, kind), vote(weight, kind)}, kToday, table);
            EXPECT_EQ(decision.event.kind, kInsert);
            EXPECT_EQ(decision.ground, LeapGround::kTable);
            EXPECT_EQ(decision.disagreement, kind != kInsert);
            EXPECT_EQ(decision.votes[0].standing, kind == kInsert ? LeapStanding::kConcurs : LeapStanding::kOutranked);
            EXPECT_EQ(decision.armed, ArmedLeap{}) << "the table need not be remembered";
        }
    }
}

TEST(LeapVote, AsksNobodyWhereTheOperatorEntersThemByHand) {
    const LeapTable entered = LeapTable::built_in().with_event({kLast, kDelete});
    for (const LeapTable& table : {LeapTable::built_in(), entered}) {
        const LeapDecision decision = weigh_leap_votes({.table = table, .today = kToday, .manual_only = true},
                                                       std::vector{trusted(kInsert), says(kInsert), says(kInsert)});
        EXPECT_EQ(decision.event.kind, table.kind_on(kLast));
        EXPECT_EQ(decision.ground, LeapGround::kManual);
        EXPECT_EQ(decision.votes[0].standing, LeapStanding::kNotAsked);
        EXPECT_TRUE(decision.unconfirmed);
    }
}

TEST(LeapVote, HandsBackWhoseVoteItWasAndHowOld) {
    LeapVote mine = says(kInsert);
    mine.source = 7;
    mine.age = std::chrono::minutes{12};
    const LeapDecision decision = weigh({says(kNone), mine});
    EXPECT_EQ(decision.votes[1].vote.source, 7);
    EXPECT_EQ(decision.votes[1].vote.age, std::chrono::minutes{12});
}

class Remembered : public testing::Test {
protected:
    static LeapDecision weigh(const std::vector<LeapVote>& votes, const ArmedLeap& remembered, UtcDay today = kToday) {
        return weigh_leap_votes({.table = LeapTable::built_in(), .today = today, .remembered = remembered}, votes);
    }
    static ArmedLeap after(const std::vector<LeapVote>& votes) { return weigh(votes, {}).armed; }
};

TEST_F(Remembered, LeapStaysArmedWhileNobodyIsHeard) {
    for (const auto& votes : {std::vector{trusted(kDelete)}, std::vector{says(kInsert), says(kInsert)},
                              std::vector{says(kInsert), says(kInsert), says(kNone)}}) {
        const LeapDecision before = weigh(votes, {});
        const LeapDecision silent = weigh({}, before.armed);
        EXPECT_EQ(silent.event, before.event);
        EXPECT_EQ(silent.ground, LeapGround::kRemembered);
        EXPECT_EQ(weigh({}, silent.armed).event, before.event) << "and so on";
        EXPECT_EQ(weigh({}, silent.armed, kLast + 1).event.kind, kNone) << "but not for the next month";
    }
}

TEST_F(Remembered, LeapStaysArmedInWhateverOrderTheSameSourcesAreHeardAgain) {
    const std::vector<LeapVote> all{says(kInsert), says(kNone), says(kInsert)};
    for (unsigned heard = 0; heard < 8; ++heard) {
        std::vector<LeapVote> votes;
        for (unsigned i = 0; i < 3; ++i) {
            if ((heard >> i & 1U) != 0) {
                votes.push_back(all[i]);
            }
        }
        EXPECT_EQ(weigh(votes, after(all)).event.kind, kInsert) << heard;
    }
}

TEST_F(Remembered, LeapIsDisarmedByThoseWhoTakeItBack) {
    const ArmedLeap two = after({says(kInsert), says(kInsert)});
    EXPECT_EQ(weigh({says(kNone)}, two).event.kind, kNone);
    EXPECT_EQ(weigh({says(kInsert), says(kNone)}, two).event.kind, kNone);
    EXPECT_EQ(weigh({says(kInsert)}, two).event.kind, kInsert) << "the other is not heard";
    EXPECT_EQ(weigh({trusted(kNone)}, two).event.kind, kNone);
    const ArmedLeap by_trusted = after({trusted(kInsert)});
    EXPECT_EQ(weigh({trusted(kNone)}, by_trusted).event.kind, kNone);
    EXPECT_EQ(weigh({says(kNone), says(kNone)}, by_trusted).event.kind, kInsert) << "they would not have kept it off";
}

TEST_F(Remembered, LeapOfAnotherDayIsNone) {
    ArmedLeap old = after({trusted(kInsert)});
    old.event.day = day(2028, 3, 31);
    EXPECT_EQ(weigh({}, old).event.kind, kNone);
}

TEST_F(Remembered, LeapIsOutrankedByAFreshTable) {
    ArmedLeap armed = after({trusted(kInsert)});
    armed.event.day = last_day_of_month(kFresh);
    EXPECT_EQ(weigh({}, armed, kFresh).event.kind, kNone);
}

}  // namespace
}  // namespace tokimori
