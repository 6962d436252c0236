#pragma once

#include <chrono>
#include <cstdint>

#include "server/daemon/clock_facts.h"

namespace tokimori {

/// How a lamp shines.
enum class LampPattern : std::uint8_t {
    kOff,
    kOn,
    kSlowBlink,    ///< a second on, a second off
    kFastBlink,    ///< four times a second
    kDoubleFlash,  ///< two short flashes in two seconds
};

/// Patterns are drawn in steps of this, numbered from anywhere.
inline constexpr Duration kPanelStep = std::chrono::milliseconds{125};

bool is_lit(LampPattern pattern, unsigned step);

/// What of the clock shows on the panel.
struct PanelSight {
    ClockState state = ClockState::kNeverSynchronised;
    Duration state_age{};    ///< how long it has been so
    bool vouched = false;    ///< clients are told that the time is good
    bool followed = false;   ///< a source is followed …
    bool by_pulses = false;  ///< … by its pulses
    bool heard = false;      ///< any source is heard
    bool warning = false;    ///< something is wrong that does not touch served time yet
};

/// `box_fails`: something cannot be written, or a line of the panel cannot be had.
PanelSight panel_sight(const ClockFacts& facts, bool box_fails = false);

/// What the panel shows, and whether its relay is energised: that is how it says that nothing is wrong.
struct PanelLook {
    LampPattern time = LampPattern::kOff;
    LampPattern reference = LampPattern::kOff;
    LampPattern alarm = LampPattern::kOff;
    bool energised = false;

    friend bool operator==(const PanelLook&, const PanelLook&) = default;
};

/// The table of patterns, as README.md has it. A holdover is a fault once it has lasted `holdover_alarm`.
PanelLook panel_look(const PanelSight& sight, Duration holdover_alarm);

}  // namespace tokimori
