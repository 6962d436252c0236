#pragma once

#include <optional>
#include <vector>

#include "server/clock/filter_bank.h"
#include "server/clock/line_fit.h"

namespace tokimori {

/// The line that the pulses of one source show: the bound of a straight fit, led through the better guess of filters.
/// Where the samples are so rough that 64 of them do not tell the rate, each point of the line is the mean of two,
/// four, … 64 of them, so that the line grows long enough to know it.
class SourceLine {
public:
    void add(const Sample& sample);
    void clear() { *this = SourceLine{}; }

    /// nullopt below three samples, or where they show no crystal's line.
    const std::optional<LineEstimate>& estimate() const { return estimate_; }
    /// True if they run faster than any crystal.
    bool too_fast() const { return fit_.too_fast(); }
    /// How many samples one point is the mean of.
    int samples_per_point() const { return samples_per_point_; }

private:
    void add_point(const Sample& point);
    void make_coarser();

    LineFit fit_;
    FilterBank bank_;
    std::optional<LineEstimate> estimate_;
    std::vector<Sample> gathered_;  ///< for the next point
    int samples_per_point_ = 1;
};

}  // namespace tokimori
