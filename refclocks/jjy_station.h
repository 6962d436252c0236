#pragma once

#include <cstdint>
#include <optional>

#include "leap/instant.h"

namespace tokimori {

/// Which station a receiver hears: that is a matter of its crystal, both send the same.
enum class JjyStation : std::uint8_t { kAuto, kOtakadoya40, kHagane60 };

/// Where the antenna is, in degrees; north and east are positive.
struct JjySite {
    double latitude = 0;   ///< −90 … 90
    double longitude = 0;  ///< −180 … 180
};

/// How long the wave travels, and how far the truth may be from that.
struct JjyTravel {
    Duration time{};
    Duration uncertainty{};
};

/// Along the great circle at the speed of light. Where the station is not known: between both; where the site is not
/// known: somewhere in Japan.
JjyTravel jjy_travel(JjyStation station, const std::optional<JjySite>& site);

}  // namespace tokimori
