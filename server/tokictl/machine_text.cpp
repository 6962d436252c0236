#include "server/tokictl/machine_text.h"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>

namespace tokimori {
namespace {

constexpr unsigned kFirstSharedMemoryKey = 0x4E545030;  // "NTP0"
constexpr unsigned kUnits = 8;
constexpr unsigned kUsualPulseLine = 18;  // of the overlay, where nothing else is said

std::vector<std::string_view> split(std::string_view text, std::string_view separators) {
    std::vector<std::string_view> parts;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find_first_of(separators), text.size());
        if (end > 0) {
            parts.push_back(text.substr(0, end));
        }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return parts;
}

/// With empty fields, as tables with colons have them.
std::vector<std::string_view> fields(std::string_view line) {
    std::vector<std::string_view> parts;
    for (std::size_t begin = 0; begin <= line.size();) {
        const std::size_t end = std::min(line.find(':', begin), line.size());
        parts.push_back(line.substr(begin, end - begin));
        begin = end + 1;
    }
    return parts;
}

template <typename Number>
std::optional<Number> number(std::string_view text, int base = 10) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    return error == std::errc{} && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

bool is_member(std::string_view members, std::string_view name) {
    const std::vector<std::string_view> all = split(members, ",");
    return std::ranges::find(all, name) != all.end();
}

std::string text_at(const boost::json::object& object, std::string_view key) {
    const boost::json::value* const value = object.if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

// "activated" is a time, or 0 where the device is gone; a device that nobody watches has none.
bool is_active(const boost::json::object& device) {
    const boost::json::value* const activated = device.if_contains("activated");
    return activated != nullptr && !(activated->is_number() && activated->to_number<double>() == 0.0);
}

void take_devices(const boost::json::object& report, Gpsd& gpsd) {
    const boost::json::value* const list = report.if_contains("devices");
    for (const boost::json::value& entry :
         list != nullptr && list->is_array() ? list->get_array() : boost::json::array()) {
        const boost::json::object* const device = entry.if_object();
        if (device != nullptr && !text_at(*device, "path").empty()) {
            gpsd.devices.push_back({text_at(*device, "path"), text_at(*device, "driver"), is_active(*device)});
        }
    }
}

}  // namespace

std::optional<ProcessText> process_of(std::string_view stat) {
    const std::size_t open = stat.find('(');
    const std::size_t close = stat.rfind(')');
    if (open == std::string_view::npos || close == std::string_view::npos || close < open) {
        return std::nullopt;
    }
    const std::optional<int> id = number<int>(stat.substr(0, stat.find(' ')));
    const std::vector<std::string_view> rest = split(stat.substr(close + 1), " ");
    if (!id || rest.size() < 5) {
        return std::nullopt;
    }
    const int terminal = number<int>(rest[4]).value_or(0);
    return ProcessText{*id, std::string(stat.substr(open + 1, close - open - 1)), static_cast<unsigned>(terminal)};
}

unsigned device_number(std::string_view major_and_minor) {
    const std::size_t colon = std::min(major_and_minor.find(':'), major_and_minor.size());
    const auto major = number<unsigned>(major_and_minor.substr(0, colon));
    const auto minor = number<unsigned>(major_and_minor.substr(std::min(colon + 1, major_and_minor.size())));
    return major && minor ? (*minor & 0xFFU) | *major << 8U | (*minor & ~0xFFU) << 12U : 0;
}

std::string service_of(std::string_view cgroup) {
    constexpr std::string_view kSuffix = ".service";
    for (const std::string_view part : split(cgroup, "/\n")) {
        if (part.ends_with(kSuffix)) {
            return std::string(part.substr(0, part.size() - kSuffix.size()));
        }
    }
    return {};
}

bool has_local_port(std::string_view table, unsigned port, std::string_view state) {
    for (const std::string_view line : split(table, "\n")) {
        const std::vector<std::string_view> columns = split(line, " ");
        if (columns.size() < 4 || (!state.empty() && columns[3] != state)) {
            continue;
        }
        if (number<unsigned>(columns[1].substr(columns[1].find(':') + 1), 16) == port) {
            return true;
        }
    }
    return false;
}

std::vector<std::string> consoles_of(std::string_view command_line) {
    constexpr std::string_view kConsole = "console=";
    std::vector<std::string> consoles;
    for (const std::string_view word : split(command_line, " \n")) {
        if (word.starts_with(kConsole)) {
            const std::string_view value = word.substr(kConsole.size());
            consoles.emplace_back(value.substr(0, value.find(',')));
        }
    }
    return consoles;
}

std::optional<unsigned> pulse_line_of(std::string_view config) {
    constexpr std::string_view kPin = "gpiopin=";
    for (const std::string_view line : split(config, "\r\n")) {
        const std::vector<std::string_view> parts = split(line.substr(0, line.find('#')), " \t,");
        if (parts.empty() || parts.front() != "dtoverlay=pps-gpio") {
            continue;
        }
        const auto pin = std::ranges::find_if(parts, [&](std::string_view part) { return part.starts_with(kPin); });
        return pin == parts.end() ? kUsualPulseLine
                                  : number<unsigned>(pin->substr(kPin.size())).value_or(kUsualPulseLine);
    }
    return std::nullopt;
}

std::vector<std::string> gpsd_devices_of(std::string_view defaults) {
    constexpr std::string_view kDevices = "DEVICES=";
    std::vector<std::string> devices;
    for (const std::string_view line : split(defaults, "\n")) {
        if (line.starts_with(kDevices)) {
            const std::vector<std::string_view> words = split(line.substr(kDevices.size()), " \t\"'");
            devices.assign(words.begin(), words.end());
        }
    }
    return devices;
}

std::optional<User> user_of(std::string_view passwd, std::string_view group, std::string_view name) {
    std::optional<User> user;
    for (const std::string_view line : split(passwd, "\n")) {
        const std::vector<std::string_view> columns = fields(line);
        if (columns.size() > 3 && columns[0] == name && number<unsigned>(columns[2])) {
            user = User{std::string(name), *number<unsigned>(columns[2]), {number<unsigned>(columns[3]).value_or(0)}};
        }
    }
    for (const std::string_view line : split(group, "\n")) {
        const std::vector<std::string_view> columns = fields(line);
        if (user && columns.size() > 3 && is_member(columns[3], name) && number<unsigned>(columns[2])) {
            user->groups.push_back(*number<unsigned>(columns[2]));
        }
    }
    return user;
}

std::string name_of(std::string_view table, unsigned id) {
    for (const std::string_view line : split(table, "\n")) {
        const std::vector<std::string_view> columns = fields(line);
        if (columns.size() > 2 && number<unsigned>(columns[2]) == id) {
            return std::string(columns[0]);
        }
    }
    return std::to_string(id);
}

std::vector<SharedMemoryUnit> shared_memory_of(std::string_view table) {
    std::vector<SharedMemoryUnit> units;
    for (const std::string_view line : split(table, "\n")) {
        const std::vector<std::string_view> columns = split(line, " ");
        const auto key = columns.size() > 8 ? number<int>(columns[0]) : std::nullopt;
        const unsigned unit = static_cast<unsigned>(key.value_or(0)) - kFirstSharedMemoryKey;
        if (key && unit < kUnits) {
            units.push_back({static_cast<int>(unit),
                             {number<unsigned>(columns[7]).value_or(0),
                              number<unsigned>(columns[8]).value_or(0),
                              number<unsigned>(columns[2], 8).value_or(0) & 0777U,
                              {}}});
        }
    }
    std::ranges::sort(units, {}, &SharedMemoryUnit::unit);
    return units;
}

Gpsd gpsd_of(std::string_view lines) {
    Gpsd gpsd;
    gpsd.state = GpsdState::kMute;
    for (const std::string_view line : split(lines, "\r\n")) {
        boost::json::error_code error;
        const boost::json::value value = boost::json::parse(line, error);
        const boost::json::object* const report = error ? nullptr : value.if_object();
        const std::string kind = report != nullptr ? text_at(*report, "class") : std::string();
        if (kind == "VERSION") {
            gpsd.release = text_at(*report, "release");
        } else if (kind == "DEVICES") {
            gpsd.state = GpsdState::kAnswers;
            gpsd.devices.clear();
            take_devices(*report, gpsd);
        }
    }
    return gpsd;
}

}  // namespace tokimori
