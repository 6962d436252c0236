#include "leap/leap_vote.h"

#include <cstddef>

namespace tokimori {
namespace {

struct Tally {
    std::size_t inserting = 0;
    std::size_t deleting = 0;
    std::size_t denying = 0;

    void count(LeapKind kind) {
        ++(kind == LeapKind::kInsert ? inserting : kind == LeapKind::kDelete ? deleting : denying);
    }
    std::size_t all() const { return inserting + deleting + denying; }

    // What at least `quorum` votes and more than half of all say.
    LeapKind majority(std::size_t quorum) const {
        const auto carries = [&](std::size_t votes) { return votes >= quorum && 2 * votes > all(); };
        return carries(inserting) ? LeapKind::kInsert : carries(deleting) ? LeapKind::kDelete : LeapKind::kNone;
    }

    LeapKind unanimous() const {
        return inserting == all() ? LeapKind::kInsert : deleting == all() ? LeapKind::kDelete : LeapKind::kNone;
    }
};

// Outside these months no leap second ever fell: there a misheard bit is likelier than a decision. And a table that
// still knows what happens on that day has said it.
bool may_be_voted(UtcDay day, const LeapTable& table) {
    return civil_from_second({day, 0}).month % 3 == 0 && day >= table.expires();
}

}  // namespace

LeapTable table_in_force(const LeapTable& table, UtcDay today, std::span<const LeapVote> votes) {
    const UtcDay day = last_day_of_month(today);
    Tally trusted;
    Tally others;
    for (const LeapVote& vote : votes) {
        if (vote.event.day == day) {
            (vote.trusted ? trusted : others).count(vote.event.kind);
        }
    }
    const LeapKind voted = may_be_voted(day, table) ? others.majority(2) : LeapKind::kNone;
    return table.with_event({day, trusted.all() > 0 ? trusted.unanimous() : voted});
}

}  // namespace tokimori
