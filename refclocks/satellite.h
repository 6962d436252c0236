#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tokimori {

/// The satellite systems, by the numbers that UBX and gpsd give them.
enum class SatelliteSystem : std::uint8_t {
    kGps = 0,
    kSbas = 1,
    kGalileo = 2,
    kBeidou = 3,
    kImes = 4,
    kQzss = 5,
    kGlonass = 6,
    kNavic = 7,
    kUnknown = 255,
};

/// "gps", "galileo", …: stable words for programs that ask.
constexpr std::string_view satellite_system_code(SatelliteSystem system) {
    constexpr std::array<std::string_view, 8> kCodes{"gps",  "sbas", "galileo", "beidou",
                                                     "imes", "qzss", "glonass", "navic"};
    const auto number = static_cast<std::size_t>(system);
    return number < kCodes.size() ? kCodes[number] : "unknown";
}

/// One satellite as a receiver sees it. What the receiver does not tell is absent.
struct Satellite {
    SatelliteSystem system = SatelliteSystem::kUnknown;
    std::uint16_t number = 0;  ///< within its system; where that is unknown, the number that NMEA gives it
    std::optional<std::int16_t> azimuth = std::nullopt;    ///< degrees from north, 0 … 359
    std::optional<std::int16_t> elevation = std::nullopt;  ///< degrees, −90 … 90
    std::optional<std::int16_t> signal = std::nullopt;     ///< carrier to noise, dBHz, 0 … 99; its strongest signal
    bool used = false;

    friend bool operator==(const Satellite&, const Satellite&) = default;
};

}  // namespace tokimori
