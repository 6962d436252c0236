#include "server/tokictl/machine_programs.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <string>

namespace tokimori {
namespace {

constexpr unsigned kNtpPort = 123;
constexpr std::string_view kListening = "0A";

/// A program that keeps time: how the kernel calls it, how people do, and its usual service.
struct KnownService {
    std::string_view process;
    std::string_view name;
    std::string_view unit;
};
constexpr std::array kKnownServices{
    KnownService{"chronyd", "chronyd", "chrony"},
    KnownService{"ntpd", "ntpd", "ntp"},
    KnownService{"ntp-daemon", "ntpd-rs", "ntpd-rs"},
    KnownService{"systemd-timesyn", "systemd-timesyncd", "systemd-timesyncd"},
    KnownService{"phc2sys", "phc2sys", "phc2sys"},
    KnownService{"tokimorid", "tokimorid", "tokimorid"},
};

bool listens(const FileTree& files, unsigned port) {
    return has_local_port(files.text("/proc/net/tcp").value_or(""), port, kListening) ||
           has_local_port(files.text("/proc/net/tcp6").value_or(""), port, kListening);
}

bool is_on_demand(const FileTree& files) {
    return files.exists("/etc/systemd/system/sockets.target.wants/gpsd.socket");
}

}  // namespace

std::vector<ProcessText> processes_of(const FileTree& files) {
    std::vector<ProcessText> processes;
    for (const std::string& name : files.names("/proc")) {
        if (std::isdigit(static_cast<unsigned char>(name.front())) == 0) {
            continue;
        }
        if (const auto process = process_of(files.text("/proc/" + name + "/stat").value_or(""))) {
            processes.push_back(*process);
        }
    }
    return processes;
}

std::vector<TimeService> time_services_of(const FileTree& files, const std::vector<ProcessText>& processes) {
    std::vector<TimeService> services;
    for (const KnownService& known : kKnownServices) {
        const auto process = std::ranges::find(processes, known.process, &ProcessText::name);
        if (process == processes.end()) {
            continue;
        }
        const std::string unit =
            service_of(files.text("/proc/" + std::to_string(process->id) + "/cgroup").value_or(""));
        services.push_back({std::string(known.name), process->id, unit.empty() ? std::string(known.unit) : unit});
    }
    return services;
}

Gpsd gpsd_of_machine(const FileTree& files, const std::vector<ProcessText>& processes, MachineDevices& devices,
                     int port) {
    const bool runs = std::ranges::find(processes, "gpsd", &ProcessText::name) != processes.end();
    const bool listening = listens(files, static_cast<unsigned>(port));
    Gpsd gpsd;
    if (listening && !runs && is_on_demand(files)) {
        gpsd.state = GpsdState::kOnDemand;
    } else if (listening || runs) {
        gpsd = gpsd_of(devices.ask_gpsd(port));
    } else if (files.exists("/usr/sbin/gpsd")) {
        gpsd.state = GpsdState::kOff;
    }
    gpsd.port = port;
    gpsd.configured = gpsd_devices_of(files.text("/etc/default/gpsd").value_or(""));
    return gpsd;
}

bool is_ntp_port_taken(const FileTree& files) {
    return has_local_port(files.text("/proc/net/udp").value_or(""), kNtpPort) ||
           has_local_port(files.text("/proc/net/udp6").value_or(""), kNtpPort);
}

bool is_ntp_port_privileged(const FileTree& files) {
    const std::string first = files.line("/proc/sys/net/ipv4/ip_unprivileged_port_start");
    unsigned port = kNtpPort + 1;
    std::from_chars(first.data(), first.data() + first.size(), port);
    return port > kNtpPort;
}

std::vector<SharedMemoryUnit> shared_memory_of_machine(const FileTree& files) {
    std::vector<SharedMemoryUnit> units = shared_memory_of(files.text("/proc/sysvipc/shm").value_or(""));
    for (SharedMemoryUnit& unit : units) {
        unit.access.group_name = name_of(files.text("/etc/group").value_or(""), unit.access.group);
    }
    return units;
}

}  // namespace tokimori
