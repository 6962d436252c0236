#pragma once

#include <optional>
#include <vector>

#include "server/clock/drift_filter.h"
#include "server/clock/line_fit.h"
#include "server/clock/sample.h"

namespace tokimori {

/// The variance of white noise on a source's samples, from how far each lies off the straight line between its
/// neighbours: what the crystal does within so short a time does not show. A few wild samples hardly matter, not even
/// where they are the first. Pure.
class WhiteNoise {
public:
    /// A sample `elapsed` s after the last, `time` ns against any fixed line.
    void add(double elapsed, double time);
    /// ns²; a guess before the third sample.
    double variance() const { return variance_; }
    void restart() { *this = WhiteNoise{}; }

private:
    struct Neighbour {
        double elapsed = 0;
        double time = 0;
    };
    void take(double seen);
    double clipped_mean() const;

    std::optional<Neighbour> last_;
    std::optional<double> before_last_;
    std::vector<double> first_;  ///< squares as seen
    double variance_ = 1e4;
    int samples_ = 0;
};

/// The best guess of time and rate that one source allows, whatever crystal the counter has: many filters, each for a
/// crystal of its own, and each has as much say as the last minutes bear it out. No bound comes from here: a guess is
/// only as good as its assumptions, and the bound is that of the straight line beside it.
class FilterBank {
public:
    FilterBank();

    /// Adds the newest sample. One that is not later than the last is ignored.
    void add(const Sample& sample);
    void restart();

    /// As of the newest sample.
    struct Guess {
        LocalInstant local;
        TaiInstant tai;
        Rate rate = 0;
    };
    /// nullopt below eight samples.
    std::optional<Guess> guess() const;

    /// `line`, led through the guess where that lies within the line's own bound at the same sample. The bound grows by
    /// as much as the two differ, so that it holds as long as the line's does.
    LineEstimate refine(const LineEstimate& line) const;

private:
    /// One sample as filters see it.
    struct Step {
        double elapsed = 0;  ///< s since the last one
        double time = 0;     ///< ns against the counter, from the first one
    };
    void begin();
    void step(const Step& step);

    WhiteNoise noise_;
    std::vector<DriftFilter> filters_;
    std::optional<Sample> origin_;
    LocalInstant newest_;
    std::vector<Step> first_;  ///< the samples before the noise is known
    bool running_ = false;
};

}  // namespace tokimori
