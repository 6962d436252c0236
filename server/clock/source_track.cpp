#include "server/clock/source_track.h"

#include <algorithm>

namespace tokimori {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMostHeld = 8;
constexpr Duration kFresh = 10s;
// Pulses that scatter more than this are not a pulse per second; sentences, no serial line.
constexpr Duration kPulseJitterLimit = 5ms;
constexpr Duration kLabelJitterLimit = 300ms;

// A line through fewer sentences may lie anywhere.
constexpr std::size_t kFewestLabels = 8;
constexpr int kJitterGate = 6;
// So many in a row are no outliers: the source has moved.
constexpr int kOutliersToMove = 4;
constexpr Duration kHalfSecond = 500ms;
constexpr Duration kLabelLineLimit = 300ms;
// Two crystals at the opposite ends of what is allowed.
constexpr Rate kWorstRateError = rate_from_ppm(1000.0);

}  // namespace

SourceTrack::SourceTrack(const SourceSettings& settings, std::optional<UtcDay> floor)
    : settings_{settings}, labels_{floor, settings.delay} {}

void SourceTrack::hold(const Pulse& pulse) {
    last_pulse_ = pulse.at;
    held_.push_back(pulse);
    if (held_.size() > kMostHeld) {
        held_.pop_front();
    }
}

std::vector<Pulse> SourceTrack::take_held() {
    std::vector<Pulse> pulses{held_.begin(), held_.end()};
    held_.clear();
    return pulses;
}

void SourceTrack::add_pulse_sample(const Sample& sample) {
    last_pulse_ = std::max(last_pulse_.value_or(sample.local), sample.local);
    if (is_outlier(sample) && ++outliers_ < kOutliersToMove) {
        pulse_reason_ = Reason::kDistant;
        return;
    }
    if (outliers_ >= kOutliersToMove) {
        pulse_fit_.clear();
    }
    outliers_ = 0;
    pulse_reason_ = Reason::kSelectable;
    pulse_fit_.add(sample);
    // Not one pulse a second, whatever it is; what follows may be.
    if (pulse_fit_.estimate() && pulse_fit_.estimate()->jitter > kPulseJitterLimit) {
        pulse_fit_.clear();
        pulse_fit_.add(sample);
    }
}

bool SourceTrack::is_outlier(const Sample& sample) const {
    const auto& line = pulse_fit_.estimate();
    if (!line || sample.local - line->anchor_local > kFresh) {
        return false;
    }
    const Duration allowed = line->bound_at(sample.local) + sample.dispersion + kJitterGate * line->jitter;
    return std::chrono::abs(sample.reference - line->tai_at(sample.local)) > allowed;
}

void SourceTrack::add_label_sample(const HeardSecond& heard) {
    label_fit_.add({settings_.id, heard.heard, heard.second, heard.uncertainty});
}

bool SourceTrack::contradicts_own_labels(const HeardSecond& heard) const {
    const auto& line = label_fit_.estimate();
    if (!line || line->bound_at(heard.heard) > kLabelLineLimit) {
        return false;
    }
    return std::chrono::abs(heard.second - line->tai_at(heard.heard)) > kHalfSecond;
}

std::optional<SourceTrack::Line> SourceTrack::line(LocalInstant now) const {
    const auto usable = [now](const LineFit& fit, Duration jitter_limit) {
        return fit.estimate() && now - fit.estimate()->anchor_local <= kFresh && fit.estimate()->jitter <= jitter_limit;
    };
    if (usable(pulse_fit_, kPulseJitterLimit)) {
        LineEstimate estimate = *pulse_fit_.estimate();
        estimate.anchor_tai += settings_.offset;
        return Line{estimate, true};
    }
    if (usable(label_fit_, kLabelJitterLimit) && label_fit_.size() >= kFewestLabels) {
        return Line{label_line(now), false};
    }
    return std::nullopt;
}

// The delay may creep within its uncertainty while the line is drawn, and looks like a frequency then.
LineEstimate SourceTrack::label_line(LocalInstant now) const {
    const SentenceDelay::Value delay = labels_.delay().value(now);
    LineEstimate estimate = *label_fit_.estimate();
    const double creep =
        2.0 * static_cast<double>(delay.uncertainty.count()) / static_cast<double>(estimate.span.count());
    estimate.anchor_tai += settings_.offset + delay.delay;
    estimate.offset_bound += delay.uncertainty;
    estimate.rate_bound += std::min(rate_from_ppm(creep * 1e6), kWorstRateError);
    return estimate;
}

Reason SourceTrack::reason(LocalInstant now) const {
    const auto heard = last_heard();
    if (settings_.noselect) {
        return Reason::kNoselect;
    }
    if (const auto shown = line(now)) {
        const bool refused = pulses_heard(now) && !shown->from_pulses && pulse_reason_ == Reason::kDistant;
        return refused ? Reason::kDistant : Reason::kSelectable;
    }
    if (pulses_heard(now) && pulse_reason_ != Reason::kSelectable) {
        return labels_.reason() == Reason::kSilent || labels_.reason() == Reason::kSelectable ? pulse_reason_
                                                                                              : labels_.reason();
    }
    if (labels_.reason() != Reason::kSelectable && labels_.reason() != Reason::kSilent) {
        return labels_.reason();
    }
    return heard && now - *heard <= kFresh ? Reason::kWaitingForAgreement : Reason::kSilent;
}

bool SourceTrack::pulses_heard(LocalInstant now) const {
    return last_pulse_ && now - *last_pulse_ <= kFresh;
}

bool SourceTrack::labels_heard(LocalInstant now) const {
    return labels_.last_heard() && now - *labels_.last_heard() <= kFresh;
}

std::optional<LocalInstant> SourceTrack::last_heard() const {
    const std::optional<LocalInstant> label = labels_.last_heard();
    if (!last_pulse_ || !label) {
        return last_pulse_ ? last_pulse_ : label;
    }
    return std::max(*last_pulse_, *label);
}

void SourceTrack::restart() {
    labels_.restart();
    pulse_fit_.clear();
    label_fit_.clear();
    held_.clear();
    outliers_ = 0;
    pulse_reason_ = Reason::kUnlabelled;
}

}  // namespace tokimori
