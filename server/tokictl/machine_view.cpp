#include "server/tokictl/machine_view.h"

#include <algorithm>

namespace tokimori {

bool may_use(const User& user, const Access& access, bool also_write) {
    const unsigned wanted = also_write ? 6 : 4;
    unsigned granted = access.mode & 7U;
    if (user.id == 0) {
        return true;
    }
    if (user.id == access.owner) {
        granted = (access.mode >> 6U) & 7U;
    } else if (std::ranges::find(user.groups, access.group) != user.groups.end()) {
        granted = (access.mode >> 3U) & 7U;
    }
    return (granted & wanted) == wanted;
}

const FoundSerialPort* find_port(const MachineView& view, std::string_view device) {
    const auto is_it = [device](const FoundSerialPort& port) {
        return port.device == device || std::ranges::find(port.aliases, device) != port.aliases.end();
    };
    const auto found = std::ranges::find_if(view.serial_ports, is_it);
    return found == view.serial_ports.end() ? nullptr : &*found;
}

}  // namespace tokimori
