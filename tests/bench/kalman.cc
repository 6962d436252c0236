#include "tests/bench/kalman.h"

namespace tokimori::bench {
namespace {

// Nothing is known of the frequency at first: 500 ppm.
constexpr double kWidest = 500e3 * 500e3;

double square(double value) {
    return value * value;
}

}  // namespace

Kalman::Kalman(const TraceKind& kind, bool knows_the_weather)
    : knows_the_weather_{knows_the_weather},
      walk_{square(1e9 * kind.crystal.walk_per_root_second)},
      white_{square(1e9 * kind.crystal.white_frequency)},
      measurement_{square(static_cast<double>(kind.jitter.count())) +
                   square(static_cast<double>(kind.quantum.count())) / 12.0} {}

void Kalman::predict() {
    p11_ += walk_;
    p00_ += 2 * p01_ + p11_ + white_;
    p01_ += p11_;
    phase_ += frequency_;
}

void Kalman::add(double counter_minus_tai, double known) {
    const double seen = counter_minus_tai - told(known);
    if (!begun_) {
        begun_ = true;
        phase_ = seen;
        p00_ = measurement_;
        p11_ = kWidest;
        return;
    }
    predict();
    const double innovation = seen - phase_;
    const double variance = p00_ + measurement_;
    const double gain_phase = p00_ / variance;
    const double gain_frequency = p01_ / variance;
    phase_ += gain_phase * innovation;
    frequency_ += gain_frequency * innovation;
    p11_ -= gain_frequency * p01_;
    p01_ *= 1 - gain_phase;
    p00_ *= 1 - gain_phase;
}

}  // namespace tokimori::bench
