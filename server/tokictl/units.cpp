#include "server/tokictl/units.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

namespace tokimori {
namespace {

constexpr const char* kUnknown = "-";
constexpr double kNanosecondsPerSecond = 1e9;

struct Unit {
    double size;  // in nanoseconds
    const char* name;
};
constexpr std::array kUnits{Unit{1, "ns"}, Unit{1e3, "us"}, Unit{1e6, "ms"}};
// Four digits, and not the half that would be rounded up to a fifth.
constexpr double kMost = 9999.5;

}  // namespace

std::string short_span(std::optional<std::int64_t> nanoseconds, bool plus) {
    if (!nanoseconds) {
        return kUnknown;
    }
    const auto value = static_cast<double>(*nanoseconds);
    for (const Unit& unit : kUnits) {
        if (std::abs(value) < kMost * unit.size) {
            return plus ? fmt::format("{:+.0f}{}", value / unit.size, unit.name)
                        : fmt::format("{:.0f}{}", value / unit.size, unit.name);
        }
    }
    return plus ? fmt::format("{:+.1f}s", value / kNanosecondsPerSecond)
                : fmt::format("{:.1f}s", value / kNanosecondsPerSecond);
}

std::string full_seconds(std::optional<std::int64_t> nanoseconds) {
    if (!nanoseconds) {
        return kUnknown;
    }
    constexpr std::uint64_t kBillion = 1'000'000'000;
    const bool negative = *nanoseconds < 0;
    const auto bits = static_cast<std::uint64_t>(*nanoseconds);
    const std::uint64_t magnitude = negative ? 0 - bits : bits;
    return fmt::format("{}{}.{:09}", negative ? "-" : "", magnitude / kBillion, magnitude % kBillion);
}

std::string age(std::optional<std::int64_t> nanoseconds, bool fine) {
    if (!nanoseconds) {
        return kUnknown;
    }
    const double seconds = static_cast<double>(*nanoseconds) / kNanosecondsPerSecond;
    if (fine && seconds < 100) {
        return fmt::format("{:.1f}", seconds);
    }
    if (seconds < 1024) {
        return fmt::format("{:.0f}", std::floor(seconds));
    }
    if (seconds < 100 * 60.0) {
        return fmt::format("{:.0f}m", std::floor(seconds / 60));
    }
    return seconds < 100 * 3600.0 ? fmt::format("{:.0f}h", std::floor(seconds / 3600))
                                  : fmt::format("{:.0f}d", std::floor(seconds / 86400));
}

std::string decimal(std::optional<double> value, int decimals, bool plus) {
    if (!value) {
        return kUnknown;
    }
    return plus ? fmt::format("{:+.{}f}", *value, decimals) : fmt::format("{:.{}f}", *value, decimals);
}

std::string count(std::optional<std::int64_t> value) {
    return value ? fmt::format("{}", *value) : kUnknown;
}

}  // namespace tokimori
