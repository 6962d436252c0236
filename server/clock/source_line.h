#pragma once

#include <optional>
#include <vector>

#include "server/clock/filter_bank.h"
#include "server/clock/line_fit.h"

namespace tokimori {

/// The line that a source shows, and what drew it.
struct ShownLine {
    LineEstimate estimate;
    bool from_pulses = false;  ///< else from labels
};

/// The line that the pulses of one source show: the bound of a straight fit, led through the better guess of filters.
/// Where the samples are so rough that 64 of them do not tell the rate, each point of the line is the mean of two,
/// four, … 64 of them, so that the line grows long enough to know it.
class SourceLine {
public:
    /// Each point is the mean of `samples_per_point` samples at least (1 … 64), and of all in `point_interval`.
    explicit SourceLine(int samples_per_point = 1, Duration point_interval = {})
        : fewest_{samples_per_point}, point_interval_{point_interval} {}

    void add(const Sample& sample);
    void clear() { *this = SourceLine{fewest_, point_interval_}; }

    /// nullopt below three samples, or where they show no crystal's line.
    const std::optional<LineEstimate>& estimate() const { return estimate_; }
    /// True if they run faster than any crystal.
    bool too_fast() const { return fit_.too_fast(); }
    /// How many samples one point is the mean of, where they come quicker than that.
    int samples_per_point() const { return samples_per_point_; }
    /// How far apart points are at least.
    Duration point_interval() const { return point_interval_; }

private:
    void add_point(const Sample& point);
    void make_coarser();
    bool is_point() const;

    LineFit fit_;
    FilterBank bank_;
    std::optional<LineEstimate> estimate_;
    std::vector<Sample> gathered_;            ///< for the next point
    std::optional<LocalInstant> last_point_;  ///< the newest sample of it
    int fewest_ = 1;                          ///< samples in one point
    Duration point_interval_{};
    int samples_per_point_ = fewest_;
};

}  // namespace tokimori
