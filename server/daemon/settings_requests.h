#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "server/daemon/control_handler.h"
#include "server/daemon/overlay_desk.h"
#include "server/daemon/turns.h"

namespace tokimori {

/// What happened at the desk, for the log and the alarm clock.
enum class SettingsEvent : std::uint8_t { kApplied, kConfirmed, kReturned };

/// What the requests need.
struct SettingsWorld {
    std::string configuration_file;
    std::function<LocalInstant()> now;
    std::function<void(SettingsEvent)> happened;
    std::function<void()> settled;  ///< a request that may have changed something, or tried to, has come to its end
    std::function<void()> restart;  ///< ends the daemon soon, after the reply, so that it is started again
};

/// The requests settings, settings_check, settings_apply, settings_confirm, settings_return and restart, as
/// server/daemon/README.md describes them: JSON in and out, and nothing decided. What waits for the disk does so in its
/// turn, or is refused: busy, disk_silent. `desk` and `turns` must outlive them.
std::vector<ControlHandler> settings_requests(OverlayDesk& desk, Turns& turns, SettingsWorld world);

}  // namespace tokimori
