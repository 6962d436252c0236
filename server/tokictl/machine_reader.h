#pragma once

#include <optional>
#include <string>

#include "server/tokictl/file_tree.h"
#include "server/tokictl/machine_devices.h"
#include "server/tokictl/machine_view.h"

namespace tokimori {

/// Looks at a machine: its files, then what is not in files, then again at what may have moved meanwhile. Takes 2.5 s
/// at most, and changes nothing. `user` is for whom the machine is judged; `gpsd_port` is where gpsd listens.
MachineView read_machine(const FileTree& files, MachineDevices& devices, const User& user, int gpsd_port);

/// Listens to the serial ports where `propose` would look for a receiver, until one is heard; not to those that
/// somebody else uses, and to none where time is heard otherwise. Takes up to ten seconds for each port.
void listen_for_receiver(MachineView& view, MachineDevices& devices);

/// The user of that name on that machine; nullopt where there is none.
std::optional<User> user_named(const FileTree& files, const std::string& name);

/// Whoever runs this program.
User this_user(const FileTree& files);

}  // namespace tokimori
