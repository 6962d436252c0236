#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/tokictl/machine_parts.h"

namespace tokimori {

/// The user for whom the machine is looked at: the one who will run tokimorid.
struct User {
    std::string name{};
    unsigned id = 0;
    std::vector<unsigned> groups{};  ///< the primary one, too
};

/// Everything that `tokictl probe` judges by; taken at one time and never changed.
struct MachineView {
    std::string not_seen{};  ///< a directory without which nothing can be told, such as /proc; empty: all is there
    User user{};
    std::optional<RaspberryPi> raspberry_pi{};
    std::vector<GpioChip> gpio_chips{};
    std::vector<FoundPpsDevice> pps_devices{};
    std::vector<FoundSerialPort> serial_ports{};
    std::vector<SharedMemoryUnit> shared_memory{};
    Gpsd gpsd{};
    std::vector<TimeService> time_services{};
    bool ntp_port_taken = false;      ///< UDP port 123
    bool ntp_port_privileged = true;  ///< an ordinary user may not open it
    bool has_ipv6 = false;
};

/// Whether the user may read it; with `also_write`, also write.
bool may_use(const User& user, const Access& access, bool also_write = false);

/// The port that `device` names, by itself or by an alias; null where there is none.
const FoundSerialPort* find_port(const MachineView& view, std::string_view device);

}  // namespace tokimori
