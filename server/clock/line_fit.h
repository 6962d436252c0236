#pragma once

#include <cstddef>
#include <deque>
#include <optional>

#include "server/clock/sample.h"
#include "server/clock/time_model.h"

namespace tokimori {

/// A straight line from the counter to TAI as one source shows it, with bounds of its errors.
struct LineEstimate {
    LocalInstant anchor_local;  ///< the newest sample's
    TaiInstant anchor_tai;
    Rate rate = 0;            ///< of TAI against the counter, minus 1
    Duration offset_bound{};  ///< |error of anchor_tai| ≤ this
    Duration root_delay{};    ///< half of it is part of `offset_bound`: the way to the root of the time, and back
    Duration attainable{};    ///< what offset_bound may shrink to with more samples like these
    Rate rate_bound = 0;      ///< |error of rate| ≤ this, what the oscillator may do next included
    Duration jitter{};        ///< standard deviation of the samples about the line
    Duration deviation{};     ///< standard deviation of anchor_tai
    Duration span{};          ///< from the oldest sample to the newest
    std::size_t samples = 0;

    TaiInstant tai_at(LocalInstant local) const {
        const Duration elapsed = local - anchor_local;
        return anchor_tai + elapsed + scaled(elapsed, rate);
    }
    Duration bound_at(LocalInstant local) const {
        const Duration elapsed = local < anchor_local ? anchor_local - local : local - anchor_local;
        return offset_bound + scaled(elapsed, rate_bound);
    }
};

/// Least squares over the newest samples of one source, over as many of them (3 … 64) as one straight line explains:
/// when the signs of the residuals come in too few runs (Wald and Wolfowitz), the oldest samples are dropped. What
/// averaging cannot remove is bounded by the sample that declares the least of it, aged by what the crystal may do.
class LineFit {
public:
    /// Adds the newest sample. One that is not later than the last is ignored.
    void add(const Sample& sample);
    void clear() {
        samples_.clear();
        estimate_.reset();
    }

    std::size_t size() const { return samples_.size(); }
    /// Those the line is drawn through, oldest first.
    const std::deque<Sample>& samples() const { return samples_; }
    /// nullopt below three samples. Its rate is 500 ppm at most.
    const std::optional<LineEstimate>& estimate() const { return estimate_; }
    /// True if the samples run faster than any crystal: whatever they are, they are no seconds.
    bool too_fast() const { return too_fast_; }

private:
    void refit();

    std::deque<Sample> samples_;
    std::optional<LineEstimate> estimate_;
    bool too_fast_ = false;
};

}  // namespace tokimori
