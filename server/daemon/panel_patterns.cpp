#include "server/daemon/panel_patterns.h"

#include <algorithm>
#include <array>

namespace tokimori {
namespace {

// A turn of two seconds for each pattern, its first step the lowest bit.
constexpr std::array<std::uint16_t, 5> kTurns{0x0000, 0xFFFF, 0x00FF, 0x5555, 0x0005};
constexpr unsigned kStepsOfATurn = 16;

LampPattern time_pattern(const PanelSight& sight) {
    if (sight.state == ClockState::kLocal) {
        return LampPattern::kDoubleFlash;
    }
    if (!sight.vouched) {
        return LampPattern::kFastBlink;
    }
    return sight.state == ClockState::kHoldover ? LampPattern::kSlowBlink : LampPattern::kOn;
}

LampPattern reference_pattern(const PanelSight& sight) {
    if (sight.followed) {
        return sight.by_pulses ? LampPattern::kOn : LampPattern::kSlowBlink;
    }
    return sight.heard ? LampPattern::kDoubleFlash : LampPattern::kOff;
}

bool is_fault(const PanelSight& sight, Duration holdover_alarm) {
    const bool too_long = sight.state == ClockState::kHoldover && sight.state_age >= holdover_alarm;
    return !sight.vouched || sight.state == ClockState::kLocal || too_long;
}

bool is_amiss(const NamedSource& source) {
    if (source.noselect) {
        return false;
    }
    const auto& health = source.report.health;
    const bool antenna = health && health->antenna != ReceiverHealth::Antenna::kUnknown;
    switch (source.report.reason) {
        case Reason::kSilent:
        case Reason::kWrongWeek:
        case Reason::kBeforeLastTime:
        case Reason::kWrongSecond:
        case Reason::kWrongLeapSeconds:
        case Reason::kFalseticker:
        case Reason::kNoSuchSecond:
        case Reason::kPanic:
        case Reason::kObjects:
            return true;
        default:
            return antenna;
    }
}

}  // namespace

bool is_lit(LampPattern pattern, unsigned step) {
    return (kTurns[static_cast<std::size_t>(pattern)] >> (step % kStepsOfATurn) & 1U) != 0;
}

PanelSight panel_sight(const ClockFacts& facts, bool box_fails) {
    // One that is only watched has a reason of its own, and the last resort, the free counter, is heard always.
    const bool local = facts.clock.state == ClockState::kLocal;
    const auto is_heard = [&](const NamedSource& source) {
        const Reason reason = source.report.reason;
        const bool last_resort =
            reason == Reason::kLastResort || (local && facts.clock.selected == source.report.source);
        const bool silent = reason == Reason::kNoselect ? source.report.reach == 0 : reason == Reason::kSilent;
        return !last_resort && !silent;
    };
    const bool followed = facts.clock.state == ClockState::kSynchronised && facts.clock.selected.has_value();
    return {.state = facts.clock.state,
            .state_age = facts.now - facts.state_since,
            .vouched = facts.clock.server.synchronised_at(facts.now),
            .followed = followed,
            .by_pulses = facts.clock.by_pulses,
            .heard = std::ranges::any_of(facts.sources, is_heard),
            .warning = box_fails || facts.clock.disputed || std::ranges::any_of(facts.sources, is_amiss)};
}

PanelLook panel_look(const PanelSight& sight, Duration holdover_alarm) {
    const bool fault = is_fault(sight, holdover_alarm);
    const bool warning = sight.warning || sight.state == ClockState::kHoldover;
    return {.time = time_pattern(sight),
            .reference = reference_pattern(sight),
            .alarm = fault     ? LampPattern::kOn
                     : warning ? LampPattern::kSlowBlink
                               : LampPattern::kOff,
            .energised = !fault};
}

}  // namespace tokimori
