#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/tokictl/machine_view.h"

/// What files of the machine say. All of it is pure: text in, facts out; what cannot be understood is left out.
namespace tokimori {

/// /proc/PID/stat.
struct ProcessText {
    int id = 0;
    std::string name;       ///< at most 15 characters
    unsigned terminal = 0;  ///< the number of its controlling terminal, as `device_number` gives it; 0: none
};
std::optional<ProcessText> process_of(std::string_view stat);

/// Of "204:64" (a `dev` file of sysfs), the number by which /proc/PID/stat calls that device; 0 where it is none.
unsigned device_number(std::string_view major_and_minor);

/// The systemd service in the text of /proc/PID/cgroup, such as "chrony"; empty where it is none.
std::string service_of(std::string_view cgroup);

/// Whether a table like /proc/net/udp has a socket on this local port; with `state`, one in that state (such as "0A":
/// listening).
bool has_local_port(std::string_view table, unsigned port, std::string_view state = {});

/// The consoles in the kernel's command line, such as "ttyAMA0"; without their speeds.
std::vector<std::string> consoles_of(std::string_view command_line);

/// The GPIO line of the overlay pps-gpio in a Raspberry Pi's config.txt; nullopt where it is not loaded.
std::optional<unsigned> pulse_line_of(std::string_view config);

/// DEVICES of /etc/default/gpsd.
std::vector<std::string> gpsd_devices_of(std::string_view defaults);

/// The user of that name by the texts of /etc/passwd and /etc/group.
std::optional<User> user_of(std::string_view passwd, std::string_view group, std::string_view name);

/// The user's name in /etc/passwd, or the group's in /etc/group; the number where it has none.
std::string name_of(std::string_view table, unsigned id);

/// The units of NTP shared memory (0 … 7) in /proc/sysvipc/shm.
std::vector<SharedMemoryUnit> shared_memory_of(std::string_view table);

/// What gpsd said after it was asked for its devices: state, release and devices; `kMute` where that was nothing of
/// gpsd's.
Gpsd gpsd_of(std::string_view lines);

}  // namespace tokimori
