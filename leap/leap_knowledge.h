#pragma once

#include <utility>
#include <vector>

#include "leap/leap_table.h"
#include "leap/leap_vote.h"

namespace tokimori {

/// What the operator knows of leap seconds: a table, and entries of his own.
struct LeapKnowledge {
    LeapKnowledge(LeapTable decided) : table{std::move(decided)} {}  // NOLINT: a table alone is knowledge, too

    LeapTable table;
    bool manual_only = false;  ///< of what is still to come only `manual` counts, whatever the table and sources say
    std::vector<LeapEvent> manual{};  ///< beside `manual_only`: votes
};

/// A leap second to come, and by what settings: what a next run must know so that other settings do not call it off
/// while clients are being prepared for it. All of it default: there is none, or a simulated sky made it up.
struct DecidedLeap {
    LeapEvent event;
    LeapGround ground = LeapGround::kNobody;  ///< `kTable`, `kManual`; `kRemembered` for whatever sources armed it
    bool manual_only = false;
    UtcDay table_updated = 0;  ///< the day of the table (`#$`) beside which it was decided

    friend bool operator==(const DecidedLeap&, const DecidedLeap&) = default;
};

/// What `decision`, made with `knowledge`, leaves to a next run.
DecidedLeap decided_leap(const LeapDecision& decision, const LeapKnowledge& knowledge);

/// `configured`, but with `decided` as it was decided: where the settings are others than then, they do not count for
/// that one day. A table does that was made later. What sources armed is theirs to repeat (`ArmedLeap`).
LeapKnowledge knowledge_in_force(const DecidedLeap& decided, const LeapKnowledge& configured);

}  // namespace tokimori
