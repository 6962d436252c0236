#pragma once

#include <span>

#include "leap/leap_table.h"

namespace tokimori {

/// What one source says about the end of one UTC day. `LeapKind::kNone` says that nothing happens, which is not the
/// same as saying nothing.
struct LeapVote {
    LeapEvent event;
    bool trusted = false;  ///< the operator said that this source alone may arm a leap
};

/// The table that is in force at `today`: `table` with the event the votes may arm at the end of the current UTC month;
/// the table outranks them for a day it already has an event on. Trusted votes arm alone and must not contradict each
/// other. Where there are none, two votes and more than half of them must agree, the month must be March, June,
/// September or December, and the table must have expired by then: a table that knows the day and says nothing says no.
/// One vote per source: votes are counted, not told apart. What is armed lasts as long as its votes: once the day has
/// ended the caller keeps the table it had, since on the next day no vote can speak for it any more.
LeapTable table_in_force(const LeapTable& table, UtcDay today, std::span<const LeapVote> votes);

}  // namespace tokimori
