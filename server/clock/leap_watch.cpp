#include "server/clock/leap_watch.h"

#include <utility>

namespace tokimori {
namespace {

// So long a clock may go on by itself and still know its second.
constexpr UtcDay kDaysToMiss = 10;

}  // namespace

LeapWatch::LeapWatch(LeapKnowledge knowledge) : knowledge_{std::move(knowledge)}, in_force_{decided()} {}

void LeapWatch::replace(LeapKnowledge knowledge) {
    if (!knowledge.manual_only) {
        manual_since_.reset();
    }
    knowledge_ = std::move(knowledge);
    in_force_ = decided().with_event(memory_.armed.event);
}

void LeapWatch::recall(const LeapMemory& memory) {
    memory_ = memory;
    in_force_ = decided().with_event(memory_.armed.event);
}

void LeapWatch::update(TaiInstant now, std::span<const LeapVote> votes) {
    const UtcSecond second = in_force_.utc_at(now).second;
    const UtcDay last_leap_day = second.second >= kSecondsPerDay ? second.day : second.day - 1;
    const LeapKind carried_out = in_force_.kind_on(last_leap_day);
    if (carried_out != LeapKind::kNone) {
        memory_.last = {last_leap_day, carried_out};
    } else if (memory_.armed.event.kind != LeapKind::kNone && memory_.armed.event.day < last_leap_day) {
        memory_.last = memory_.armed.event;  // while we were off
    }
    if (knowledge_.manual_only && !manual_since_) {
        manual_since_ = second.day;
    }
    const LeapTable table = decided();
    decision_ = weigh_leap_votes({table, second.day, knowledge_.manual_only, memory_.armed}, with_entries(votes));
    memory_.armed = decision_.armed;
    in_force_ = table.with_event(decision_.event);
}

void LeapWatch::count_missed(TaiInstant now) {
    const UtcDay today = in_force_.utc_at(now).second.day;
    const UtcDay last = last_day_of_month_before(today);
    if (today - last > kDaysToMiss || !in_month_of_leap_seconds(last) || in_force_.kind_on(last) != LeapKind::kNone) {
        return;
    }
    memory_.last = missed_ = {last, LeapKind::kInsert};
    in_force_ = decided().with_event(memory_.armed.event);
}

// A second that was counted stays counted, though a table may not know of it.
LeapTable LeapWatch::decided() const {
    LeapTable table = manual_since_ ? knowledge_.table.until(*manual_since_) : knowledge_.table;
    if (knowledge_.manual_only) {
        for (const LeapEvent& event : knowledge_.manual) {
            table = table.with_event(event);
        }
    }
    return table.with_event(memory_.last);
}

std::vector<LeapVote> LeapWatch::with_entries(std::span<const LeapVote> votes) const {
    std::vector<LeapVote> all{votes.begin(), votes.end()};
    if (!knowledge_.manual_only) {
        for (const LeapEvent& event : knowledge_.manual) {
            all.push_back({.event = event, .weight = LeapWeight::kManual});
        }
    }
    return all;
}

}  // namespace tokimori
