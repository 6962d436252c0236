#include "leap/leap_knowledge.h"

namespace tokimori {

DecidedLeap decided_leap(const LeapDecision& decision, const LeapKnowledge& knowledge) {
    if (decision.event.kind == LeapKind::kNone || decision.ground == LeapGround::kLaboratory) {
        return {};
    }
    const bool by_sources = decision.ground >= LeapGround::kTrusted;  // which ones, changes as they come and go
    return {.event = decision.event,
            .ground = by_sources ? LeapGround::kRemembered : decision.ground,
            .manual_only = knowledge.manual_only,
            .table_updated = knowledge.table.updated()};
}

LeapKnowledge knowledge_in_force(const DecidedLeap& decided, const LeapKnowledge& configured) {
    LeapKnowledge knowledge = configured;
    if (decided.event.kind == LeapKind::kNone) {
        return knowledge;
    }
    knowledge.manual_only = decided.manual_only;
    std::erase_if(knowledge.manual, [&](const LeapEvent& entry) { return entry.day == decided.event.day; });
    if (decided.ground == LeapGround::kManual) {
        knowledge.manual.push_back(decided.event);
    } else if (decided.ground == LeapGround::kTable && knowledge.table.updated() <= decided.table_updated) {
        knowledge.table = knowledge.table.with_event(decided.event).known_on(decided.table_updated);
    }
    return knowledge;
}

}  // namespace tokimori
