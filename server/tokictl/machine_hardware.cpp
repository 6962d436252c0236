#include "server/tokictl/machine_hardware.h"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace tokimori {
namespace {

constexpr const char* kSerialPorts = "/sys/class/tty/";
constexpr const char* kNamesByMaker = "/dev/serial/by-id/";

bool is_numbered(std::string_view name, std::string_view stem) {
    return name.size() > stem.size() && name.starts_with(stem) &&
           std::ranges::all_of(name.substr(stem.size()), [](unsigned char digit) { return std::isdigit(digit) != 0; });
}

std::string last_part(std::string_view path) {
    return std::string(path.substr(path.rfind('/') + 1));
}

// Drivers make ports for chips that are not there; those have the type 0. USB drivers know no type.
bool has_hardware(const FileTree& files, const std::string& name) {
    return name.starts_with("tty") && files.exists(kSerialPorts + name + "/device") &&
           files.line(kSerialPorts + name + "/type") != "0" && files.exists("/dev/" + name);
}

// Newer kernels say themselves where they write to; the others only what they were told at boot.
bool is_console(const FileTree& files, const std::string& name) {
    const std::vector<std::string> consoles = consoles_of(files.text("/proc/cmdline").value_or(""));
    return files.line(kSerialPorts + name + "/console") == "Y" || std::ranges::find(consoles, name) != consoles.end();
}

void name_aliases(const FileTree& files, const std::string& directory, std::vector<FoundSerialPort>& ports) {
    for (const std::string& name : files.names(directory)) {
        const std::optional<std::string> target = files.link(directory + name);
        const std::string device = "/dev/" + last_part(target.value_or(""));
        const auto port = std::ranges::find(ports, device, &FoundSerialPort::device);
        if (target && port != ports.end()) {
            port->aliases.push_back(directory + name);
        }
    }
}

}  // namespace

Access access_of(const FileTree& files, const std::string& path) {
    const FileTree::Owner owner = files.owner(path).value_or(FileTree::Owner{});
    return {owner.user, owner.group, owner.mode, name_of(files.text("/etc/group").value_or(""), owner.group)};
}

std::optional<RaspberryPi> raspberry_pi_of(const FileTree& files) {
    RaspberryPi pi;
    pi.model = files.line("/proc/device-tree/model");
    if (!pi.model.starts_with("Raspberry Pi")) {
        return std::nullopt;
    }
    for (const char* const path : {"/boot/firmware/config.txt", "/boot/config.txt"}) {
        if (const std::optional<std::string> config = files.text(path)) {
            pi.configuration_known = true;
            pi.pulse_line = pulse_line_of(*config);
            break;
        }
    }
    return pi;
}

std::vector<GpioChip> gpio_chips_of(const FileTree& files, MachineDevices& devices) {
    std::vector<GpioChip> chips;
    for (const std::string& name : files.names("/dev")) {
        const std::string device = "/dev/" + name;
        // On a Raspberry Pi 5 gpiochip4 leads to gpiochip0.
        if (!is_numbered(name, "gpiochip") || files.link(device)) {
            continue;
        }
        GpioChip chip{device, access_of(files, device)};
        if (const std::optional<GpioChipText> text = devices.gpio_chip(device)) {
            chip.readable = true;
            chip.label = text->label;
            chip.line_count = text->line_count;
            chip.lines = text->lines;
        }
        chips.push_back(std::move(chip));
    }
    return chips;
}

std::vector<FoundPpsDevice> pps_devices_of(const FileTree& files) {
    std::vector<FoundPpsDevice> found;
    for (const std::string& name : files.names("/dev")) {
        if (!is_numbered(name, "pps")) {
            continue;
        }
        const std::string shown = "/sys/class/pps/" + name;
        const std::string path = files.line(shown + "/path");
        found.push_back(
            {"/dev/" + name, access_of(files, "/dev/" + name), path.empty() ? files.line(shown + "/name") : path});
    }
    return found;
}

std::string pps_count_of(const FileTree& files, const FoundPpsDevice& device) {
    const std::string shown = "/sys/class/pps/" + last_part(device.device);
    return files.line(shown + "/assert") + files.line(shown + "/clear");
}

std::vector<FoundSerialPort> serial_ports_of(const FileTree& files, const std::vector<ProcessText>& processes) {
    std::vector<FoundSerialPort> ports;
    for (const std::string& name : files.names(kSerialPorts)) {
        if (!has_hardware(files, name)) {
            continue;
        }
        FoundSerialPort port{"/dev/" + name, {}, access_of(files, "/dev/" + name)};
        const unsigned terminal = device_number(files.line(kSerialPorts + name + "/dev"));
        port.usb = name.starts_with("ttyUSB") || name.starts_with("ttyACM");
        port.kernel_console = is_console(files, name);
        port.login = terminal != 0 && std::ranges::find(processes, terminal, &ProcessText::terminal) != processes.end();
        ports.push_back(std::move(port));
    }
    name_aliases(files, "/dev/", ports);
    name_aliases(files, kNamesByMaker, ports);
    return ports;
}

}  // namespace tokimori
