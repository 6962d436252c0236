#include "server/clock/leap_watch.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace tokimori {
namespace {

// So long a clock may go on by itself and still know its second.
constexpr UtcDay kDaysToMiss = 10;

// Where every leap second of history fell.
bool is_half_year_end(UtcDay day) {
    return is_last_day_of_month(day) && civil_from_second({day, 0}).month % 6 == 0;
}

}  // namespace

void LeapMemory::count(const LeapEvent& event) {
    if (event.kind == LeapKind::kNone || std::find(counted.begin(), counted.end(), event) != counted.end()) {
        return;
    }
    auto free = std::find(counted.begin(), counted.end(), LeapEvent{});
    if (free == counted.end()) {
        free = std::rotate(counted.begin(), std::next(counted.begin()), counted.end());
    }
    *free = event;
}

LeapEvent LeapMemory::last() const {
    const auto free = std::find(counted.begin(), counted.end(), LeapEvent{});
    return free == counted.begin() ? LeapEvent{} : *std::prev(free);
}

bool must_be_kept(const LeapMemory& memory, const LeapMemory& kept) {
    return memory.armed.event != kept.armed.event || memory.decided != kept.decided || memory.counted != kept.counted;
}

LeapWatch::LeapWatch(LeapKnowledge knowledge) : knowledge_{std::move(knowledge)}, in_force_{assumed()} {}

// Of one that has begun nobody is asked again: its day must not be named otherwise from here on.
void LeapWatch::replace(LeapKnowledge knowledge) {
    if (!knowledge.manual_only) {
        manual_since_.reset();
    }
    knowledge_ = std::move(knowledge);
    forget_refuted();
    in_force_ = assumed().with_event(decision_.event);
}

void LeapWatch::recall(const LeapMemory& memory) {
    memory_ = memory;
    forget_refuted();
    in_force_ = assumed();
}

void LeapWatch::update(TaiInstant now, std::span<const LeapVote> votes) {
    const UtcSecond second = in_force_.utc_at(now).second;
    const UtcDay last_leap_day = second.second >= kSecondsPerDay ? second.day : second.day - 1;
    const LeapKind carried_out = in_force_.kind_on(last_leap_day);
    if (carried_out != LeapKind::kNone) {
        memory_.count({last_leap_day, carried_out});
    } else if (memory_.armed.event.kind != LeapKind::kNone && memory_.armed.event.day < last_leap_day) {
        memory_.count(memory_.armed.event);  // while we were off
    } else if (const LeapEvent& event = memory_.decided.event;
               event.day < last_leap_day && in_force_.kind_on(event.day) == event.kind) {
        memory_.count(event);  // likewise
    }
    if (knowledge_.manual_only && !manual_since_) {
        manual_since_ = second.day;
    }
    LeapTable table = decided(second.day);
    decision_ = weigh_leap_votes({table, second.day, knowledge_.manual_only, memory_.armed}, with_entries(votes));
    memory_.armed = decision_.armed;
    memory_.decided = decided_leap(decision_, knowledge_);
    in_force_ = std::move(table).with_event(decision_.event);
}

void LeapWatch::count_missed(TaiInstant now) {
    const UtcDay today = in_force_.utc_at(now).second.day;
    const UtcDay last = last_day_of_month_before(today);
    if (today - last > kDaysToMiss || !in_month_of_leap_seconds(last) || in_force_.kind_on(last) != LeapKind::kNone) {
        return;
    }
    missed_ = {last, LeapKind::kInsert};
    memory_.count(missed_);
    in_force_ = assumed();
}

bool LeapWatch::count_lacking(int more, TaiInstant now) {
    std::vector<LeapEvent> lacking;
    UtcDay end = last_day_of_month_before(in_force_.utc_at(now).second.day);
    for (; end >= knowledge_.table.expires() && static_cast<int>(lacking.size()) < more;
         end = last_day_of_month_before(end)) {
        if (is_half_year_end(end) && in_force_.kind_on(end) == LeapKind::kNone) {
            lacking.push_back({end, LeapKind::kInsert});
        }
    }
    if (knowledge_.manual_only || static_cast<int>(lacking.size()) < more) {
        return false;
    }
    missed_ = lacking.front();
    std::for_each(lacking.rbegin(), lacking.rend(), [this](const LeapEvent& event) { memory_.count(event); });
    in_force_ = assumed();
    return true;
}

// A second that was counted stays counted, though a table or an entry may not know of it. An entry about a day that is
// over is no vote any more; it counts where a vote would have.
LeapTable LeapWatch::decided(UtcDay today) const {
    LeapTable table = manual_since_ ? knowledge_.table.until(*manual_since_) : knowledge_.table;
    for (const LeapEvent& event : memory_.counted) {
        if (event.kind != LeapKind::kNone) {
            table = std::move(table).with_event(event);
        }
    }
    for (const LeapEvent& event : knowledge_.manual) {
        if (knowledge_.manual_only || (event.day >= knowledge_.table.expires() && event.day < today)) {
            table = std::move(table).with_event(event);
        }
    }
    return table;
}

// What seconds are called before it is known which day it is.
LeapTable LeapWatch::assumed() const {
    return decided(LeapTable::kRowsEnd).with_event(memory_.armed.event);
}

// A table that was made after the day of a leap second knows whether there was one.
void LeapWatch::forget_refuted() {
    const LeapTable& table = knowledge_.table;
    const auto refuted = [&](const LeapEvent& event) {
        return !knowledge_.manual_only && event.day < table.updated() && table.kind_on(event.day) == LeapKind::kNone;
    };
    auto& counted = memory_.counted;
    std::fill(std::remove_if(counted.begin(), counted.end(), refuted), counted.end(), LeapEvent{});
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
