#include "server/tokictl/probe_findings.h"

#include <algorithm>
#include <functional>

namespace tokimori {
namespace {

/// What is judged, and what was found so far.
struct Judge {
    const MachineView& view;
    const Proposal& proposal;
    std::vector<Finding> found{};

    void add(FindingKind kind, Severity severity, std::string subject = {}, std::string detail = {}) {
        found.push_back({kind, severity, std::move(subject), std::move(detail)});
    }

    bool proposes(std::string_view driver) const {
        return std::ranges::find(proposal.sources, driver, &ProposedSource::driver) != proposal.sources.end();
    }

    /// The source that names seconds is the one without which there is nothing; any other only limits.
    Severity without(const ProposedSource& source) const {
        return &source == source_of_seconds(proposal) ? Severity::kProblem : Severity::kWarning;
    }
};

std::string short_name(std::string_view device) {
    return std::string(device.substr(device.rfind('/') + 1));
}

bool is_among(const MachineView& view, const std::vector<std::string>& devices, const FoundSerialPort& port) {
    return std::ranges::any_of(devices, [&](const std::string& device) { return find_port(view, device) == &port; });
}

bool is_proposed(const Judge& judge, const FoundSerialPort& port) {
    return std::ranges::any_of(judge.proposal.sources, [&](const ProposedSource& source) {
        return source.driver == "nmea" && find_port(judge.view, source.device) == &port;
    });
}

bool is_of_gpsd(const MachineView& view, const FoundSerialPort& port) {
    std::vector<std::string> devices = view.gpsd.configured;
    for (const GpsdDevice& device : view.gpsd.devices) {
        devices.push_back(device.path);
    }
    return view.gpsd.state != GpsdState::kAbsent && is_among(view, devices, port);
}

// Where the receiver should be it is a matter; elsewhere it is none.
Severity weight_of(const Judge& judge, const FoundSerialPort& port) {
    if (is_proposed(judge, port)) {
        return Severity::kProblem;
    }
    return is_of_gpsd(judge.view, port) ? Severity::kWarning : Severity::kNote;
}

void judge_serial_ports(Judge& judge) {
    for (const FoundSerialPort& port : judge.view.serial_ports) {
        if (port.kernel_console) {
            judge.add(FindingKind::kSerialConsole, weight_of(judge, port), port.device, short_name(port.device));
        }
        if (port.login) {
            judge.add(FindingKind::kSerialLogin, weight_of(judge, port), port.device, short_name(port.device));
        }
    }
}

void judge_gpsd(Judge& judge) {
    const Gpsd& gpsd = judge.view.gpsd;
    const bool used = judge.proposes("gpsd");
    const auto port = std::ranges::find_if(judge.proposal.sources,
                                           [](const ProposedSource& source) { return source.driver == "nmea"; });
    if (gpsd.state == GpsdState::kOff && port != judge.proposal.sources.end()) {
        judge.add(FindingKind::kGpsdOff, Severity::kNote);
    } else if (gpsd.state == GpsdState::kMute) {
        judge.add(FindingKind::kGpsdMute, Severity::kWarning, std::to_string(gpsd.port));
    } else if (gpsd.state == GpsdState::kAnswers && !used) {
        judge.add(FindingKind::kGpsdWithoutReceiver, Severity::kWarning,
                  port == judge.proposal.sources.end() ? "/dev/ttyAMA0" : port->device);
    }
}

void judge_seconds(Judge& judge) {
    const ProposedSource* const source = source_of_seconds(judge.proposal);
    const bool header_is_off =
        judge.view.raspberry_pi && std::ranges::none_of(judge.view.serial_ports, [&](const FoundSerialPort& port) {
            return is_header_port(judge.view, port);
        });
    if (source == nullptr && header_is_off) {
        const bool is_fifth = judge.view.raspberry_pi->model.starts_with("Raspberry Pi 5");
        judge.add(FindingKind::kHeaderPortOff, Severity::kProblem, is_fifth ? "dtparam=uart0=on" : "enable_uart=1");
    } else if (source == nullptr) {
        judge.add(FindingKind::kNothingToHear, Severity::kProblem);
    } else if (!source->heard && source->driver == "nmea") {
        const bool listened = find_port(judge.view, source->device)->listened;
        judge.add(listened ? FindingKind::kReceiverSilent : FindingKind::kReceiverNotTried,
                  listened ? Severity::kProblem : Severity::kWarning, source->device);
    } else if (!source->heard && source->driver == "gpsd" && judge.view.gpsd.state == GpsdState::kAnswers) {
        judge.add(FindingKind::kGpsdReceiverSilent, Severity::kWarning, source->device);
    }
}

void judge_pulse_line(Judge& judge) {
    const std::string name = expected_pulse_line(judge.view);
    const FoundLine expected = find_line(judge.view, name);
    if (expected.chip != nullptr && expected.line.used) {
        judge.add(FindingKind::kLineHeld, Severity::kWarning, name, expected.line.consumer);
    }
}

void judge_pulses(Judge& judge) {
    const ProposedSource* const source = source_of_pulses(judge.proposal);
    const auto& pi = judge.view.raspberry_pi;
    if (source_of_seconds(judge.proposal) == nullptr) {
        return;
    }
    if (source == nullptr) {
        judge.add(FindingKind::kNoPulseDevice, Severity::kWarning);
        judge_pulse_line(judge);
    } else if (source->driver == "pps-gpio" && pi && pi->configuration_known) {
        judge.add(FindingKind::kNoOverlay, Severity::kWarning, source->device, source->device.substr(4));
    } else if (source->driver == "pps-kernel" && judge.view.pps_devices.empty()) {
        judge.add(FindingKind::kOverlayWithoutDevice, Severity::kWarning);
    } else if (source->driver == "pps-kernel" && !source->heard) {
        judge.add(FindingKind::kNoPulses, Severity::kWarning, source->device);
    }
}

/// What a source opens, and how udev calls its kind.
struct Opened {
    const Access* access = nullptr;
    std::string device;
    std::string rule;
    bool also_written = false;
};

Opened opened_by(const MachineView& view, const ProposedSource& source) {
    if (source.driver == "pps-kernel") {
        const auto device = std::ranges::find(view.pps_devices, source.device, &FoundPpsDevice::device);
        return device == view.pps_devices.end() ? Opened{}
                                                : Opened{&device->access, source.device, "SUBSYSTEM==\"pps\""};
    }
    if (source.driver == "pps-gpio") {
        const GpioChip* const chip = find_line(view, source.device).chip;
        return chip == nullptr ? Opened{} : Opened{&chip->access, chip->device, "SUBSYSTEM==\"gpio\"", true};
    }
    const FoundSerialPort* const port = source.driver == "nmea" ? find_port(view, source.device) : nullptr;
    // Who logs in there has it for himself; that is told of, and ends with the login.
    if (port == nullptr || port->kernel_console || port->login) {
        return {};
    }
    return {&port->access, source.device, "KERNEL==\"" + short_name(port->device) + "\""};
}

void judge_access(Judge& judge) {
    const User& user = judge.view.user;
    for (const ProposedSource& source : judge.proposal.sources) {
        const Opened opened = opened_by(judge.view, source);
        if (opened.access == nullptr || may_use(user, *opened.access, opened.also_written)) {
            continue;
        }
        const unsigned of_group = opened.access->mode >> 3U & (opened.also_written ? 6U : 4U);
        if (of_group == (opened.also_written ? 6U : 4U) && opened.access->group != 0) {
            judge.add(FindingKind::kForbiddenToGroup, judge.without(source), opened.device,
                      opened.access->group_name + ' ' + user.name);
        } else {
            judge.add(FindingKind::kForbiddenToAll, judge.without(source), opened.device,
                      opened.rule + ", GROUP=\"dialout\", MODE=\"0660\"");
        }
    }
}

void judge_shared_memory(Judge& judge) {
    for (const SharedMemoryUnit& unit : judge.view.shared_memory) {
        if (unit.records == Activity::kUnknown && !judge.proposes("gpsd")) {
            judge.add(FindingKind::kSharedMemoryHidden, Severity::kNote, std::to_string(unit.unit));
        }
    }
}

void judge_time_services(Judge& judge) {
    bool ours = false;
    for (const TimeService& service : judge.view.time_services) {
        if (service.name == "tokimorid") {
            ours = true;
            judge.add(FindingKind::kAlreadyRunning, Severity::kNote, std::to_string(service.process));
        } else {
            judge.add(FindingKind::kTimeService, Severity::kWarning, service.name, service.unit);
        }
    }
    if (judge.view.ntp_port_taken && !ours) {
        judge.add(FindingKind::kNtpPortTaken, Severity::kProblem);
    }
    if (judge.view.ntp_port_privileged && judge.view.user.id != 0) {
        judge.add(FindingKind::kPrivilegedPort, Severity::kNote, judge.view.user.name);
    }
}

}  // namespace

std::vector<Finding> findings_of(const MachineView& view, const Proposal& proposal) {
    Judge judge{view, proposal};
    judge_seconds(judge);
    judge_serial_ports(judge);
    judge_gpsd(judge);
    judge_pulses(judge);
    judge_access(judge);
    judge_time_services(judge);
    judge_shared_memory(judge);
    std::ranges::stable_sort(judge.found, std::greater<>{}, &Finding::severity);
    return std::move(judge.found);
}

}  // namespace tokimori
