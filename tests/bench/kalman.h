#pragma once

#include "tests/bench/trace.h"

namespace tokimori::bench {

/// The best that anybody could do on a trace: a Kalman filter of phase and frequency that is told the noises of crystal
/// and pulses. In ns and ns per second.
class Kalman {
public:
    /// `knows_the_weather`: it is also told what the temperature does to the crystal, and sees the noise alone.
    Kalman(const TraceKind& kind, bool knows_the_weather);

    /// One pulse per second: counter − TAI as stamped, and the part of it that is no noise.
    void add(double counter_minus_tai, double known);
    /// Counter − TAI so much later than the last pulse; `known` is that part then.
    double at(double seconds, double known) const { return phase_ + seconds * frequency_ + told(known); }

private:
    double told(double known) const { return knows_the_weather_ ? known : 0.0; }
    void predict();

    bool knows_the_weather_;
    double walk_;         // variance that a second adds to the frequency
    double white_;        // variance that a second adds to the phase
    double measurement_;  // variance of one pulse
    bool begun_ = false;
    double phase_ = 0;
    double frequency_ = 0;
    double p00_ = 0;
    double p01_ = 0;
    double p11_ = 0;
};

}  // namespace tokimori::bench
