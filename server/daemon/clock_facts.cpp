#include "server/daemon/clock_facts.h"

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

std::string refid_text(const ReferenceId& refid) {
    std::string text;
    for (const std::uint8_t octet : refid) {
        if (octet != 0) {
            text.push_back(static_cast<char>(octet));
        }
    }
    return text;
}

}  // namespace tokimori
