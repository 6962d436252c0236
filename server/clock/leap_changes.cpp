#include "server/clock/leap_changes.h"

#include <chrono>
#include <utility>
#include <vector>

#include "leap/leap_phase.h"

namespace tokimori {
namespace {

using namespace std::chrono_literals;

// Whoever has not been served for so long is not being prepared for anything any more. What an earlier run left might
// be what keeps us from understanding anybody.
constexpr Duration kPatience = 1h;
// The longest announcement, and how old what is remembered may be.
constexpr Duration kPreparation = 26h;

std::vector<LeapVote> heard_by(const LeapDecision& decision) {
    std::vector<LeapVote> votes;
    for (const auto& [vote, standing] : decision.votes) {
        if (vote.weight != LeapWeight::kManual) {
            votes.push_back(vote);
        }
    }
    return votes;
}

// A leap second that clients were told of, or are smeared for, would be another one or none.
bool calls_off(const LeapKnowledge& knowledge, const LeapPolicy& policy, const Timekeeper& timekeeper,
               LocalInstant now) {
    const ServerState& state = timekeeper.state();
    const TaiInstant tai = state.model.tai_at(now);
    if (leap_phase(state.scale, tai) == LeapPhase::kQuiet) {
        return false;
    }
    LeapWatch next = timekeeper.leap();
    next.replace(knowledge);
    next.update(tai, heard_by(timekeeper.leap().decision()));
    const ServedScale scale = ServedScale::around(tai, next.table(), policy);
    return scale.at(tai).leap != state.scale.at(tai).leap || scale.offset_at(tai) != state.scale.offset_at(tai);
}

// Whether clients were, or had just been, prepared for a leap second when an earlier run was heard last.
bool prepared_anybody(const ClockMemory& memory, const LeapTable& table) {
    const LeapEvent& event = memory.leap.decided.event;
    return event.kind != LeapKind::kNone && table.with_event(event).end_of(event) - memory.saved < kPreparation;
}

}  // namespace

LeapChanges::LeapChanges() : LeapChanges{Wanted{}, LocalInstant{}} {}

LeapChanges::LeapChanges(Wanted wanted, LocalInstant started)
    : wanted_{std::move(wanted)}, started_{started}, policy_{wanted_.policy} {}

void LeapChanges::recall(const ClockMemory& memory, Timekeeper& timekeeper) {
    if (wanted_.at_once) {
        return;
    }
    if (prepared_anybody(memory, wanted_.knowledge.table)) {
        policy_ = memory.leap_policy;
        timekeeper.set_leap_policy(policy_);
    }
    if (memory.leap.decided.event.kind != LeapKind::kNone) {
        resumed_ = true;
        waiting_ = wanted_.knowledge;
        timekeeper.set_leap_knowledge(knowledge_in_force(memory.leap.decided, wanted_.knowledge));
    }
}

void LeapChanges::configure(Wanted wanted) {
    wanted_ = std::move(wanted);
    waiting_ = wanted_.knowledge;
    waits_ = false;
}

void LeapChanges::know(const LeapTable& table, const Timekeeper& timekeeper) {
    waiting_ = waiting_.value_or(timekeeper.leap().knowledge());
    waiting_->table = LeapTable::better(waiting_->table, table);
    wanted_.knowledge.table = waiting_->table;
}

LeapChanges::Outcome LeapChanges::advance(Timekeeper& timekeeper, LocalInstant now) {
    const bool knowledge_waits = !adopt_knowledge(timekeeper, now);
    const LeapPolicy before = policy_;
    const bool policy_waits = !adopt_policy(timekeeper, now);
    waits_ = timekeeper.state().ever_synchronised && (knowledge_waits || policy_waits);
    return {waits_, policy_ != before};
}

bool LeapChanges::adopt_knowledge(Timekeeper& timekeeper, LocalInstant now) {
    if (!waiting_) {
        return true;
    }
    if (wanted_.at_once || !must_wait(*waiting_, timekeeper, now)) {
        timekeeper.set_leap_knowledge(*waiting_);
        waiting_.reset();
        return true;
    }
    const LeapKnowledge& in_force = timekeeper.leap().knowledge();
    if (&LeapTable::better(in_force.table, waiting_->table) != &in_force.table) {
        LeapKnowledge better = in_force;
        better.table = waiting_->table;
        timekeeper.set_leap_knowledge(better);
    }
    return false;
}

bool LeapChanges::must_wait(const LeapKnowledge& knowledge, const Timekeeper& timekeeper, LocalInstant now) const {
    return timekeeper.state().ever_synchronised ? calls_off(knowledge, policy_, timekeeper, now)
                                                : resumed_ && now - started_ < kPatience;
}

bool LeapChanges::adopt_policy(Timekeeper& timekeeper, LocalInstant now) {
    if (policy_ == wanted_.policy) {
        return true;
    }
    const ServerState& state = timekeeper.state();
    const bool waits = !state.ever_synchronised ? now - started_ < kPatience
                                                : leap_change_shows(state.model.tai_at(now), timekeeper.leap_table(),
                                                                    policy_, wanted_.policy);
    if (waits && !wanted_.at_once) {
        return false;
    }
    policy_ = wanted_.policy;
    timekeeper.set_leap_policy(policy_);
    return true;
}

}  // namespace tokimori
