#pragma once

#include <string_view>
#include <vector>

#include "server/tokictl/file_tree.h"
#include "server/tokictl/machine_devices.h"
#include "server/tokictl/machine_text.h"
#include "server/tokictl/machine_view.h"

/// What runs on a machine that concerns time.
namespace tokimori {

/// All that can be seen.
std::vector<ProcessText> processes_of(const FileTree& files);

/// Those that keep time or steer the clock, each once.
std::vector<TimeService> time_services_of(const FileTree& files, const std::vector<ProcessText>& processes);

/// gpsd; it is only asked where something listens on its port and asking would not be what starts it.
Gpsd gpsd_of_machine(const FileTree& files, const std::vector<ProcessText>& processes, MachineDevices& devices,
                     int port);

/// Whether somebody holds UDP port 123.
bool is_ntp_port_taken(const FileTree& files);

/// Whether an ordinary user may not open it.
bool is_ntp_port_privileged(const FileTree& files);

/// The units of NTP shared memory; whether they are written is left open.
std::vector<SharedMemoryUnit> shared_memory_of_machine(const FileTree& files);

}  // namespace tokimori
