#include "server/clock/source_track.h"

#include <algorithm>
#include <cmath>

namespace tokimori {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMostHeld = 8;
// Pulses that scatter more than this, or than a few times what is declared of them, are not a pulse per second;
// sentences, no serial line.
constexpr Duration kLeastJitterLimit = 5ms;
constexpr Duration kMostJitterLimit = 100ms;
constexpr int kRoughness = 4;
constexpr Duration kLabelJitterLimit = 300ms;

// Sources of many hundred microseconds at least have neighbours to be held against.
constexpr int kSpike = 4;
constexpr Duration kLeastSpike = 1ms;
// A line through fewer sentences may lie anywhere.
constexpr std::size_t kFewestLabels = 8;
constexpr int kJitterGate = 6;
// What lies farther off than so many gates is no scatter.
constexpr int kNearGate = 16;
constexpr Duration kHalfSecond = 500ms;
constexpr Duration kLabelLineLimit = 300ms;
// Two crystals at the opposite ends of what is allowed.
constexpr Rate kWorstRateError = rate_from_ppm(1000.0);
// What a crystal in trouble may do; a source that went further has moved itself.
constexpr Rate kCrystalInTrouble = rate_from_ppm(20.0);

// True if what lies off `line` from `first` to `last` lies beside it: a crystal that runs otherwise leads away from it,
// from the last `good` sample on.
bool is_step(const Sample& good, const Sample& first, const Sample& last, const LineEstimate& line) {
    const Duration at_first = first.reference - line.tai_at(first.local);
    const Duration at_last = last.reference - line.tai_at(last.local);
    const auto grown = static_cast<double>((at_last - at_first).count());
    const auto led_away = static_cast<double>(at_first.count()) *
                          static_cast<double>((last.local - first.local).count()) /
                          static_cast<double>((first.local - good.local).count());
    return std::abs(grown) < std::abs(led_away) / 2;
}

// What is declared to be rough may scatter.
Duration jitter_limit(const Sample& sample) {
    return std::clamp(kRoughness * sample.dispersion, kLeastJitterLimit, kMostJitterLimit);
}

}  // namespace

SourceTrack::SourceTrack(const SourceSettings& settings, std::optional<DateFloor> floor)
    : settings_{settings},
      labels_{{.floor = floor, .delay = settings.delay, .counts_weeks = settings.kin == Kin::kSatellites}},
      pulse_line_{settings.samples_per_point, settings.point_interval} {}

void SourceTrack::hold(const Pulse& pulse) {
    pulses_.note(pulse.at);
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
    pulses_.note(sample.local);
    const auto& line = pulse_line_.estimate();
    if (is_spike(sample)) {
        ++rejected_;
        return;
    }
    if (line && !line_samples_.alive(sample.local)) {
        begin_anew_after_silence(sample);
    } else if (excess(sample) > Duration::zero()) {
        if (!moves(sample)) {
            ++rejected_;
            pulse_reason_ = Reason::kDistant;
            return;
        }
        if (outliers_.in_a_row() && is_step(*last_sample_, outliers_.first(), sample, *line)) {
            step_ = std::chrono::abs(sample.reference - line->tai_at(sample.local));
        }
        pulse_line_.clear();
        outliers_.clear();
    } else if (line && sample.local - line->anchor_local < kHalfSecond) {
        return;  // several within a second say no more than one
    }
    outliers_.note_good(sample.local);
    take(sample);
}

// One that came by a much longer way than its neighbours says nothing that they do not say better. Where the way stays
// long it becomes the usual one.
bool SourceTrack::is_spike(const Sample& sample) {
    const bool first = usual_dispersion_ == Duration::zero();
    const bool spike = !first && sample.dispersion > std::max(kSpike * usual_dispersion_, kLeastSpike);
    const Duration seen = spike ? usual_dispersion_ + usual_dispersion_ / 4 : sample.dispersion;
    usual_dispersion_ = first ? seen : usual_dispersion_ + (seen - usual_dispersion_) / (spike ? 1 : 4);
    return spike;
}

void SourceTrack::take(const Sample& sample) {
    line_samples_.note(sample.local);
    ++samples_;
    last_sample_ = sample;
    accepted_.note(sample.local);
    pulse_line_.add(sample);
    pulse_reason_ = pulse_line_.too_fast() ? Reason::kDistant : Reason::kSelectable;
    // Not one pulse a second, whatever it is; what follows may be.
    if (pulse_line_.estimate() && pulse_line_.estimate()->jitter > jitter_limit(sample)) {
        pulse_line_.clear();
        pulse_line_.add(sample);
    }
}

bool SourceTrack::moves(const Sample& sample) {
    return outliers_.note(sample, excess(sample) < kNearGate * allowance(sample));
}

// A line through silence and a break says nothing. What lies farther off than a crystal may go in that time has moved.
void SourceTrack::begin_anew_after_silence(const Sample& sample) {
    const Duration off = excess(sample);
    if (off == Duration::zero()) {
        return;
    }
    if (off > scaled(sample.local - last_sample_->local, kCrystalInTrouble)) {
        step_ = off;
    }
    pulse_line_.clear();
}

void SourceTrack::set_shares_samples(const std::optional<ServerFacts>& server) {
    shares_samples_ = true;
    news_.server = server;
    for (Cadence* const cadence : {&pulses_, &line_samples_, &accepted_}) {
        cadence->expect_next(server ? server->next : Duration::zero());
    }
}

void SourceTrack::settle(Duration distance) {
    if (distance < step_) {
        step_ = Duration::zero();
    }
}

Duration SourceTrack::excess(const Sample& sample) const {
    const auto& line = pulse_line_.estimate();
    if (!line) {
        return Duration::zero();
    }
    const Duration off = std::chrono::abs(sample.reference - line->tai_at(sample.local));
    return std::max(off - allowance(sample), Duration::zero());
}

Duration SourceTrack::allowance(const Sample& sample) const {
    const LineEstimate& line = *pulse_line_.estimate();
    return line.bound_at(sample.local) + sample.dispersion + kJitterGate * line.jitter;
}

// The points of a line of means lie in the past already when they are drawn.
Duration SourceTrack::patience() const {
    const int gathered = pulse_line_.samples_per_point() - 1;
    return accepted_.patience() + std::max(gathered * accepted_.interval(), pulse_line_.point_interval()) * 3 / 2;
}

void SourceTrack::add_label_sample(const HeardSecond& heard) {
    last_label_ = Sample{settings_.id, heard.heard, heard.second, heard.uncertainty};
    label_fit_.add(*last_label_);
    if (!line_samples_.alive(heard.heard)) {
        ++samples_;
        accepted_.note(heard.heard);
    }
}

bool SourceTrack::contradicts_own_labels(const HeardSecond& heard) const {
    const auto& line = label_fit_.estimate();
    if (!line || line->bound_at(heard.heard) > kLabelLineLimit) {
        return false;
    }
    return std::chrono::abs(heard.second - line->tai_at(heard.heard)) > kHalfSecond;
}

std::optional<ShownLine> SourceTrack::line(LocalInstant now) const {
    const auto& pulses = pulse_line_.estimate();
    if (pulses && line_samples_.alive(now) && pulses->jitter <= kMostJitterLimit) {
        LineEstimate estimate = *pulses;
        estimate.anchor_tai += settings_.offset;
        return ShownLine{estimate, true};
    }
    const auto& labels = label_fit_.estimate();
    if (labels && now - labels->anchor_local <= labels_.cadence().patience() && labels->jitter <= kLabelJitterLimit &&
        label_fit_.size() >= kFewestLabels) {
        return ShownLine{label_line(now), false};
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
    estimate.attainable += delay.uncertainty;
    estimate.rate_bound += std::min(rate_from_ppm(creep * 1e6), kWorstRateError);
    return estimate;
}

std::optional<Sample> SourceTrack::newest(LocalInstant now) const {
    const bool by_label = !last_sample_ && last_label_;
    std::optional<Sample> sample = by_label ? last_label_ : last_sample_;
    if (sample) {
        sample->reference += settings_.offset + (by_label ? labels_.delay().value(now).delay : Duration::zero());
    }
    return sample;
}

Reason SourceTrack::reason(LocalInstant now) const {
    if (settings_.noselect) {
        return Reason::kNoselect;
    }
    const bool labels_speak = labels_.reason() != Reason::kSelectable && labels_.reason() != Reason::kSilent;
    const auto shown = line(now);
    // The line goes on for a while when its pulses are not accepted any more; people want to know at once.
    const bool refused = pulses_heard(now) && pulse_reason_ != Reason::kSelectable &&
                         (!shown || shown->from_pulses || pulse_reason_ == Reason::kDistant);
    if (refused) {
        return labels_speak ? labels_.reason() : pulse_reason_;
    }
    if (shown) {
        return Reason::kSelectable;
    }
    if (labels_speak) {
        return labels_.reason();
    }
    return pulses_heard(now) || labels_heard(now) ? Reason::kWaitingForAgreement : Reason::kSilent;
}

bool SourceTrack::pulses_heard(LocalInstant now) const {
    return pulses_.alive(now);
}

bool SourceTrack::labels_heard(LocalInstant now) const {
    return labels_.cadence().alive(now);
}

std::optional<LocalInstant> SourceTrack::last_heard() const {
    const std::optional<LocalInstant> label = labels_.last_heard();
    if (!pulses_.last() || !label) {
        return pulses_.last() ? pulses_.last() : label;
    }
    return std::max(*pulses_.last(), *label);
}

void SourceTrack::restart() {
    labels_.restart();
    pulse_line_.clear();
    label_fit_.clear();
    held_.clear();
    last_sample_.reset();
    last_label_.reset();
    numbered_by_.reset();
    step_ = Duration::zero();
    outliers_.clear();
    pulse_reason_ = Reason::kUnlabelled;
}

}  // namespace tokimori
