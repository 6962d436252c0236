#pragma once

#include <array>

namespace tokimori {

/// A Kalman filter for one crystal seen by one source: time, frequency and drift of frequency, the last two on random
/// walks. Pure; knows no scale, only seconds since its last sample and nanoseconds against any fixed line.
class DriftFilter {
public:
    /// What is assumed of the crystal.
    struct Crystal {
        double frequency_walk = 0.1;  ///< ns/s per √s: 0.1 is 1e-10/√s
        double drift_walk = 1e-5;     ///< ns/s² per √s
    };

    explicit DriftFilter(const Crystal& crystal) : crystal_{crystal} {}

    /// Begins anew at a sample of `time` ns whose noise has the variance `noise` ns².
    void restart(double time, double noise);
    /// A sample `elapsed` s after the last.
    void add(double elapsed, double time, double noise);

    /// As of the last sample.
    double time() const { return state_[0]; }       ///< ns
    double frequency() const { return state_[1]; }  ///< ns/s
    double drift() const { return state_[2]; }      ///< ns/s²
    /// Standard deviation of `time`, ns, if the crystal is as assumed.
    double time_deviation() const;
    /// How likely the last minutes were, if the crystal is as assumed: a logarithm, to be compared with that of other
    /// filters of the same samples.
    double likelihood() const { return likelihood_; }
    /// Takes over what `other` knows of time and frequency, and goes on with a crystal and a likelihood of its own.
    void learn_from(const DriftFilter& other);

private:
    void predict(double elapsed);
    void update(double time, double noise, double elapsed);

    Crystal crystal_;
    std::array<double, 3> state_{};
    // Covariance: time, time·frequency, time·drift, frequency, frequency·drift, drift.
    double tt_ = 0, tf_ = 0, td_ = 0, ff_ = 0, fd_ = 0, dd_ = 0;
    double likelihood_ = 0;
};

}  // namespace tokimori
