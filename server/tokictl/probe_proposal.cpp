#include "server/tokictl/probe_proposal.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <string_view>

namespace tokimori {
namespace {

constexpr int kUsualGpsdPort = 2947;
constexpr int kUsualBaud = 9600;
constexpr std::string_view kUsualPulseLine = "GPIO18";
constexpr std::array<std::string_view, 6> kMakersOfReceivers{"u-blox", "GPS", "GNSS", "Trimble", "SkyTraq", "Garmin"};

/// `text` as a TOML string.
std::string in_quotes(std::string_view text) {
    std::string quoted = "\"";
    for (const char letter : text) {
        if (static_cast<unsigned char>(letter) < 0x20 || letter == 0x7F) {
            quoted += fmt::format("\\u{:04X}", static_cast<unsigned>(letter));
            continue;
        }
        quoted += letter == '"' || letter == '\\' ? std::string{'\\', letter} : std::string{letter};
    }
    return quoted + '"';
}

bool is_pulse_device(std::string_view path) {
    return path.starts_with("/dev/pps");
}

bool is_raspberry_pi_5(const MachineView& view) {
    return view.raspberry_pi && view.raspberry_pi->model.starts_with("Raspberry Pi 5");
}

bool has_alias(const FoundSerialPort& port, std::string_view alias) {
    return std::ranges::find(port.aliases, alias) != port.aliases.end();
}

ProposedSource gpsd_source(const MachineView& view, const std::string& device, bool heard) {
    ProposedSource source{"gpsd", "gps", device, true, false, heard, {}};
    if (view.gpsd.port != kUsualGpsdPort) {
        source.keys.push_back({"port", std::to_string(view.gpsd.port)});
    }
    return source;
}

// gpsd's receivers: those it has, or, while it waits to be started, those it will have.
std::vector<ProposedSource> from_gpsd(const MachineView& view) {
    std::vector<ProposedSource> found;
    if (view.gpsd.state == GpsdState::kAnswers) {
        for (const GpsdDevice& device : view.gpsd.devices) {
            if (!is_pulse_device(device.path)) {
                found.push_back(gpsd_source(view, device.path, device.active && !device.driver.empty()));
            }
        }
    } else if (view.gpsd.state == GpsdState::kOnDemand) {
        for (const std::string& path : view.gpsd.configured) {
            if (!is_pulse_device(path)) {
                found.push_back(gpsd_source(view, path, false));
            }
        }
    }
    std::stable_partition(found.begin(), found.end(), [](const ProposedSource& source) { return source.heard; });
    if (found.size() > 1) {
        found.front().keys.push_back({"device", in_quotes(found.front().device)});
    }
    found.resize(std::min<std::size_t>(found.size(), 1));
    return found;
}

// Even units have sentences, odd ones whole samples.
std::vector<ProposedSource> from_shared_memory(const MachineView& view) {
    std::vector<ProposedSource> found;
    for (const SharedMemoryUnit& unit : view.shared_memory) {
        if (unit.records != Activity::kActive) {
            continue;
        }
        const std::string number = std::to_string(unit.unit);
        const bool odd = unit.unit % 2 == 1;
        found.push_back({"shm", "shm" + number, "NTP" + number, true, odd, true, {{"unit", number}}});
    }
    return found;
}

bool is_of_a_maker_of_receivers(const FoundSerialPort& port) {
    const auto names_one = [](std::string_view alias) {
        return std::ranges::any_of(kMakersOfReceivers, [alias](std::string_view maker) {
            return alias.find(maker) != std::string_view::npos;
        });
    };
    return std::ranges::any_of(port.aliases, names_one);
}

// Bluetooth's, or the debug connector of a Raspberry Pi 5.
bool is_for_others(const MachineView& view, const FoundSerialPort& port) {
    return has_alias(port, "/dev/serial1") || (is_raspberry_pi_5(view) && port.device == "/dev/ttyAMA10") ||
           std::ranges::find_if(view.gpsd.configured, [&](const std::string& path) {
               return view.gpsd.state == GpsdState::kMute && find_port(view, path) == &port;
           }) != view.gpsd.configured.end();
}

/// How likely a receiver is at a port by what it is; 0: not at all.
int likelihood(const MachineView& view, const FoundSerialPort& port) {
    if (is_for_others(view, port)) {
        return 0;
    }
    if (std::ranges::find(view.pps_devices, port.device, &FoundPpsDevice::source) != view.pps_devices.end()) {
        return 5;
    }
    if (is_of_a_maker_of_receivers(port)) {
        return 4;
    }
    if (is_header_port(view, port)) {
        return 3;
    }
    if (port.usb) {
        return 2;
    }
    // Who has pulses has a receiver.
    return view.pps_devices.empty() || view.raspberry_pi ? 0 : 1;
}

/// By what it is and by what is known of it.
int rank_of(const MachineView& view, const FoundSerialPort& port) {
    const int base = likelihood(view, port);
    if (base == 0) {
        return 0;
    }
    const bool blocked = port.kernel_console || port.login;
    return base + (blocked ? 0 : 10) + (port.baud ? 20 : 0);
}

// Names by maker stay when a USB receiver moves to another socket.
std::string lasting_name(const FoundSerialPort& port) {
    const auto by_maker = std::ranges::find_if(
        port.aliases, [](std::string_view alias) { return alias.starts_with("/dev/serial/by-id/"); });
    return port.usb && by_maker != port.aliases.end() ? *by_maker : port.device;
}

std::vector<ProposedSource> from_serial_port(const MachineView& view) {
    const std::vector<std::string> ports = receiver_ports(view);
    if (ports.empty()) {
        return {};
    }
    const FoundSerialPort& port = *find_port(view, ports.front());
    const std::string device = lasting_name(port);
    const std::string baud = std::to_string(port.baud.value_or(kUsualBaud));
    return {
        {"nmea", "gps", device, true, false, port.baud.has_value(), {{"device", in_quotes(device)}, {"baud", baud}}}};
}

std::vector<ProposedSource> of_seconds(const MachineView& view) {
    for (const auto& from : {from_gpsd, from_shared_memory, from_serial_port}) {
        if (std::vector<ProposedSource> found = from(view); !found.empty()) {
            return found;
        }
    }
    return {};
}

ProposedSource kernel_source(const std::string& device, bool first, bool heard) {
    return {"pps-kernel",
            first ? "pps" : device.substr(device.rfind('/') + 1),
            device,
            false,
            true,
            heard,
            {{"device", in_quotes(device)}}};
}

// All that pulse; where none does, the one that should.
std::vector<ProposedSource> from_kernel(const MachineView& view) {
    std::vector<ProposedSource> found;
    for (const FoundPpsDevice& device : view.pps_devices) {
        if (device.pulses == Activity::kActive) {
            found.push_back(kernel_source(device.device, found.empty(), true));
        }
    }
    if (found.empty() && !view.pps_devices.empty()) {
        found.push_back(kernel_source(view.pps_devices.front().device, true, false));
    }
    // What config.txt asks for is there after the next start.
    if (found.empty() && view.raspberry_pi && view.raspberry_pi->pulse_line) {
        found.push_back(kernel_source("/dev/pps0", true, false));
    }
    return found;
}

std::vector<ProposedSource> from_line(const MachineView& view) {
    const std::string name = expected_pulse_line(view);
    const FoundLine found = find_line(view, name);
    if (found.chip == nullptr || found.line.used) {
        return {};
    }
    const std::string line = found.line.name.empty() ? std::to_string(found.line.number) : found.line.name;
    const std::string chip = found.chip->label.empty() ? found.chip->device : found.chip->label;
    return {{"pps-gpio", "pps", name, false, true, false, {{"chip", in_quotes(chip)}, {"line", in_quotes(line)}}}};
}

std::vector<ProposedSource> of_pulses(const MachineView& view) {
    std::vector<ProposedSource> found = from_kernel(view);
    return found.empty() ? from_line(view) : found;
}

bool is_header_chip(const GpioChip& chip) {
    return chip.label.starts_with("pinctrl-bcm2") || chip.label.starts_with("pinctrl-rp1");
}

template <typename Is>
const ProposedSource* first(const Proposal& proposal, Is is) {
    const auto found = std::ranges::find_if(proposal.sources, is);
    return found == proposal.sources.end() ? nullptr : &*found;
}

}  // namespace

const ProposedSource* source_of_seconds(const Proposal& proposal) {
    return first(proposal, &ProposedSource::names_seconds);
}

const ProposedSource* source_of_pulses(const Proposal& proposal) {
    return first(proposal, &ProposedSource::has_pulses);
}

std::string expected_pulse_line(const MachineView& view) {
    if (!view.raspberry_pi) {
        return "PPS";
    }
    const std::optional<unsigned> number = view.raspberry_pi->pulse_line;
    return number ? "GPIO" + std::to_string(*number) : std::string(kUsualPulseLine);
}

FoundLine find_line(const MachineView& view, const std::string& name) {
    for (const GpioChip& chip : view.gpio_chips) {
        const auto line = std::ranges::find(chip.lines, name, &FoundGpioLine::name);
        if (line != chip.lines.end()) {
            return {&chip, *line};
        }
    }
    // Older kernels for the Raspberry Pi name no lines.
    const std::string_view digits = std::string_view(name).substr(std::min<std::size_t>(name.size(), 4));
    FoundGpioLine line;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), line.number);
    const auto chip = std::ranges::find_if(view.gpio_chips, is_header_chip);
    if (error != std::errc{} || !name.starts_with("GPIO") || chip == view.gpio_chips.end() ||
        line.number >= chip->line_count) {
        return {};
    }
    const auto listed = std::ranges::find(chip->lines, line.number, &FoundGpioLine::number);
    return {&*chip, listed == chip->lines.end() ? line : *listed};
}

std::vector<std::string> receiver_ports(const MachineView& view) {
    std::vector<const FoundSerialPort*> ports;
    for (const FoundSerialPort& port : view.serial_ports) {
        if (likelihood(view, port) > 0) {
            ports.push_back(&port);
        }
    }
    std::ranges::stable_sort(ports, std::greater<>{},
                             [&](const FoundSerialPort* port) { return rank_of(view, *port); });
    std::vector<std::string> devices;
    devices.reserve(ports.size());
    for (const FoundSerialPort* port : ports) {
        devices.push_back(port->device);
    }
    return devices;
}

bool is_header_port(const MachineView& view, const FoundSerialPort& port) {
    if (!view.raspberry_pi || port.usb || has_alias(port, "/dev/serial1")) {
        return false;
    }
    if (is_raspberry_pi_5(view)) {
        return port.device == "/dev/ttyAMA0";
    }
    const bool is_told = std::ranges::any_of(
        view.serial_ports, [](const FoundSerialPort& other) { return has_alias(other, "/dev/serial0"); });
    return has_alias(port, "/dev/serial0") ||
           (!is_told && (port.device == "/dev/ttyAMA0" || port.device == "/dev/ttyS0"));
}

Proposal propose(const MachineView& view) {
    const bool is_steered =
        std::ranges::any_of(view.time_services, [](const TimeService& service) { return service.name != "tokimorid"; });
    Proposal proposal{of_seconds(view), view.has_ipv6, is_steered};
    if (proposal.sources.empty() || source_of_pulses(proposal) != nullptr) {
        return proposal;
    }
    std::vector<ProposedSource> pulses = of_pulses(view);
    if (!pulses.empty()) {
        pulses.front().keys.push_back({"prefer", "true"});
    }
    proposal.sources.insert(proposal.sources.end(), pulses.begin(), pulses.end());
    return proposal;
}

std::string toml_of(const Proposal& proposal, Language language) {
    if (proposal.sources.empty()) {
        return {};
    }
    std::string text = say(language, "# Proposed by tokictl probe.\n", "# tokictl probe による提案です。\n");
    text += fmt::format("[server]\nlisten = [\"0.0.0.0:123\"{}]\n", proposal.has_ipv6 ? ", \"[::]:123\"" : "");
    const std::string why = proposal.leaves_clock
                                ? say(language, "another program steers the clock of this machine",
                                      "このマシンの時計は他のプログラムが合わせています")
                                : say(language, "the clock of this machine follows", "このマシンの時計も合わせます");
    text += fmt::format("[clock]\nsystem_clock = \"{}\"  # {}\n", proposal.leaves_clock ? "leave" : "follow", why);
    for (const ProposedSource& source : proposal.sources) {
        const std::string purpose = !source.has_pulses      ? say(language, "which second it is", "何秒かを知る")
                                    : !source.names_seconds ? say(language, "when it begins", "秒の始まりを知る")
                                                            : say(language, "both", "両方を知る");
        text += fmt::format("[[refclock]]\ndriver = {}  # {}\nname = {}\n", in_quotes(source.driver), purpose,
                            in_quotes(source.name));
        for (const ProposedSource::Key& key : source.keys) {
            text += fmt::format("{} = {}\n", key.name, key.value);
        }
    }
    return text;
}

}  // namespace tokimori
