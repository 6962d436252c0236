#pragma once

#include <cstdint>

namespace boost::json {
class object;
}

namespace tokimori {

/// What `tokictl waitsync` waits for; the meanings are chronyc's.
struct WaitLimits {
    std::int64_t tries = 0;  ///< 0: for ever
    double correction = 0;   ///< the most that may still be slewed, in seconds; 0: any
    double skew = 0;         ///< how well the frequency must be known, in ppm; 0: any
    double interval = 10;    ///< seconds between two tries
};

/// True if a reply to "tracking" says that the clock is synchronised, within these limits. Holdover is not enough.
bool is_within(const boost::json::object& reply, const WaitLimits& limits);

}  // namespace tokimori
