#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "leap/instant.h"
#include "server/tokictl/machine_parts.h"

namespace tokimori {

/// What a GPIO chip says of itself.
struct GpioChipText {
    std::string label;
    unsigned line_count = 0;
    std::vector<FoundGpioLine> lines;  ///< those with a name or in use
};

/// What of a machine is not in files. Nothing here changes what it looks at: no line is requested, no shared memory
/// made, no setting touched, but those of a serial port while it is listened to.
class MachineDevices {
public:
    virtual ~MachineDevices() = default;

    /// nullopt where the chip may not be opened.
    virtual std::optional<GpioChipText> gpio_chip(const std::string& device) = 0;

    /// What changes with every record in a unit of NTP shared memory; nullopt where it may not be read.
    virtual std::optional<std::vector<int>> shared_memory_record(int unit) = 0;

    /// What gpsd on this host says to a new client that asks for its devices, within a second in all; empty where
    /// nobody answers.
    virtual std::string ask_gpsd(int port) = 0;

    /// As `speed_of_receiver` in receiver_ear.h; takes up to ten seconds.
    virtual std::optional<int> receiver_speed(const std::string& serial_port) = 0;

    virtual void pause(Duration time) = 0;
};

/// Those of the machine this runs on.
std::unique_ptr<MachineDevices> devices_of_this_machine();

}  // namespace tokimori
