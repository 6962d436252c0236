#include "leap/leap_knowledge.h"

#include <gtest/gtest.h>

namespace tokimori {
namespace {

const UtcDay kDay = day_from_date(2028, 12, 31).value();
const LeapEvent kInsertion{kDay, LeapKind::kInsert};
const LeapEvent kDeletion{kDay, LeapKind::kDelete};

LeapDecision decision(LeapGround ground, const LeapEvent& event = kInsertion) {
    LeapDecision decision;
    decision.event = event;
    decision.ground = ground;
    return decision;
}

LeapKnowledge knowledge(bool manual_only, std::vector<LeapEvent> entries = {}) {
    LeapKnowledge knowledge{LeapTable::built_in()};
    knowledge.manual_only = manual_only;
    knowledge.manual = std::move(entries);
    return knowledge;
}

DecidedLeap decided(LeapGround ground, const LeapKnowledge& by) {
    return decided_leap(decision(ground), by);
}

/// What happens on that day, with nobody heard but those who armed it.
LeapKind kind_by(const LeapKnowledge& knowledge, const ArmedLeap& armed = {}) {
    std::vector<LeapVote> entries;
    LeapTable table = knowledge.manual_only ? knowledge.table.until(kDay) : knowledge.table;
    for (const LeapEvent& entry : knowledge.manual) {
        entries.push_back({.event = entry, .weight = LeapWeight::kManual});
        table = knowledge.manual_only ? table.with_event(entry) : table;
    }
    return weigh_leap_votes({table, kDay, knowledge.manual_only, armed},
                            knowledge.manual_only ? std::vector<LeapVote>{} : entries)
        .event.kind;
}

TEST(DecidedLeap, IsNothingWhereNothingHappensOrALaboratoryMadeItUp) {
    const LeapKnowledge known = knowledge(false);
    EXPECT_EQ(decided_leap(decision(LeapGround::kTable, {kDay, LeapKind::kNone}), known), DecidedLeap{});
    EXPECT_EQ(decided(LeapGround::kLaboratory, known), DecidedLeap{});
}

TEST(DecidedLeap, IsTheSameWhicheverSourcesArmIt) {
    const LeapKnowledge known = knowledge(false);
    const DecidedLeap once = decided(LeapGround::kTrusted, known);
    EXPECT_EQ(once, decided(LeapGround::kMajority, known));
    EXPECT_EQ(once, decided(LeapGround::kRemembered, known));
    EXPECT_NE(once, decided(LeapGround::kManual, known));
    EXPECT_NE(decided(LeapGround::kManual, known), decided(LeapGround::kManual, knowledge(true)));
}

// Whatever was configured then, and whatever is now.
TEST(KnowledgeInForce, DecidesThatDayAsItWasDecided) {
    const LeapTable with_leap = LeapTable::built_in().with_event(kInsertion);
    LeapKnowledge listed = knowledge(false);
    listed.table = with_leap;
    struct Case {
        LeapGround ground;
        LeapKnowledge before;
    };
    const std::vector<Case> cases{{LeapGround::kTable, listed},
                                  {LeapGround::kManual, knowledge(false, {kInsertion})},
                                  {LeapGround::kManual, knowledge(true, {kInsertion})},
                                  {LeapGround::kMajority, knowledge(false)},
                                  {LeapGround::kTrusted, knowledge(false)}};
    for (const auto& [ground, before] : cases) {
        const bool by_sources = ground >= LeapGround::kTrusted;
        const ArmedLeap armed = by_sources ? ArmedLeap{.event = kInsertion, .voices_for = 2, .voices = 2} : ArmedLeap{};
        ASSERT_EQ(kind_by(before, armed), LeapKind::kInsert);
        for (const bool manual_only : {false, true}) {
            for (const std::vector<LeapEvent>& entries :
                 {std::vector<LeapEvent>{}, std::vector{kInsertion}, std::vector{kDeletion}}) {
                const LeapKnowledge now = knowledge_in_force(decided(ground, before), knowledge(manual_only, entries));
                EXPECT_EQ(kind_by(now, armed), LeapKind::kInsert) << static_cast<int>(ground) << manual_only;
                EXPECT_EQ(now.manual_only, before.manual_only);
            }
        }
    }
}

TEST(KnowledgeInForce, IsWhatIsConfiguredForEveryOtherDay) {
    const LeapEvent other{day_from_date(2027, 6, 30).value(), LeapKind::kInsert};
    const LeapKnowledge now = knowledge_in_force(decided(LeapGround::kManual, knowledge(false, {kInsertion})),
                                                 knowledge(true, {other, kDeletion}));
    EXPECT_EQ(now.manual, (std::vector{other, kInsertion}));
    const LeapKnowledge nothing = knowledge_in_force({}, knowledge(true, {other}));
    EXPECT_EQ(nothing.manual, std::vector{other});
    EXPECT_TRUE(nothing.manual_only);
}

TEST(KnowledgeInForce, GivesWayToATableThatWasMadeLater) {
    LeapKnowledge before = knowledge(false);
    before.table = LeapTable::built_in().with_event(kInsertion);
    DecidedLeap then = decided(LeapGround::kTable, before);
    EXPECT_EQ(kind_by(knowledge_in_force(then, knowledge(false))), LeapKind::kInsert) << "the list was lost";
    then.table_updated = LeapTable::built_in().updated() - 1;
    EXPECT_EQ(kind_by(knowledge_in_force(then, knowledge(false))), LeapKind::kNone) << "it takes it back";
}

}  // namespace
}  // namespace tokimori
