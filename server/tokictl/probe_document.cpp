#include <boost/json.hpp>
#include <ostream>

#include "server/tokictl/document.h"
#include "server/tokictl/probe_report.h"

namespace tokimori {
namespace {

using boost::json::array;
using boost::json::object;

constexpr int kVersion = 1;

std::string_view word_of(Activity activity) {
    switch (activity) {
        case Activity::kActive:
            return "active";
        case Activity::kSilent:
            return "silent";
        case Activity::kUnknown:
            break;
    }
    return "unknown";
}

std::string_view word_of(Severity severity) {
    switch (severity) {
        case Severity::kProblem:
            return "problem";
        case Severity::kWarning:
            return "warning";
        case Severity::kNote:
            break;
    }
    return "note";
}

std::string_view word_of(GpsdState state) {
    switch (state) {
        case GpsdState::kAnswers:
            return "answers";
        case GpsdState::kMute:
            return "mute";
        case GpsdState::kOnDemand:
            return "on-demand";
        case GpsdState::kOff:
            return "off";
        case GpsdState::kAbsent:
            break;
    }
    return "absent";
}

/// One JSON value for each element.
template <typename Elements, typename Convert>
array array_of(const Elements& elements, Convert convert) {
    array values;
    for (const auto& element : elements) {
        values.emplace_back(convert(element));
    }
    return values;
}

object chip_object(const GpioChip& chip, const User& user) {
    return {{"device", chip.device},
            {"usable", may_use(user, chip.access, true)},
            {"seen", chip.readable},
            {"label", chip.label},
            {"line_count", chip.line_count},
            {"lines", array_of(chip.lines, [](const FoundGpioLine& line) {
                 return object{
                     {"line", line.number}, {"name", line.name}, {"used", line.used}, {"consumer", line.consumer}};
             })}};
}

object pps_object(const FoundPpsDevice& device, const User& user) {
    return {{"device", device.device},
            {"usable", may_use(user, device.access)},
            {"source", device.source},
            {"pulses", word_of(device.pulses)}};
}

object port_object(const FoundSerialPort& port, const User& user) {
    return {{"device", port.device},
            {"aliases", array_of(port.aliases, [](const std::string& alias) { return alias; })},
            {"usable", may_use(user, port.access)},
            {"usb", port.usb},
            {"console", port.kernel_console},
            {"login", port.login},
            {"baud", port.baud ? boost::json::value(*port.baud) : boost::json::value()}};
}

object gpsd_object(const Gpsd& gpsd) {
    return {{"state", word_of(gpsd.state)},
            {"port", gpsd.port},
            {"release", gpsd.release},
            {"devices", array_of(gpsd.devices, [](const GpsdDevice& device) {
                 return object{{"path", device.path}, {"driver", device.driver}, {"active", device.active}};
             })}};
}

object machine_object(const MachineView& view) {
    const User& user = view.user;
    object machine{{"model", view.raspberry_pi ? view.raspberry_pi->model : std::string()}, {"user", user.name}};
    machine["gpio_chips"] = array_of(view.gpio_chips, [&](const GpioChip& chip) { return chip_object(chip, user); });
    machine["pps"] = array_of(view.pps_devices, [&](const FoundPpsDevice& device) { return pps_object(device, user); });
    machine["serial_ports"] =
        array_of(view.serial_ports, [&](const FoundSerialPort& port) { return port_object(port, user); });
    machine["shared_memory"] = array_of(view.shared_memory, [&](const SharedMemoryUnit& unit) {
        return object{{"unit", unit.unit}, {"usable", may_use(user, unit.access)}, {"records", word_of(unit.records)}};
    });
    machine["gpsd"] = gpsd_object(view.gpsd);
    machine["time_services"] = array_of(view.time_services, [](const TimeService& service) {
        return object{{"name", service.name}, {"process", service.process}, {"unit", service.unit}};
    });
    machine["ntp_port_taken"] = view.ntp_port_taken;
    return machine;
}

object source_object(const ProposedSource& source) {
    return {{"driver", source.driver},         {"name", source.name},
            {"device", source.device},         {"names_seconds", source.names_seconds},
            {"has_pulses", source.has_pulses}, {"heard", source.heard}};
}

}  // namespace

void print_probe_document(std::ostream& out, const ProbeResult& result, Language language) {
    object content{{"exit_code", static_cast<int>(exit_code_of(result))}, {"machine", machine_object(result.view)}};
    content["findings"] = array_of(result.findings, [language](const Finding& finding) {
        return object{{"id", id_of(finding)},
                      {"severity", word_of(finding.severity)},
                      {"subject", finding.subject},
                      {"sentence", sentence(finding, language)},
                      {"remedy", remedy(finding, language)}};
    });
    content["proposal"] = object{{"sources", array_of(result.proposal.sources, source_object)},
                                 {"toml", toml_of(result.proposal, language)}};
    print_document(out, "probe", kVersion, content);
}

}  // namespace tokimori
