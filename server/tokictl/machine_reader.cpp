#include "server/tokictl/machine_reader.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "server/tokictl/machine_hardware.h"
#include "server/tokictl/machine_programs.h"
#include "server/tokictl/probe_proposal.h"

namespace tokimori {
namespace {

using namespace std::chrono_literals;

// Whatever is alive moves once a second.
constexpr int kLooks = 4;
constexpr Duration kBetweenLooks = 300ms;

/// Watches what moves: takes a first look when it is made.
class Watch {
public:
    Watch(const FileTree& files, MachineDevices& devices, MachineView& view)
        : files_{files}, devices_{devices}, view_{view} {
        for (const FoundPpsDevice& device : view_.pps_devices) {
            counts_.push_back(pps_count_of(files_, device));
        }
        for (const SharedMemoryUnit& unit : view_.shared_memory) {
            records_.push_back(devices_.shared_memory_record(unit.unit));
        }
    }

    /// Looks again until everything has moved or had its chance.
    void finish() {
        look();
        for (int looks = 0; looks < kLooks && is_waiting(); ++looks) {
            devices_.pause(kBetweenLooks);
            look();
        }
    }

private:
    void look() {
        for (std::size_t index = 0; index < counts_.size(); ++index) {
            if (!counts_[index].empty()) {
                note(view_.pps_devices[index].pulses, pps_count_of(files_, view_.pps_devices[index]) != counts_[index]);
            }
        }
        for (std::size_t index = 0; index < records_.size(); ++index) {
            SharedMemoryUnit& unit = view_.shared_memory[index];
            if (records_[index]) {
                note(unit.records, devices_.shared_memory_record(unit.unit) != records_[index]);
            }
        }
    }

    static void note(Activity& activity, bool moved) {
        if (activity != Activity::kActive) {
            activity = moved ? Activity::kActive : Activity::kSilent;
        }
    }

    bool is_waiting() const {
        for (const FoundPpsDevice& device : view_.pps_devices) {
            if (device.pulses == Activity::kSilent) {
                return true;
            }
        }
        for (const SharedMemoryUnit& unit : view_.shared_memory) {
            if (unit.records == Activity::kSilent) {
                return true;
            }
        }
        return false;
    }

    const FileTree& files_;
    MachineDevices& devices_;
    MachineView& view_;
    std::vector<std::string> counts_;
    std::vector<std::optional<std::vector<int>>> records_;
};

std::string not_seen(const FileTree& files) {
    for (const char* const directory : {"/proc", "/sys", "/dev"}) {
        if (files.names(directory).empty()) {
            return directory;
        }
    }
    return {};
}

}  // namespace

MachineView read_machine(const FileTree& files, MachineDevices& devices, const User& user, int gpsd_port) {
    const std::vector<ProcessText> processes = processes_of(files);
    MachineView view;
    view.not_seen = not_seen(files);
    view.user = user;
    view.raspberry_pi = raspberry_pi_of(files);
    view.gpio_chips = gpio_chips_of(files, devices);
    view.pps_devices = pps_devices_of(files);
    view.serial_ports = serial_ports_of(files, processes);
    view.shared_memory = shared_memory_of_machine(files);
    view.time_services = time_services_of(files, processes);
    view.ntp_port_taken = is_ntp_port_taken(files);
    view.ntp_port_privileged = is_ntp_port_privileged(files);
    view.has_ipv6 = !files.line("/proc/net/if_inet6").empty();
    Watch watch{files, devices, view};
    view.gpsd = gpsd_of_machine(files, processes, devices, gpsd_port);
    watch.finish();
    return view;
}

void listen_for_receiver(MachineView& view, MachineDevices& devices) {
    const Proposal proposal = propose(view);
    const ProposedSource* const source = source_of_seconds(proposal);
    if (source == nullptr || source->driver != "nmea") {
        return;
    }
    for (const std::string& device : receiver_ports(view)) {
        const auto port = std::ranges::find(view.serial_ports, device, &FoundSerialPort::device);
        if (port->kernel_console || port->login) {
            continue;
        }
        port->listened = true;
        port->baud = devices.receiver_speed(device);
        if (port->baud) {
            return;
        }
    }
}

std::optional<User> user_named(const FileTree& files, const std::string& name) {
    return user_of(files.text("/etc/passwd").value_or(""), files.text("/etc/group").value_or(""), name);
}

User this_user(const FileTree& files) {
    User user{name_of(files.text("/etc/passwd").value_or(""), ::geteuid()), ::geteuid(), {::getegid()}};
    std::vector<gid_t> groups(static_cast<std::size_t>(std::max(::getgroups(0, nullptr), 0)));
    if (::getgroups(static_cast<int>(groups.size()), groups.data()) >= 0) {
        user.groups.insert(user.groups.end(), groups.begin(), groups.end());
    }
    return user;
}

}  // namespace tokimori
