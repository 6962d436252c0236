#include "server/clock/line_fit.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace tokimori {
namespace {

constexpr std::size_t kMostSamples = 64;
constexpr std::size_t kFewestSamples = 3;
// Below this, residuals say nothing of the noise: quantisation and interrupt latency hide it.
constexpr double kSmallestJitter = 50.0;  // ns
// Crystals stay within this of their nominal frequency; ntpd's limit too.
constexpr double kFrequencyLimit = 500e-6;
// What an uncompensated crystal may do between two samples that the samples do not show yet.
constexpr double kFrequencyFloor = 1e-6;

// A sudden change of frequency bends the newest points away before the runs show it.
constexpr std::size_t kNewest = 3;
constexpr double kBendMargin = 2.0;
// Jitter itself, and what remains of it in the offset of 64 samples.
constexpr double kAttainableJitter = 2.0;

struct Point {
    double t = 0;  // seconds of the counter, from the newest sample
    double x = 0;  // TAI − counter in ns, from the newest sample
};

struct Line {
    double mean_t = 0;
    double mean_x = 0;
    double slope = 0;     // ns per second
    double spread_t = 0;  // sum of squared distances from mean_t
    double jitter = 0;    // ns
    double bend = 0;      // ns, how far the newest points lie from the line on average
    std::size_t runs = 0;

    double at(double t) const { return mean_x + slope * (t - mean_t); }
    /// Dimensionless.
    double slope_deviation() const { return jitter / std::sqrt(spread_t) * 1e-9; }
};

// Student's t, 99.95 % of one side, for 1, 2, 3 … degrees of freedom.
double t_quantile(std::size_t freedom) {
    constexpr std::array kTable{636.6, 31.6, 12.92, 8.61, 6.87, 5.96, 5.41, 5.04, 4.78, 4.59};
    if (freedom <= kTable.size()) {
        return kTable[std::max<std::size_t>(freedom, 1) - 1];
    }
    // Cornish-Fisher's leading terms; good to a hundredth from here on.
    constexpr double kNormal = 3.2905;
    return kNormal + (kNormal * kNormal * kNormal + kNormal) / (4.0 * static_cast<double>(freedom));
}

// The number of runs that chance undercuts once in twenty times, from the normal approximation.
double critical_runs(std::size_t samples) {
    const auto n = static_cast<double>(samples);
    return n / 2.0 + 1.0 - 1.65 * std::sqrt((n - 1.0) / 4.0);
}

Line fit_line(const std::vector<Point>& points) {
    const auto n = static_cast<double>(points.size());
    Line line;
    for (const Point& p : points) {
        line.mean_t += p.t / n;
        line.mean_x += p.x / n;
    }
    double cross = 0;
    for (const Point& p : points) {
        line.spread_t += (p.t - line.mean_t) * (p.t - line.mean_t);
        cross += (p.t - line.mean_t) * (p.x - line.mean_x);
    }
    line.slope = cross / line.spread_t;
    double squares = 0;
    bool above = false;
    for (const Point& p : points) {
        const double residual = p.x - line.at(p.t);
        squares += residual * residual;
        if (line.runs == 0 || above != (residual > 0)) {
            ++line.runs;
        }
        above = residual > 0;
    }
    const std::size_t newest = std::min(kNewest, points.size() - 1);
    for (std::size_t i = points.size() - newest; i < points.size(); ++i) {
        line.bend += (points[i].x - line.at(points[i].t)) / static_cast<double>(newest);
    }
    line.jitter = std::max(std::sqrt(squares / std::max(n - 2.0, 1.0)), kSmallestJitter);
    return line;
}

Rate rate_of(double value) {
    return static_cast<Rate>(value * static_cast<double>(Rate{1} << kRateShift));
}

struct Declared {
    double bound = 0;  // ns
    Duration root_delay{};
};

// A sample binds the line where it was taken by what it declares and how far it lies off; here, by what the crystal may
// have done since, too.
Declared least_declared(const Line& line, const std::vector<Point>& points, const std::deque<Sample>& kept,
                        double rate_bound) {
    Declared least{static_cast<double>(kept.back().dispersion.count()), kept.back().root_delay};
    for (std::size_t i = 0; i + 1 < points.size(); ++i) {
        const Point& p = points[i];
        const double off = std::abs(p.x - line.at(p.t)) - p.t * rate_bound * 1e9;
        const double bound = static_cast<double>(kept[i].dispersion.count()) + off;
        if (bound < least.bound) {
            least = {bound, kept[i].root_delay};
        }
    }
    return least;
}

LineEstimate estimate_from(const Line& line, const std::vector<Point>& points, const std::deque<Sample>& kept) {
    const std::size_t samples = kept.size();
    const Sample& newest = kept.back();
    const Sample& oldest = kept.front();
    const auto n = static_cast<double>(samples);
    const double quantile = t_quantile(samples - 2);
    const double distance = -line.mean_t;  // the newest sample lies at t = 0
    const double offset_deviation = line.jitter * std::sqrt(1.0 / n + distance * distance / line.spread_t);
    const double slope_deviation = line.slope_deviation();
    LineEstimate estimate;
    estimate.anchor_local = newest.local;
    estimate.anchor_tai = newest.reference + Duration{std::llround(line.at(0.0))};
    estimate.rate = rate_of(std::clamp(line.slope * 1e-9, -kFrequencyLimit, kFrequencyLimit));
    const double rate_bound = std::min(quantile * slope_deviation, 2 * kFrequencyLimit) + kFrequencyFloor;
    const Declared declared = least_declared(line, points, kept, rate_bound);
    estimate.offset_bound = Duration{
        std::llround(declared.bound + quantile * offset_deviation + line.jitter + kBendMargin * std::abs(line.bend))};
    estimate.root_delay = declared.root_delay;
    estimate.attainable = Duration{std::llround(declared.bound + kAttainableJitter * line.jitter)};
    estimate.rate_bound = rate_of(rate_bound);
    estimate.jitter = Duration{std::llround(line.jitter)};
    estimate.span = newest.local - oldest.local;
    estimate.deviation = Duration{std::llround(offset_deviation)};
    estimate.samples = samples;
    return estimate;
}

}  // namespace

void LineFit::add(const Sample& sample) {
    if (!samples_.empty() && sample.local <= samples_.back().local) {
        return;
    }
    samples_.push_back(sample);
    if (samples_.size() > kMostSamples) {
        samples_.pop_front();
    }
    refit();
}

void LineFit::refit() {
    estimate_.reset();
    if (samples_.size() < kFewestSamples) {
        return;
    }
    const Sample newest = samples_.back();
    std::vector<Point> points;
    points.reserve(samples_.size());
    for (const Sample& sample : samples_) {
        const Duration t = sample.local - newest.local;
        const Duration x = (sample.reference - newest.reference) - t;
        points.push_back({static_cast<double>(t.count()) * 1e-9, static_cast<double>(x.count())});
    }
    Line line = fit_line(points);
    // Where there is no noise to speak of, its signs say nothing.
    while (points.size() > kFewestSamples && line.jitter > kSmallestJitter &&
           static_cast<double>(line.runs) < critical_runs(points.size())) {
        points.erase(points.begin());
        samples_.pop_front();
        line = fit_line(points);
    }
    too_fast_ = std::abs(line.slope) * 1e-9 > kFrequencyLimit + t_quantile(points.size() - 2) * line.slope_deviation();
    estimate_ = estimate_from(line, points, samples_);
}

}  // namespace tokimori
