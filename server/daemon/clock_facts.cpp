#include "server/daemon/clock_facts.h"

#include <fmt/format.h>

#include <algorithm>

namespace tokimori {

std::string_view state_name(ClockState state) {
    switch (state) {
        case ClockState::kNeverSynchronised:
            return "never_synchronised";
        case ClockState::kSynchronised:
            return "synchronised";
        case ClockState::kHoldover:
            return "holdover";
        case ClockState::kUnsynchronised:
            return "unsynchronised";
        case ClockState::kLocal:
            return "local";
    }
    return "unknown";
}

std::string_view system_clock_name(const SystemClockFacts& facts) {
    if (!facts.report) {
        return facts.forbidden ? "forbidden" : "left";
    }
    switch (facts.report->state) {
        case FollowerState::kWaiting:
            return "waiting";
        case FollowerState::kFollowing:
            return "following";
        case FollowerState::kFarOff:
            return "far_off";
        case FollowerState::kUnsynchronised:
            return "unsynchronised";
    }
    return "unknown";
}

// Above stratum 1 it is an address, or looks like one.
std::string refid_text(const ReferenceId& refid) {
    const auto is_letter = [](std::uint8_t octet) { return octet == 0 || (octet > ' ' && octet <= '~'); };
    if (!std::all_of(refid.begin(), refid.end(), is_letter)) {
        return fmt::format("{}.{}.{}.{}", refid[0], refid[1], refid[2], refid[3]);
    }
    std::string text;
    for (const std::uint8_t octet : refid) {
        if (octet != 0) {
            text.push_back(static_cast<char>(octet));
        }
    }
    return text;
}

}  // namespace tokimori
