#include "web/host_clock.h"

#include <fstream>

namespace tokimori::web {

Instant counter_now() {
    return std::chrono::steady_clock::now();
}

std::int64_t host_unix_seconds() {
    const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::seconds>(since_1970).count();
}

std::optional<double> host_temperature() {
    constexpr double kMilli = 1e-3;
    std::ifstream file{"/sys/class/thermal/thermal_zone0/temp"};
    long value = 0;
    return file >> value ? std::optional{static_cast<double>(value) * kMilli} : std::nullopt;
}

}  // namespace tokimori::web
