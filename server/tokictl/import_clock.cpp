#include "server/tokictl/import_clock.h"

#include <fmt/format.h>

#include <algorithm>

#include "server/tokictl/import_server.h"

namespace tokimori {
namespace {

constexpr int kLargestStratum = 14;
constexpr int kChronyLocalStratum = 10;

std::string clock_of(std::string_view driver, std::string_view name, std::string_view rest) {
    return fmt::format("\n[[refclock]]\ndriver = \"{}\"\nname = {}\n{}", driver, toml_quoted(name), rest);
}

}  // namespace

std::string ntpd_clock(std::string_view type, std::string_view unit) {
    if (!integer_in(unit)) {
        return {};
    }
    if (type == "20") {
        return clock_of("nmea", fmt::format("nmea{}", unit), fmt::format("device = \"/dev/gps{}\"\n", unit));
    }
    if (type == "22") {
        return clock_of("pps-kernel", fmt::format("pps{}", unit), fmt::format("device = \"/dev/pps{}\"\n", unit));
    }
    if (type == "28") {
        return clock_of("shm", fmt::format("shm{}", unit), fmt::format("unit = {}\n", unit));
    }
    return type == "46" ? clock_of("gpsd", fmt::format("gpsd{}", unit), "") : std::string{};
}

std::string chrony_clock(std::string_view driver, std::string_view device) {
    if (driver == "PPS") {
        return clock_of("pps-kernel", device, fmt::format("device = {}\n", toml_quoted(device)));
    }
    if (driver == "SHM" && integer_in(device)) {
        return clock_of("shm", fmt::format("shm{}", device), fmt::format("unit = {}\n", device));
    }
    return driver == "SOCK" ? clock_of("sock", device, fmt::format("path = {}\n", toml_quoted(device))) : std::string{};
}

std::optional<int> ntpd_local_stratum(const std::vector<std::string_view>& words) {
    const bool is_local = words.size() == 4 && words[1].starts_with("127.127.1.") && words[2] == "stratum";
    return is_local ? integer_in(words[3]) : std::nullopt;
}

ImportedLocal chrony_local(const std::vector<std::string_view>& words) {
    ImportedLocal local{kChronyLocalStratum - 1, {}};
    for (std::size_t i = 1; i < words.size(); ++i) {
        const auto value = words[i] == "stratum" ? integer_behind(words, i) : std::nullopt;
        if (value) {
            local.stratum = *value - 1;
            ++i;
        } else {
            local.notes.push_back(fmt::format("{} has no counterpart", words[i]));
        }
    }
    return local;
}

std::string local_clock(int stratum) {
    return clock_of("local", "local", fmt::format("stratum = {}\n", std::clamp(stratum, 0, kLargestStratum)));
}

}  // namespace tokimori
