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
    pulse_reason_ = Reason::kSelectable;
    pulse_fit_.add(sample);
}

void SourceTrack::add_label_sample(const HeardSecond& heard) {
    last_label_ = heard.heard;
    label_fit_.add({settings_.id, heard.heard, heard.second, heard.uncertainty});
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
    if (usable(label_fit_, kLabelJitterLimit)) {
        const SentenceDelay::Value delay = labels_.delay().value();
        LineEstimate estimate = *label_fit_.estimate();
        estimate.anchor_tai += settings_.offset + delay.delay;
        estimate.offset_bound += delay.uncertainty;
        return Line{estimate, false};
    }
    return std::nullopt;
}

Reason SourceTrack::reason(LocalInstant now) const {
    const auto heard = last_heard();
    if (settings_.noselect) {
        return Reason::kNoselect;
    }
    if (line(now)) {
        return Reason::kSelectable;
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

std::optional<LocalInstant> SourceTrack::last_heard() const {
    if (!last_pulse_ || !last_label_) {
        return last_pulse_ ? last_pulse_ : last_label_;
    }
    return std::max(*last_pulse_, *last_label_);
}

void SourceTrack::restart() {
    labels_.distrust();
    pulse_fit_.clear();
    label_fit_.clear();
    held_.clear();
    pulse_reason_ = Reason::kUnlabelled;
}

}  // namespace tokimori
