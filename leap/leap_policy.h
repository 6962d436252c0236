#pragma once

#include <chrono>
#include <cstdint>

#include "leap/instant.h"

namespace tokimori {

/// How clients get over a leap second.
enum class LeapMode : std::uint8_t {
    kInsert,  ///< at once, as UTC does it, announced by the leap indicator
    kSmear,   ///< spread evenly over the last minutes before it, and not announced
};

/// What the operator decides about leap seconds. Values beyond the limits below are held within them.
struct LeapPolicy {
    LeapMode mode = LeapMode::kInsert;
    Duration lead = std::chrono::hours{24};  ///< `kInsert`: how long before the leap second LI announces it
    std::chrono::minutes smear{120};         ///< `kSmear`: SI minutes, up to the end of the leap second
    bool mark_refid = true;                  ///< `kSmear`: replies carry the refid 254.x.y.z meanwhile, as ntpd's do
    bool smear_host = false;                 ///< `kSmear`: so does the clock of this host; else it stays UTC

    friend bool operator==(const LeapPolicy&, const LeapPolicy&) = default;
};

inline constexpr Duration kShortestLead = std::chrono::hours{1};
inline constexpr Duration kLongestLead = std::chrono::hours{24};
/// 277.8 ppm: NTP clients follow 500 at most, and need some of it for their own crystal.
inline constexpr std::chrono::minutes kShortestSmear{60};
/// 41.7 ppm. More would begin in the night before a morning leap second in Japan; other servers end here, too.
inline constexpr std::chrono::minutes kLongestSmear{400};

}  // namespace tokimori
