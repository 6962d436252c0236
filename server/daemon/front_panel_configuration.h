#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "leap/instant.h"

namespace tokimori {

/// A GPIO line of the front panel.
enum class PanelLine : std::uint8_t { kTimeLed, kReferenceLed, kAlarmLed, kAlarmRelay, kButton };

/// `[front_panel]`: which GPIO lines carry it, by name or number; empty: there is none.
struct FrontPanelConfiguration {
    std::string chip;  ///< of all of them: name, label or path; empty: the first that has a line of that name
    std::string time_led;
    std::string reference_led;
    std::string alarm_led;
    std::string alarm_relay;
    std::string button;
    std::vector<PanelLine> active_low{PanelLine::kButton};  ///< lit, energised or pressed at the low level
    Duration holdover_alarm = std::chrono::minutes{10};     ///< after so long a holdover is a fault

    friend bool operator==(const FrontPanelConfiguration&, const FrontPanelConfiguration&) = default;
};

}  // namespace tokimori
