#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "leap/leap_knowledge.h"
#include "leap/leap_vote.h"

namespace tokimori {

/// What should survive a restart: a leap second that was armed by sources is not known to a table, and those that are
/// over must be counted and never be announced again.
struct LeapMemory {
    static constexpr std::size_t kCounted = 8;  ///< four years of them, should a table be missing for so long

    /// Adds one that is over, unless it is there already. Of too many the oldest is forgotten.
    void count(const LeapEvent& event);
    /// The last that was added; `kNone`: none.
    LeapEvent last() const;

    ArmedLeap armed;
    DecidedLeap decided;                        ///< the one to come at the end of this month, whoever decided it
    std::array<LeapEvent, kCounted> counted{};  ///< those that were carried out, oldest first; the rest is `kNone`

    friend bool operator==(const LeapMemory&, const LeapMemory&) = default;
};

/// True if a next run that is told `kept` would serve other leap seconds than one that is told `memory`, or let other
/// settings call them off: it cannot wait then to be written down.
bool must_be_kept(const LeapMemory& memory, const LeapMemory& kept);

/// Which leap seconds count: those that are decided, and those that the sources may announce. Once one has begun it is
/// history, whatever anybody says afterwards.
class LeapWatch {
public:
    explicit LeapWatch(LeapKnowledge knowledge);

    /// Better knowledge; what was announced is weighed again at the next `update`. What was carried out stays counted
    /// unless a table says otherwise that was made after it.
    void replace(LeapKnowledge knowledge);

    /// Weighs the votes as of `now`; those of one source may not contradict each other.
    void update(TaiInstant now, std::span<const LeapVote> votes);

    /// What an earlier run knew.
    void recall(const LeapMemory& memory);
    const LeapMemory& memory() const { return memory_; }

    /// One second more was inserted than anybody had announced, as is known at `now`: it is counted at the end of the
    /// last month, if one may have fallen there and that is some days ago at most.
    void count_missed(TaiInstant now);
    /// Receivers count `more` insertions than the table in force, as is known at `now`: they are counted at the ends of
    /// the last Junes and Decembers of which the table claims no knowledge. False where they are not as many, or where
    /// the operator alone decides: nothing is counted then.
    bool count_lacking(int more, TaiInstant now);
    /// The last that was counted in one of these ways; `kNone`: none in this run.
    const LeapEvent& missed() const { return missed_; }

    const LeapTable& table() const { return in_force_; }
    const LeapDecision& decision() const { return decision_; }
    const LeapKnowledge& knowledge() const { return knowledge_; }

private:
    LeapTable decided(UtcDay today) const;
    LeapTable assumed() const;
    void forget_refuted();
    std::vector<LeapVote> with_entries(std::span<const LeapVote> votes) const;

    LeapKnowledge knowledge_;
    LeapMemory memory_;
    LeapEvent missed_;
    std::optional<UtcDay> manual_since_;  ///< the day from which on the table does not count
    LeapTable in_force_;                  ///< made of all above
    LeapDecision decision_;
};

}  // namespace tokimori
