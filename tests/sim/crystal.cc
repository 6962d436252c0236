#include "tests/sim/crystal.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

namespace tokimori::sim {

Crystal::Crystal(Oscillator oscillator, std::uint64_t seed) : oscillator_{std::move(oscillator)}, random_{seed} {}

double Crystal::rate_in(int second) {
    std::normal_distribution<double> normal{0.0, 1.0};
    walk_ += oscillator_.walk_per_root_second * normal(random_);
    const double white = oscillator_.white_frequency * normal(random_);
    return known_rate_in(second) + walk_ + white;
}

double Crystal::known_rate_in(int second) const {
    const double days = second / 86400.0;
    double ppm = oscillator_.offset_ppm + oscillator_.drift_ppm_per_day * days +
                 oscillator_.daily_cycle_ppm * std::sin(2 * std::numbers::pi * (days + oscillator_.cycle_phase));
    for (const auto& [from, shock] : oscillator_.shocks_ppm) {
        ppm += second >= from ? shock : 0.0;
    }
    for (const RateRamp& ramp : oscillator_.ramps) {
        ppm += ramp.ppm * std::clamp((second - ramp.from) / (ramp.to - ramp.from), 0.0, 1.0);
    }
    return ppm * 1e-6;
}

}  // namespace tokimori::sim
