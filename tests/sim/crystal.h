#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <vector>

namespace tokimori::sim {

/// A warming or cooling that is over: the rate moves by `ppm` between `from` and `to`, evenly.
struct RateRamp {
    double from = 0;  ///< seconds
    double to = 0;
    double ppm = 0;
};

/// What a crystal does: how fast the counter runs against TAI.
struct Oscillator {
    double offset_ppm = 0;
    double drift_ppm_per_day = 0;
    double daily_cycle_ppm = 0;       ///< amplitude of the temperature's day: 0.3 ppm per degree and 2 degrees are 0.6
    double walk_per_root_second = 0;  ///< random-walk frequency noise, s/s per √s
    std::map<int, double> shocks_ppm = {};  ///< from this second on, so much more
    double white_frequency = 0;             ///< white frequency noise, s/s in each second
    double cycle_phase = 0;                 ///< where in its day the temperature begins: 0 … 1
    std::vector<RateRamp> ramps = {};
};

/// The crystal at work. Deterministic: the same seed gives the same seconds.
class Crystal {
public:
    Crystal(Oscillator oscillator, std::uint64_t seed);

    /// Counter seconds per second − 1, in second number `second`. To be asked for one second after the other.
    double rate_in(int second);

    /// The part of it that is no noise.
    double known_rate_in(int second) const;

private:
    Oscillator oscillator_;
    std::mt19937_64 random_;
    double walk_ = 0;
};

}  // namespace tokimori::sim
