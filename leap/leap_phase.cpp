#include "leap/leap_phase.h"

#include <algorithm>
#include <array>

namespace tokimori {
namespace {

// A reader whose clock is a hair behind `now` may still be before the end of the event.
constexpr Duration kReaders = std::chrono::seconds{10};

}  // namespace

UtcTime leap_second_of(const LeapEvent& event) {
    return {{event.day, event.kind == LeapKind::kInsert ? kSecondsPerDay : kSecondsPerDay - 1}, 0};
}

std::optional<LeapEvent> last_event_before(TaiInstant instant, const LeapTable& table) {
    const auto over = [&](const LeapTable::Row& row) {
        const LeapEvent event{row.day - 1, table.kind_on(row.day - 1)};
        return event.kind != LeapKind::kNone && table.end_of(event) <= instant;
    };
    const auto last = std::find_if(table.rows().rbegin(), table.rows().rend(), over);
    return last == table.rows().rend() ? std::nullopt
                                       : std::optional{LeapEvent{last->day - 1, table.kind_on(last->day - 1)}};
}

std::string_view leap_mode_code(LeapMode mode) {
    return mode == LeapMode::kSmear ? "smear" : "insert";
}

LeapPhase leap_phase(const ServedScale& scale, TaiInstant instant) {
    if (const auto announced = scale.announcement(); announced && announced->contains(instant)) {
        return LeapPhase::kAnnounced;
    }
    const auto smear = scale.smear();
    return smear && smear->contains(instant) ? LeapPhase::kSmearing : LeapPhase::kQuiet;
}

std::string_view leap_phase_code(LeapPhase phase) {
    static constexpr std::array<std::string_view, 3> kCodes{"quiet", "announced", "smearing"};
    return kCodes[static_cast<std::size_t>(phase)];
}

bool leap_change_shows(TaiInstant now, const LeapTable& table, const LeapPolicy& before, const LeapPolicy& after) {
    const auto at_work = [&](const LeapPolicy& policy) {
        const ServedScale scale = ServedScale::around(now, table, policy);
        return leap_phase(scale, now) != LeapPhase::kQuiet || leap_phase(scale, now - kReaders) != LeapPhase::kQuiet;
    };
    return before != after && (at_work(before) || at_work(after));
}

LeapTableState leap_table_state(const LeapTable& table, UtcDay today) {
    if (today >= table.expires()) {
        return LeapTableState::kExpired;
    }
    return table.expires() - today <= kTableWarningDays ? LeapTableState::kExpiresSoon : LeapTableState::kFresh;
}

std::string_view leap_table_state_code(LeapTableState state) {
    static constexpr std::array<std::string_view, 3> kCodes{"fresh", "expires_soon", "expired"};
    return kCodes[static_cast<std::size_t>(state)];
}

}  // namespace tokimori
