#include "server/clock/timekeeper.h"

#include <algorithm>

namespace tokimori {

ClockState Timekeeper::clock_state() const {
    if (resort_.serving()) {
        return ClockState::kLocal;
    }
    if (!serving() || seconds_.withheld) {
        return state_.ever_synchronised ? ClockState::kUnsynchronised : ClockState::kNeverSynchronised;
    }
    return last_update_.is_recent(now_) ? ClockState::kSynchronised : ClockState::kHoldover;
}

Reason Timekeeper::reason_of(const SourceTrack& source) const {
    const SourceId id = source.settings().id;
    if (!believable(source)) {
        return Reason::kLaboratoryOnly;
    }
    if (source.settings().last_resort) {
        return reason_of_last_resort(source);
    }
    if (seconds_.withheld && seconds_.withheld->by.source == id) {
        return Reason::kObjects;
    }
    const Reason own = source.reason(now_);
    if (own != Reason::kSelectable) {
        return own;
    }
    if (seconds_.withheld) {
        return Reason::kWithheld;
    }
    if (choice_.selected == id) {
        return Reason::kSelected;
    }
    if (serving() || !pulses_are_coming() || source.line(now_)->from_pulses) {
        return choice_.reason_of(id);
    }
    return source.pulses_heard(now_) ? source.pulse_reason() : Reason::kWaitingForPulses;
}

std::vector<SourceReport> Timekeeper::sources() const {
    std::vector<SourceReport> reports;
    for (const SourceTrack& source : sources_) {
        SourceReport report{.source = source.settings().id,
                            .reason = reason_of(source),
                            .refid = source.news().server ? source.news().server->refid : source.settings().refid,
                            .stratum = source.news().server ? source.news().server->stratum : source.settings().stratum,
                            .reach = source.accepted().reach(now_),
                            .poll = source.accepted().expected(),
                            .delay = source.news().server ? source.news().server->delay : Duration::zero(),
                            .accepted = source.samples(),
                            .rejected = source.rejected(),
                            .lost_pulses = source.news().lost_pulses};
        if (const auto line = source.line(now_)) {
            report.from_pulses = line->from_pulses;
            report.offset = line->estimate.tai_at(now_) - state_.model.tai_at(now_);
            report.jitter = line->estimate.jitter;
            report.distance = line->estimate.bound_at(now_);
            report.frequency_ppm = ppm_from_rate(line->estimate.rate - state_.model.rate);
            report.frequency_bound_ppm = ppm_from_rate(line->estimate.rate_bound);
            report.deviation = line->estimate.deviation;
            report.samples = line->estimate.samples;
            report.span = line->estimate.span;
        }
        if (const auto newest = source.newest(now_)) {
            report.last_sample = newest->local;
            report.last_offset = newest->reference - state_.model.tai_at(newest->local);
        }
        report.sentence_delay = source.labels().delay().learned();
        report.last_heard = source.last_heard();
        report.week_mended = source.labels().week_mended();
        report.satellites = source.news().satellites;
        report.health = source.news().health;
        report.jjy = source.news().jjy;
        report.server = source.news().server;
        reports.push_back(report);
    }
    return reports;
}

ClockReport Timekeeper::report() const {
    const std::optional<SourceId> followed_id = selected();
    const SourceTrack* const followed = followed_id ? find(*followed_id) : nullptr;
    const auto line = followed != nullptr ? followed->line(now_) : std::nullopt;
    return {.state = clock_state(),
            .selected = followed_id,
            .by_pulses = line && line->from_pulses,
            .server = state(),
            .was_right = state_.ever_synchronised,
            .last_update = last_update_.at(),
            .offset = discipline_.offset(),
            .jitter = last_update_.jitter(),
            .frequency_ppm = ppm_from_rate(state_.model.rate),
            .frequency_bound_ppm = ppm_from_rate(state_.model.dispersion_rate),
            .wander_ppm = rates_.range_ppm(),
            .revocations = seconds_.revocations,
            .disputed = choice_.disputed || seconds_.withheld.has_value()};
}

}  // namespace tokimori
