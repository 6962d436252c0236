#pragma once

#include <optional>

#include "leap/leap_knowledge.h"
#include "leap/leap_policy.h"
#include "server/clock/timekeeper.h"

namespace tokimori {

/// Brings what is configured of leap seconds into force, now or later: what clients would notice in the middle of a
/// leap second waits until that is over, and so does what would call it off, be it configured by a reload or by a
/// restart. A better table does not wait: it is no matter of taste. Pure; all instants are the timekeeper's.
class LeapChanges {
public:
    struct Wanted {
        LeapPolicy policy = {};
        LeapKnowledge knowledge{LeapTable::built_in()};
        bool at_once = false;  ///< the operator forces it
    };
    /// What has come of it.
    struct Outcome {
        bool waits = false;           ///< clients would notice
        bool policy_changed = false;  ///< another one is in force since now
    };

    /// What is built in.
    LeapChanges();
    /// Nothing else is known to be in force.
    LeapChanges(Wanted wanted, LocalInstant started);

    /// What an earlier run left, at the start: that is in force then, and what is configured is a change of it.
    /// `timekeeper` has not recalled it yet.
    void recall(const ClockMemory& memory, Timekeeper& timekeeper);
    /// Another configuration; `advance` brings it into force.
    void configure(Wanted wanted);
    /// A newer table, beside whatever else is in force or waits.
    void know(const LeapTable& table, const Timekeeper& timekeeper);
    /// To be called about once a second, and after each of the others but the first.
    Outcome advance(Timekeeper& timekeeper, LocalInstant now);

    const LeapPolicy& policy() const { return policy_; }  ///< in force
    const Wanted& wanted() const { return wanted_; }
    bool waits() const { return waits_; }

private:
    bool adopt_knowledge(Timekeeper& timekeeper, LocalInstant now);
    bool adopt_policy(Timekeeper& timekeeper, LocalInstant now);
    bool must_wait(const LeapKnowledge& knowledge, const Timekeeper& timekeeper, LocalInstant now) const;

    Wanted wanted_;
    LocalInstant started_;
    LeapPolicy policy_;                     ///< in force
    std::optional<LeapKnowledge> waiting_;  ///< configured, and not yet in force
    bool resumed_ = false;                  ///< an earlier run left a leap second to come
    bool waits_ = false;
};

}  // namespace tokimori
