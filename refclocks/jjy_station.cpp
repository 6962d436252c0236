#include "refclocks/jjy_station.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numbers>

namespace tokimori {
namespace {

using namespace std::chrono_literals;

constexpr JjySite kOtakadoya{37.0 + 22.0 / 60.0, 140.0 + 51.0 / 60.0};
constexpr JjySite kHagane{33.0 + 28.0 / 60.0, 130.0 + 11.0 / 60.0};

constexpr double kEarthRadius = 6'371'000.0;
constexpr double kLight = 299'792'458.0;
// By night the wave comes from the sky, too.
constexpr Duration kSkyWave = 500us;
constexpr JjyTravel kSomewhereInJapan{3ms, 3ms + kSkyWave};

double radians(double degrees) {
    return degrees * std::numbers::pi / 180.0;
}

Duration travel_between(const JjySite& a, const JjySite& b) {
    const double north = std::sin(radians(b.latitude - a.latitude) / 2);
    const double east = std::sin(radians(b.longitude - a.longitude) / 2);
    const double haversine =
        north * north + std::cos(radians(a.latitude)) * std::cos(radians(b.latitude)) * east * east;
    const double metres = 2 * kEarthRadius * std::asin(std::sqrt(std::min(haversine, 1.0)));
    return Duration{std::llround(metres / kLight * 1e9)};
}

}  // namespace

JjyTravel jjy_travel(JjyStation station, const std::optional<JjySite>& site) {
    if (!site) {
        return kSomewhereInJapan;
    }
    const Duration from_otakadoya = travel_between(kOtakadoya, *site);
    const Duration from_hagane = travel_between(kHagane, *site);
    switch (station) {
        case JjyStation::kOtakadoya40:
            return {from_otakadoya, kSkyWave};
        case JjyStation::kHagane60:
            return {from_hagane, kSkyWave};
        case JjyStation::kAuto:
            break;
    }
    const Duration half = std::chrono::abs(from_otakadoya - from_hagane) / 2;
    return {(from_otakadoya + from_hagane) / 2, half + kSkyWave};
}

}  // namespace tokimori
