#include "server/clock/timekeeper.h"

#include <algorithm>

namespace tokimori {

Reason Timekeeper::reason_of(const SourceTrack& source) const {
    const SourceId id = source.settings().id;
    if (!believable(source)) {
        return Reason::kLaboratoryOnly;
    }
    const Reason own = source.reason(now_);
    if (own != Reason::kSelectable) {
        return own;
    }
    if (selected_ == id) {
        return Reason::kSelected;
    }
    if (std::find(falsetickers_.begin(), falsetickers_.end(), id) != falsetickers_.end()) {
        return Reason::kFalseticker;
    }
    if (serving() || !pulses_are_coming() || source.line(now_)->from_pulses) {
        return own;
    }
    return source.pulses_heard(now_) ? source.pulse_reason() : Reason::kWaitingForPulses;
}

std::vector<SourceReport> Timekeeper::sources() const {
    std::vector<SourceReport> reports;
    for (const SourceTrack& source : sources_) {
        SourceReport report{.source = source.settings().id,
                            .reason = reason_of(source),
                            .refid = source.settings().refid,
                            .stratum = source.settings().stratum};
        if (const auto line = source.line(now_)) {
            report.from_pulses = line->from_pulses;
            report.offset = line->estimate.tai_at(now_) - state_.model.tai_at(now_);
            report.jitter = line->estimate.jitter;
            report.distance = line->estimate.bound_at(now_);
            report.frequency_ppm = ppm_from_rate(line->estimate.rate - state_.model.rate);
            report.frequency_bound_ppm = ppm_from_rate(line->estimate.rate_bound);
            report.samples = line->estimate.samples;
            report.span = line->estimate.span;
            report.last_sample = line->estimate.anchor_local;
        }
        report.sentence_delay = source.labels().delay().learned();
        report.last_heard = source.last_heard();
        report.week_mended = source.labels().week_mended();
        report.satellites = source.satellites();
        reports.push_back(report);
    }
    return reports;
}

ClockReport Timekeeper::report() const {
    const SourceTrack* const followed = selected_ ? find(*selected_) : nullptr;
    const auto line = followed != nullptr ? followed->line(now_) : std::nullopt;
    return {.state = clock_state(),
            .selected = selected_,
            .by_pulses = line && line->from_pulses,
            .server = state_,
            .last_update = last_update_,
            .offset = discipline_.offset(),
            .frequency_ppm = ppm_from_rate(state_.model.rate),
            .frequency_bound_ppm = ppm_from_rate(state_.model.dispersion_rate)};
}

}  // namespace tokimori
