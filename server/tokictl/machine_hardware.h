#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/tokictl/file_tree.h"
#include "server/tokictl/machine_devices.h"
#include "server/tokictl/machine_text.h"
#include "server/tokictl/machine_view.h"

/// What of a machine's hardware concerns time. Whether pulses come is left open: that takes a second look.
namespace tokimori {

/// nullopt on any other machine.
std::optional<RaspberryPi> raspberry_pi_of(const FileTree& files);

/// In the order of their names; a second name for a chip is left out.
std::vector<GpioChip> gpio_chips_of(const FileTree& files, MachineDevices& devices);

/// Those that have a node in /dev.
std::vector<FoundPpsDevice> pps_devices_of(const FileTree& files);

/// The count of a PPS device's pulses, as the kernel shows it without being asked to do anything; empty where it does
/// not show it.
std::string pps_count_of(const FileTree& files, const FoundPpsDevice& device);

/// Those with a node in /dev and hardware behind it. `processes` tell who is logged in there.
std::vector<FoundSerialPort> serial_ports_of(const FileTree& files, const std::vector<ProcessText>& processes);

/// Who may use what `path` leads to.
Access access_of(const FileTree& files, const std::string& path);

}  // namespace tokimori
