#include "server/clock/source_line.h"

#include <algorithm>
#include <deque>

namespace tokimori {
namespace {

constexpr int kMostPerPoint = 64;
constexpr std::size_t kFull = 64;
// What a crystal may do anyway, and as much again for not knowing its rate.
constexpr Rate kWellKnown = rate_from_ppm(2.0);

Sample mean_of(const std::vector<Sample>& samples) {
    Sample mean = samples.front();
    Duration local{};
    Duration reference{};
    for (const Sample& sample : samples) {
        local += sample.local - samples.front().local;
        reference += sample.reference - samples.front().reference;
        if (sample.dispersion > mean.dispersion) {
            mean.dispersion = sample.dispersion;
            mean.root_delay = sample.root_delay;
        }
    }
    mean.local += local / static_cast<Duration::rep>(samples.size());
    mean.reference += reference / static_cast<Duration::rep>(samples.size());
    return mean;
}

}  // namespace

void SourceLine::add(const Sample& sample) {
    if (!gathered_.empty() && sample.local <= gathered_.back().local) {
        return;
    }
    gathered_.push_back(sample);
    if (!is_point()) {
        return;
    }
    last_point_ = gathered_.back().local;
    add_point(mean_of(gathered_));
    gathered_.clear();
    const bool vague = estimate_ && estimate_->samples >= kFull && estimate_->rate_bound > kWellKnown;
    if (vague && samples_per_point_ < kMostPerPoint) {
        make_coarser();
    }
}

// Pulses come a second apart, give or take a little.
bool SourceLine::is_point() const {
    constexpr Duration kSlack = std::chrono::milliseconds{500};
    return gathered_.size() >= static_cast<std::size_t>(samples_per_point_) &&
           (!last_point_ || gathered_.back().local - *last_point_ >= point_interval_ - kSlack);
}

void SourceLine::add_point(const Sample& point) {
    fit_.add(point);
    bank_.add(point);
    estimate_ = fit_.estimate() && !fit_.too_fast() ? std::optional{bank_.refine(*fit_.estimate())} : std::nullopt;
}

void SourceLine::make_coarser() {
    const std::deque<Sample> fine = fit_.samples();
    samples_per_point_ *= 2;
    fit_.clear();
    bank_.restart();
    for (std::size_t i = 1; i < fine.size(); i += 2) {
        add_point(mean_of({fine[i - 1], fine[i]}));
    }
}

}  // namespace tokimori
