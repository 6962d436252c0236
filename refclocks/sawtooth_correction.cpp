#include "refclocks/sawtooth_correction.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>

namespace tokimori {
namespace {

using namespace std::chrono_literals;

// Edges further off than this tell of interrupts, not of a sawtooth.
constexpr std::int64_t kBeyondSawtooth = 1'000'000;
// As many as make a gain by chance unlikely: of numbers that have nothing to do with the edges, five standard
// deviations.
constexpr std::size_t kEnough = 96;
constexpr double kClearGain = 0.6;
constexpr double kNoGain = 0.9;
constexpr std::int64_t kPicosecondsPerNanosecond = 1'000;
// The variance of x[n+1] − 2 x[n] + x[n−1] for independent x.
constexpr double kBendVariance = 6.0;

bool is_next_second(LocalInstant before, LocalInstant after) {
    return after - before > 900ms && after - before < 1100ms;
}

Duration nanoseconds(std::int64_t picoseconds) {
    const std::int64_t half = picoseconds < 0 ? -kPicosecondsPerNanosecond / 2 : kPicosecondsPerNanosecond / 2;
    return Duration{(picoseconds + half) / kPicosecondsPerNanosecond};
}

double square(std::int64_t value) {
    return static_cast<double>(value) * static_cast<double>(value);
}

Duration root_mean_square(double sum, std::size_t count) {
    const double picoseconds = count == 0 ? 0.0 : std::sqrt(sum / (kBendVariance * static_cast<double>(count)));
    return nanoseconds(std::llround(picoseconds));
}

}  // namespace

SawtoothCorrection::Verdict SawtoothCorrection::take(LocalInstant edge, std::optional<std::int64_t> error) {
    if (!error || *error > kMostPicoseconds || *error < -kMostPicoseconds) {
        edge_count_ = 0;
        return {};
    }
    push({edge, *error});
    const Sign before = sign_;
    sign_ = weigh();
    if (before != Sign::kNone && sign_ == Sign::kNone) {
        size_ = 0;
    }
    return {nanoseconds(*error) * static_cast<int>(sign_), sign_ != before};
}

void SawtoothCorrection::push(const Edge& edge) {
    if (edge_count_ > 0 && !is_next_second(edges_[2].at, edge.at)) {
        edge_count_ = 0;
    }
    std::rotate(edges_.begin(), edges_.begin() + 1, edges_.end());
    edges_[2] = edge;
    edge_count_ = std::min<std::size_t>(edge_count_ + 1, edges_.size());
    if (edge_count_ == edges_.size()) {
        const Duration bend = (edges_[2].at - edges_[1].at) - (edges_[1].at - edges_[0].at);
        window_[next_] = {bend.count() * kPicosecondsPerNanosecond,
                          edges_[2].error - 2 * edges_[1].error + edges_[0].error};
        next_ = (next_ + 1) % kWindow;
        size_ = std::min(size_ + 1, kWindow);
    }
}

double SawtoothCorrection::Squares::of(Sign sign) const {
    return sign == Sign::kAdd ? added : sign == Sign::kSubtract ? subtracted : plain;
}

SawtoothCorrection::Squares SawtoothCorrection::squares() const {
    Squares sums;
    for (std::size_t age = 1; age <= size_; ++age) {
        const Bend& bend = window_[(next_ + kWindow - age) % kWindow];
        if (std::abs(bend.edges) <= kBeyondSawtooth) {
            ++sums.count;
            sums.plain += square(bend.edges);
            sums.added += square(bend.edges + bend.errors);
            sums.subtracted += square(bend.edges - bend.errors);
        }
    }
    return sums;
}

SawtoothCorrection::Sign SawtoothCorrection::weigh() const {
    const Squares sums = squares();
    if (sign_ != Sign::kNone) {
        return sums.count >= kEnough / 2 && sums.of(sign_) <= kNoGain * sums.plain ? sign_ : Sign::kNone;
    }
    const Sign better = sums.added < sums.subtracted ? Sign::kAdd : Sign::kSubtract;
    return sums.count >= kEnough && sums.of(better) < kClearGain * sums.plain ? better : Sign::kNone;
}

SawtoothCorrection::Scatter SawtoothCorrection::scatter() const {
    const Squares sums = squares();
    return {root_mean_square(sums.plain, sums.count), root_mean_square(sums.of(sign_), sums.count)};
}

}  // namespace tokimori
