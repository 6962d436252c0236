#include "server/clock/drift_filter.h"

#include <algorithm>
#include <cmath>

namespace tokimori {
namespace {

// What is known of a crystal that nobody has measured yet.
constexpr double kFrequencyPrior = 500e3;  // ns/s
constexpr double kDriftPrior = 0.05;       // ns/s², a room with the sun in it
// How long ago may speak for or against a filter.
constexpr double kMemory = 300.0;  // s

double square(double value) {
    return value * value;
}

}  // namespace

void DriftFilter::restart(double time, double noise) {
    state_ = {time, 0.0, 0.0};
    tt_ = noise;
    ff_ = square(kFrequencyPrior);
    dd_ = square(kDriftPrior);
    tf_ = td_ = fd_ = 0;
    likelihood_ = 0;
}

void DriftFilter::add(double elapsed, double time, double noise) {
    predict(elapsed);
    update(time, noise, elapsed);
}

void DriftFilter::predict(double t) {
    auto& [time, frequency, drift] = state_;
    const double t2 = t * t;
    const double t3 = t2 * t;
    const double half = t2 / 2;
    time += frequency * t + drift * half;
    frequency += drift * t;
    tt_ += 2 * t * tf_ + 2 * half * td_ + t2 * ff_ + 2 * t * half * fd_ + half * half * dd_;
    tf_ += t * ff_ + half * fd_ + t * (td_ + t * fd_ + half * dd_);
    td_ += t * fd_ + half * dd_;
    ff_ += 2 * t * fd_ + t2 * dd_;
    fd_ += t * dd_;
    const double f = square(crystal_.frequency_walk);
    const double d = square(crystal_.drift_walk);
    tt_ += f * t3 / 3 + d * t3 * t2 / 20;
    tf_ += f * half + d * t2 * t2 / 8;
    td_ += d * t3 / 6;
    ff_ += f * t + d * t3 / 3;
    fd_ += d * half;
    dd_ += d * t;
}

void DriftFilter::update(double time, double noise, double elapsed) {
    const double variance = tt_ + noise;
    const double surprise = time - state_[0];
    const double gain_t = tt_ / variance;
    const double gain_f = tf_ / variance;
    const double gain_d = td_ / variance;
    state_[0] += gain_t * surprise;
    state_[1] += gain_f * surprise;
    state_[2] += gain_d * surprise;
    dd_ -= gain_d * td_;
    fd_ -= gain_f * td_;
    ff_ -= gain_f * tf_;
    td_ -= gain_t * td_;
    tf_ -= gain_t * tf_;
    tt_ -= gain_t * tt_;
    likelihood_ *= std::exp(-elapsed / kMemory);
    likelihood_ -= (std::log(variance) + square(surprise) / variance) / 2;
}

void DriftFilter::learn_from(const DriftFilter& other) {
    const DriftFilter own = *this;
    *this = other;
    crystal_ = own.crystal_;
    likelihood_ = own.likelihood_;
}

double DriftFilter::time_deviation() const {
    return std::sqrt(std::max(tt_, 0.0));
}

}  // namespace tokimori
