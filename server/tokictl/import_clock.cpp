#include "server/tokictl/import_clock.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "server/tokictl/import_report.h"
#include "server/tokictl/import_server.h"

namespace tokimori {
namespace {

constexpr int kLargestUnit = 255;
// What names and paths of Unix sockets have room for.
constexpr std::size_t kLongestName = 64;
constexpr std::size_t kLongestSocket = 107;
constexpr std::size_t kLongestDevice = 255;

ImportedClock clock_of(std::string_view driver, std::string_view name, std::string_view rest) {
    return {std::string{name},
            fmt::format("\n[[refclock]]\ndriver = \"{}\"\nname = {}\n{}", driver, toml_quoted(name), rest)};
}

std::optional<int> unit_in(std::string_view text) {
    const auto unit = integer_in(text);
    return unit && *unit >= 0 && *unit <= kLargestUnit ? unit : std::nullopt;
}

// The end of a path tells the most.
std::string_view name_of(std::string_view path) {
    return path.substr(path.size() - std::min(path.size(), kLongestName));
}

}  // namespace

ImportedClock ntpd_clock(std::string_view type, std::string_view text) {
    const auto unit = unit_in(text);
    if (!unit) {
        return {};
    }
    if (type == "20") {
        return clock_of("nmea", fmt::format("nmea{}", *unit), fmt::format("device = \"/dev/gps{}\"\n", *unit));
    }
    if (type == "22") {
        return clock_of("pps-kernel", fmt::format("pps{}", *unit), fmt::format("device = \"/dev/pps{}\"\n", *unit));
    }
    if (type == "28") {
        return clock_of("shm", fmt::format("shm{}", *unit), fmt::format("unit = {}\n", *unit));
    }
    return type == "46" ? clock_of("gpsd", fmt::format("gpsd{}", *unit), "") : ImportedClock{};
}

std::string_view ntpsec_clock_type(std::string_view name) {
    return name == "local"  ? "1"
           : name == "nmea" ? "20"
           : name == "pps"  ? "22"
           : name == "shm"  ? "28"
           : name == "gpsd" ? "46"
                            : "";
}

ImportedClock chrony_clock(std::string_view driver, std::string_view device) {
    const auto unit = unit_in(device);
    if (driver == "SHM" && unit) {
        return clock_of("shm", fmt::format("shm{}", *unit), fmt::format("unit = {}\n", *unit));
    }
    if (driver == "PPS" && !device.empty() && device.size() <= kLongestDevice) {
        return clock_of("pps-kernel", name_of(device), fmt::format("device = {}\n", toml_quoted(device)));
    }
    if (driver == "SOCK" && !device.empty() && device.size() <= kLongestSocket) {
        return clock_of("sock", name_of(device), fmt::format("path = {}\n", toml_quoted(device)));
    }
    return {};
}

std::string local_clock(int stratum) {
    return clock_of("local", kLocalName, fmt::format("stratum = {}\n", stratum)).toml;
}

}  // namespace tokimori
