#include "refclocks/jjy_beat.h"

#include <chrono>
#include <cmath>
#include <utility>

namespace tokimori {
namespace {

using namespace std::chrono_literals;

constexpr Duration kSecond = 1s;
constexpr Duration kBin = 10ms;
constexpr std::size_t kStepBins = 15;
// The profile forgets with this many seconds; a beat is looked for once there are so many.
constexpr double kMemory = 32.0;
constexpr int kAgeToLook = 12;
constexpr Duration kLongestGap = 2min;

constexpr double kClear = 0.4;
constexpr double kAudible = 0.3;
constexpr double kRivalLead = 0.12;
constexpr int kRivalSeconds = 10;
constexpr Duration kApart = 100ms;

// Edges are kept for a beat that is found later; a line that chatters keeps the newest.
constexpr Duration kKept = 60s;
constexpr std::size_t kMostEdges = 4096;

// Full power of the symbols 0, 1 and marker.
constexpr std::array<Duration, 3> kPulses{800ms, 500ms, 200ms};
// From here on the difference to the next pulse says all there is to say.
constexpr double kFullDifference = 0.2;
// A second that fits its pulse this badly says nothing any more, nor does one in which the line is stuck.
constexpr double kDoubtful = 0.1;
constexpr double kUseless = 0.2;
constexpr Duration kNoPulse = 70ms;
constexpr Duration kNoPause = 50ms;

constexpr Duration kGate = 200ms;
constexpr Duration kUnclearEdge = 100ms;
constexpr int kAveraged = 32;
constexpr Duration kMostPull = 100ms;
constexpr int kStretchAveraged = 16;
constexpr Duration kMostStretch = 120ms;
constexpr Duration kBeforePulse = 100ms;
constexpr Duration kAfterPulse = 950ms;

double in_seconds(Duration span) {
    return std::chrono::duration<double>(span).count();
}

using Bins = std::chrono::duration<std::int64_t, std::centi>;

std::size_t bin_of(LocalInstant instant) {
    const Duration phase =
        instant.time_since_epoch() - std::chrono::floor<std::chrono::seconds>(instant.time_since_epoch());
    return static_cast<std::size_t>(phase / kBin);
}

Duration phase_of(std::size_t bin) {
    return static_cast<Duration::rep>(bin) * kBin;
}

LocalInstant end_of_bin(LocalInstant instant) {
    return LocalInstant{std::chrono::floor<Bins>(instant.time_since_epoch()) + Bins{1}};
}

}  // namespace

JjySymbol JjySoftSymbol::hard() const {
    constexpr double kClearlyWorse = 0.5;
    const auto best = std::min_element(penalty.begin(), penalty.end());
    const bool unique = std::count_if(penalty.begin(), penalty.end(),
                                      [best](double other) { return other >= *best + kClearlyWorse; }) == 2;
    return unique ? static_cast<JjySymbol>(best - penalty.begin()) : JjySymbol::kUnknown;
}

JjyBeat::JjyBeat(std::optional<bool> inverted) : wanted_inverted_{inverted} {}

void JjyBeat::edge(LocalInstant at, bool high) {
    if (!edges_.empty() && at < edges_.back().at) {
        return;
    }
    if (!folded_) {
        folded_ = at;
        level_ = level_before_ = !high;
    }
    fold(at);
    level_ = high;
    edges_.push_back({at, high});
    if (edges_.size() > kMostEdges) {
        forget_edges_before(edges_[1].at);
    }
}

void JjyBeat::advance(LocalInstant now) {
    if (folded_) {
        fold(now);
        forget_edges_before(found_ ? next_ - kSecond : now - kKept);
    }
}

void JjyBeat::fold(LocalInstant until) {
    if (until - *folded_ > kLongestGap) {
        *this = JjyBeat{wanted_inverted_};
        folded_ = until;
    }
    LocalInstant end_of_this = end_of_bin(*folded_);
    std::size_t bin = bin_of(*folded_);
    while (*folded_ < until) {
        const LocalInstant end = std::min(until, end_of_this);
        profile_[bin] += level_ ? in_seconds(end - *folded_) : 0.0;
        folded_ = end;
        if (end < end_of_this) {
            return;
        }
        end_of_this += kBin;
        bin = (bin + 1) % kBins;
        if (bin == 0) {
            end_second();
        }
    }
}

void JjyBeat::end_second() {
    constexpr double kKeep = 1.0 - 1.0 / kMemory;
    for (double& bin : profile_) {
        bin *= kKeep;
    }
    seconds_folded_ = seconds_folded_ * kKeep + 1.0;
    ++age_;
    if (age_ >= kAgeToLook) {
        look_for_beat();
    }
}

void JjyBeat::look_for_beat() {
    const Step step = clearest_step();
    if (!found_) {
        if (step.contrast >= kClear) {
            follow(step);
        }
        return;
    }
    const bool rival = is_elsewhere(step) && step.contrast >= kClear && step.contrast > contrast_of_beat() + kRivalLead;
    rival_seconds_ = rival ? rival_seconds_ + 1 : 0;
    if (rival_seconds_ >= kRivalSeconds) {
        follow(step);
    }
}

// How much more often the line is high just after that moment of the second than just before it: −1 … 1.
double JjyBeat::contrast_at(std::size_t bin) const {
    double difference = 0;
    for (std::size_t i = 0; i < kStepBins; ++i) {
        difference += profile_[(bin + i) % kBins] - profile_[(bin + kBins - 1 - i) % kBins];
    }
    return difference / full_contrast();
}

double JjyBeat::full_contrast() const {
    return in_seconds(kBin) * static_cast<double>(kStepBins) * seconds_folded_;
}

// The contrast of each bin differs from that of its neighbour by three bins alone.
JjyBeat::Step JjyBeat::clearest_step() const {
    Step best;
    const double full = full_contrast();
    double contrast = contrast_at(0);
    for (std::size_t bin = 0; bin < kBins; ++bin) {
        const bool inverted = wanted_inverted_.value_or(contrast < 0);
        const double clear = inverted ? -contrast : contrast;
        if (clear > best.contrast) {
            best = {bin, inverted, clear};
        }
        const double enters = profile_[(bin + kStepBins) % kBins] + profile_[(bin + kBins - kStepBins) % kBins];
        contrast += (enters - 2.0 * profile_[bin]) / full;
    }
    return best;
}

double JjyBeat::contrast_of_beat() const {
    const double contrast = contrast_at(bin_of(next_ + kBin / 2));
    return inverted_ ? -contrast : contrast;
}

bool JjyBeat::audible() const {
    return found_ && contrast_of_beat() >= kAudible;
}

bool JjyBeat::is_elsewhere(const Step& step) const {
    const Duration apart = (phase_of(step.bin) - next_.time_since_epoch()) % kSecond;
    const Duration distance = std::chrono::abs(apart);
    return step.inverted != inverted_ || std::min(distance, kSecond - distance) > kApart;
}

void JjyBeat::follow(const Step& step) {
    const LocalInstant oldest = edges_.empty() ? *folded_ : found_ ? *folded_ - kSecond : edges_.front().at;
    next_ = LocalInstant{std::chrono::floor<std::chrono::seconds>(oldest.time_since_epoch()) + phase_of(step.bin)};
    if (next_ + kUnclearEdge < oldest) {
        next_ += kSecond;
    }
    found_ = first_ = true;
    inverted_ = step.inverted;
    averaged_ = 0;
    stretch_ = Duration::zero();
    rival_seconds_ = 0;
}

std::optional<JjySecond> JjyBeat::next(bool keyed) {
    if (!found_ || *folded_ < next_ + kSecond + kGate) {
        return std::nullopt;
    }
    JjySecond second{.begins = next_, .first = std::exchange(first_, false)};
    if (keyed) {
        second.edge = leading_edge(next_);
        second.symbol = symbol_at(next_, second.edge.value_or(next_));
        learn(second);
    }
    next_ += kSecond;
    return second;
}

// How long the carrier was strong between two moments.
Duration JjyBeat::strong(LocalInstant from, LocalInstant to) const {
    Duration high{};
    bool level = level_before_;
    LocalInstant since = from;
    for (const Edge& edge : edges_) {
        const LocalInstant at = std::clamp(edge.at, since, to);
        high += level ? at - since : Duration::zero();
        since = at;
        level = edge.high;
        if (edge.at >= to) {
            break;
        }
    }
    high += level ? to - since : Duration::zero();
    return inverted_ ? (to - from) - high : high;
}

// A pulse that begins early or late is none the worse for it.
JjySoftSymbol JjyBeat::symbol_at(LocalInstant begins, LocalInstant rises) const {
    std::array<double, 3> misfit{};
    for (std::size_t i = 0; i < misfit.size(); ++i) {
        const LocalInstant end = begins + kPulses[i] + stretch_;
        misfit[i] = in_seconds((end - rises) - strong(rises, end) + strong(end, begins + kSecond));
    }
    const double best = *std::min_element(misfit.begin(), misfit.end());
    const Duration all = strong(begins, begins + kSecond);
    const bool keyed = all > kNoPulse && all < kSecond - kNoPause;
    const double weight = keyed ? std::clamp((kUseless - best) / (kUseless - kDoubtful), 0.0, 1.0) : 0.0;
    JjySoftSymbol symbol;
    for (std::size_t i = 0; i < misfit.size(); ++i) {
        symbol.penalty[i] = weight * std::min((misfit[i] - best) / kFullDifference, 1.0);
    }
    return symbol;
}

// The edge that best divides what is about it into weak before and strong after.
std::optional<LocalInstant> JjyBeat::leading_edge(LocalInstant begins) const {
    const LocalInstant from = begins - kGate;
    const LocalInstant to = begins + kGate;
    std::optional<LocalInstant> best;
    Duration least = kUnclearEdge;
    for (const Edge& edge : edges_) {
        if (edge.high == inverted_ || edge.at <= from || edge.at >= to) {
            continue;
        }
        const Duration misfit = strong(from, edge.at) + (to - edge.at) - strong(edge.at, to);
        if (misfit < least) {
            least = misfit;
            best = edge.at;
        }
    }
    return best;
}

void JjyBeat::learn(const JjySecond& second) {
    if (second.edge) {
        averaged_ = std::min(averaged_ + 1, kAveraged);
        next_ += std::clamp(*second.edge - second.begins, -kMostPull, kMostPull) / averaged_;
    }
    const JjySymbol symbol = second.symbol.hard();
    if (symbol != JjySymbol::kUnknown) {
        const Duration width = strong(second.begins - kBeforePulse, second.begins + kAfterPulse);
        const Duration longer = width - kPulses[static_cast<std::size_t>(symbol)] - stretch_;
        stretch_ = std::clamp(stretch_ + longer / kStretchAveraged, -kMostStretch, kMostStretch);
    }
}

void JjyBeat::forget_edges_before(LocalInstant instant) {
    while (!edges_.empty() && edges_.front().at < instant) {
        level_before_ = edges_.front().high;
        edges_.pop_front();
    }
}

}  // namespace tokimori
