#pragma once

#include <optional>

#include "server/clock/filter_bank.h"
#include "server/clock/line_fit.h"

namespace tokimori {

/// The line that the pulses of one source show: the bound of a straight fit, led through the better guess of filters.
class SourceLine {
public:
    void add(const Sample& sample) {
        fit_.add(sample);
        bank_.add(sample);
        if (fit_.estimate()) {
            estimate_ = bank_.refine(*fit_.estimate());
        } else {
            estimate_.reset();
        }
    }
    void clear() { *this = SourceLine{}; }

    /// nullopt below three samples, or where they show no crystal's line.
    const std::optional<LineEstimate>& estimate() const { return estimate_; }

private:
    LineFit fit_;
    FilterBank bank_;
    std::optional<LineEstimate> estimate_;
};

}  // namespace tokimori
