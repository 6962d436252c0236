#include "server/clock/filter_bank.h"

#include <algorithm>
#include <cmath>

namespace tokimori {
namespace {

constexpr std::size_t kFewestSamples = 8;
// Quantisation and interrupt latency; below it there is nothing to filter.
constexpr double kLeastNoise = 25.0;  // ns²
constexpr double kOutlier = 10.0;     // of the variance
constexpr int kNoiseMemory = 256;     // samples
// So many are judged together, since the first few may be wild.
constexpr std::size_t kFirst = 15;
constexpr double kMedianOfSquares = 0.4549;  // of a normal distribution of variance 1
// A filter so unlikely has lost the crystal, and would need hours to find it again by itself.
constexpr double kLost = 30.0;
constexpr double kFarOff = 6.0;  // standard deviations

// From an oven to a bare crystal in a draught, ns/s per √s; and the slow changes of a room, ns/s² per √s.
constexpr double kFrequencyWalks[] = {0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 30.0};
constexpr double kDriftWalks[] = {1e-5, 3e-4};

double seconds(Duration span) {
    return static_cast<double>(span.count()) * 1e-9;
}

double square(double value) {
    return value * value;
}

}  // namespace

void WhiteNoise::add(double elapsed, double time) {
    if (last_ && before_last_ && elapsed > 0 && last_->elapsed > 0) {
        const double whole = elapsed + last_->elapsed;
        const double weight_before = elapsed / whole;
        const double weight_after = last_->elapsed / whole;
        const double off = last_->time - *before_last_ * weight_before - time * weight_after;
        const double seen = square(off) / (1.0 + square(weight_before) + square(weight_after));
        take(seen);
    }
    before_last_ = last_ ? std::optional{last_->time} : std::nullopt;
    last_ = Neighbour{elapsed, time};
}

void WhiteNoise::take(double seen) {
    samples_ = std::min(samples_ + 1, kNoiseMemory);
    if (first_.size() < kFirst) {
        first_.push_back(seen);
        variance_ = clipped_mean();
    } else {
        variance_ += (std::min(seen, kOutlier * variance_) - variance_) / samples_;
    }
    variance_ = std::max(variance_, kLeastNoise);
}

double WhiteNoise::clipped_mean() const {
    std::vector<double> sorted = first_;
    std::sort(sorted.begin(), sorted.end());
    const double most = kOutlier * sorted[sorted.size() / 2] / kMedianOfSquares;
    double sum = 0;
    for (const double seen : sorted) {
        sum += std::min(seen, most);
    }
    return sum / static_cast<double>(sorted.size());
}

FilterBank::FilterBank() {
    for (const double drift : kDriftWalks) {
        for (const double frequency : kFrequencyWalks) {
            filters_.emplace_back(DriftFilter::Crystal{frequency, drift});
        }
    }
}

void FilterBank::restart() {
    noise_.restart();
    origin_.reset();
    first_.clear();
    running_ = false;
}

void FilterBank::add(const Sample& sample) {
    if (origin_ && sample.local <= newest_) {
        return;
    }
    const double elapsed = origin_ ? seconds(sample.local - newest_) : 0.0;
    origin_ = origin_.value_or(sample);
    newest_ = sample.local;
    const Duration since_origin = sample.local - origin_->local;
    const Step next{elapsed, static_cast<double>(((sample.reference - origin_->reference) - since_origin).count())};
    noise_.add(next.elapsed, next.time);
    if (running_) {
        step(next);
        return;
    }
    first_.push_back(next);
    if (first_.size() >= kFewestSamples) {
        begin();
    }
}

// A filter that was told of too little noise at first is sure of a wrong frequency for long.
void FilterBank::begin() {
    for (DriftFilter& filter : filters_) {
        filter.restart(first_.front().time, noise_.variance());
    }
    for (std::size_t i = 1; i < first_.size(); ++i) {
        step(first_[i]);
    }
    first_.clear();
    running_ = true;
}

void FilterBank::step(const Step& step) {
    for (DriftFilter& filter : filters_) {
        filter.add(step.elapsed, step.time, noise_.variance());
    }
    const auto best = std::max_element(filters_.begin(), filters_.end(),
                                       [](const auto& a, const auto& b) { return a.likelihood() < b.likelihood(); });
    for (DriftFilter& filter : filters_) {
        const double off = std::abs(filter.time() - best->time());
        if (filter.likelihood() < best->likelihood() - kLost && off > kFarOff * best->time_deviation()) {
            filter.learn_from(*best);
        }
    }
}

std::optional<FilterBank::Guess> FilterBank::guess() const {
    if (!running_) {
        return std::nullopt;
    }
    double best = filters_.front().likelihood();
    for (const DriftFilter& filter : filters_) {
        best = std::max(best, filter.likelihood());
    }
    double weights = 0;
    double time = 0;
    double frequency = 0;
    for (const DriftFilter& filter : filters_) {
        const double weight = std::exp(filter.likelihood() - best);
        weights += weight;
        time += weight * filter.time();
        frequency += weight * filter.frequency();
    }
    const Duration since_origin = newest_ - origin_->local;
    return Guess{newest_, origin_->reference + since_origin + Duration{std::llround(time / weights)},
                 static_cast<Rate>(frequency / weights * 1e-9 * static_cast<double>(Rate{1} << kRateShift))};
}

LineEstimate FilterBank::refine(const LineEstimate& line) const {
    const std::optional<Guess> best = guess();
    if (!best || best->local != line.anchor_local) {
        return line;
    }
    const Duration difference = best->tai - line.anchor_tai;
    const Rate rate_difference = best->rate - line.rate;
    if (std::chrono::abs(difference) > line.offset_bound || std::abs(rate_difference) > line.rate_bound) {
        return line;
    }
    LineEstimate refined = line;
    refined.anchor_tai = best->tai;
    refined.rate = best->rate;
    refined.offset_bound += std::chrono::abs(difference);
    refined.rate_bound += std::abs(rate_difference);
    return refined;
}

}  // namespace tokimori
