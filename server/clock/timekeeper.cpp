#include "server/clock/timekeeper.h"

#include <algorithm>
#include <utility>

#include "server/clock/labeler.h"

namespace tokimori {
namespace {

using namespace std::chrono_literals;

// A pulse per second means nothing without somebody who says that the receiver behind it is alive.
constexpr Duration kVouchingAge = 10s;
// After this long without an update the clock is on its own.
constexpr Duration kUpdateAge = 10s;
// How long sentences alone are not followed because pulses are expected.
constexpr Duration kPulsePatience = 10s;
constexpr Duration kPulsePatienceAtMost = 30s;
// Sentence delays are learned only against a clock that is much better than they are.
constexpr Duration kLearningLimit = 10ms;
// What ntpd's clients still accept is 1.5 s; beyond one second nobody is helped.
constexpr Duration kRootDistanceLimit = 1s;
// After a suspend not even the second is known.
constexpr Duration kTimeLost = std::chrono::hours{24 * 365};
// The clock on its own is not exchanged for a line so much worse, as long as it may go on.
constexpr int kMuchWorse = 4;
constexpr int kJitterGate = 6;

}  // namespace

Timekeeper::Timekeeper(const Settings& settings, LeapTable table, LocalInstant started)
    : settings_{settings},
      leap_{std::move(table)},
      discipline_{settings.discipline},
      now_{started},
      acquiring_since_{started} {
    state_.precision = settings.precision;
}

void Timekeeper::set_sources(const std::vector<SourceSettings>& sources) {
    std::vector<SourceTrack> next;
    next.reserve(sources.size());
    for (const SourceSettings& wanted : sources) {
        SourceTrack* const known = find(wanted.id);
        if (known != nullptr && known->settings() == wanted) {
            next.push_back(std::move(*known));
        } else {
            next.emplace_back(wanted, settings_.floor);
        }
    }
    sources_ = std::move(next);
    update();
}

void Timekeeper::set_leap_table(LeapTable table) {
    leap_.replace(std::move(table));
    refresh_leap_table();
    publish();
}

void Timekeeper::observe(const Observation& observation) {
    std::visit([this](const auto& what) { on(what); }, observation);
}

void Timekeeper::advance(LocalInstant now) {
    now_ = std::max(now_, now);
    if (state_.ever_synchronised && last_update_ && !serving()) {
        give_up();
    }
    if (selected_ && last_update_ && now_ - *last_update_ > kUpdateAge) {
        selected_.reset();
    }
    refresh_leap_table();
    publish();
}

void Timekeeper::lose_time(LocalInstant now) {
    now_ = std::max(now_, now);
    give_up();
    state_.model.dispersion = kTimeLost;
    publish();
}

void Timekeeper::on(const Pulse& pulse) {
    now_ = std::max(now_, pulse.at);
    SourceTrack* const source = find(pulse.source);
    if (source != nullptr && believable(*source)) {
        number(*source, pulse);
        update();
    }
}

void Timekeeper::on(const Label& label) {
    hear(label, label.heard);
}

void Timekeeper::on(const OffsetSample& sample) {
    hear(sample, sample.local);
}

template <typename Report>
void Timekeeper::hear(const Report& report, LocalInstant at) {
    now_ = std::max(now_, at);
    SourceTrack* const source = find(report.source);
    if (source == nullptr || !believable(*source)) {
        return;
    }
    const std::optional<HeardSecond> heard = source->labels().weigh(report, leap_.table());
    if (!heard || !vouches(*source, *heard)) {
        return;
    }
    if (heard->complete) {
        add_sample(*source, {report.source, heard->heard, heard->second, heard->uncertainty});
    } else {
        source->add_label_sample(*heard);
    }
    note_vote(*source, report.time.second.day, report.leap_at_month_end);
    for (SourceTrack& other : sources_) {
        for (const Pulse& pulse : other.take_held()) {
            number(other, pulse);
        }
    }
    update();
}

void Timekeeper::on(const Satellites& satellites) {
    if (SourceTrack* const source = find(satellites.source)) {
        source->set_satellites(satellites);
    }
}

bool Timekeeper::believable(const SourceTrack& source) const {
    return settings_.laboratory || !source.settings().laboratory_only;
}

// Our own count of seconds outlives the holdover: as long as the bound is clearly below half a second, a source that
// names another second is wrong, and no wrong second is taken up for want of a better one.
bool Timekeeper::knows_second(LocalInstant at) const {
    return state_.ever_synchronised && state_.model.dispersion_at(at) <= kNumberingLimit;
}

// A sentence that names another second than ours is heard, but vouches for nothing.
bool Timekeeper::vouches(SourceTrack& source, const HeardSecond& heard) {
    if (!knows_second(heard.heard)) {
        return true;
    }
    const Duration bound = state_.model.dispersion_at(heard.heard);
    const Duration delay = state_.model.tai_at(heard.heard) - heard.second;
    if (!source.labels().delay_of(heard).possible(delay, bound + heard.uncertainty)) {
        source.labels().refuse(Reason::kWrongSecond);
        return false;
    }
    if (bound < kLearningLimit && !heard.complete) {
        source.labels().delay().add(delay);
    }
    return true;
}

void Timekeeper::number(SourceTrack& source, const Pulse& pulse) {
    Reason reason = Reason::kUnlabelled;
    if (const std::optional<TaiInstant> second = second_of(pulse, reason)) {
        add_sample(source, {pulse.source, pulse.at, *second, pulse.uncertainty});
    } else {
        source.hold(pulse);
        source.set_pulse_reason(reason);
    }
}

std::optional<TaiInstant> Timekeeper::second_of(const Pulse& pulse, Reason& reason) {
    std::optional<TaiInstant> found;
    for (SourceTrack& voucher : sources_) {
        const std::optional<HeardSecond> heard = voucher.labels().recent(pulse.at, kVouchingAge);
        if (!heard || !believable(voucher)) {
            continue;
        }
        if (knows_second(pulse.at)) {
            return second_by_clock(pulse.at, state_.model);
        }
        const auto second = second_by_label(pulse.at, *heard, voucher.labels().delay_of(*heard));
        if (!second || (found && *found != *second)) {
            reason = second ? Reason::kWaitingForAgreement : Reason::kAmbiguousDelay;
            return std::nullopt;
        }
        found = second;
    }
    return found;
}

void Timekeeper::add_sample(SourceTrack& source, const Sample& sample) {
    if (serving()) {
        const auto line = source.line(sample.local);
        const Duration jitter = line && line->from_pulses ? line->estimate.jitter : Duration{1us};
        const Duration allowed = state_.model.dispersion_at(sample.local) + sample.dispersion + kJitterGate * jitter;
        const Duration offset = sample.reference + source.settings().offset - state_.model.tai_at(sample.local);
        if (std::chrono::abs(offset) > allowed) {
            source.set_pulse_reason(Reason::kDistant);
            return;
        }
    }
    source.add_pulse_sample(sample);
}

void Timekeeper::note_vote(SourceTrack& source, UtcDay day, const std::optional<LeapKind>& announced) {
    if (announced.value_or(LeapKind::kNone) == LeapKind::kNone) {
        source.set_vote(std::nullopt);
        return;
    }
    const bool trusted = source.settings().trust || source.settings().laboratory_only;
    source.set_vote(LeapVote{{last_day_of_month(day), *announced}, trusted});
}

void Timekeeper::update() {
    std::vector<Candidate> all = candidates();
    const std::optional<SourceId> best = select_source(all);
    falsetickers_.clear();
    for (const Candidate& candidate : all) {
        if (!candidate.truechimer) {
            falsetickers_.push_back(candidate.source);
        }
    }
    if (best) {
        follow(*find(*best));
    }
    refresh_leap_table();
    publish();
}

std::vector<Candidate> Timekeeper::candidates() const {
    const bool labels_wait = !serving() && pulses_are_coming();
    std::vector<Candidate> all;
    for (const SourceTrack& source : sources_) {
        const auto line = source.line(now_);
        if (!line || source.settings().noselect || (labels_wait && !line->from_pulses)) {
            continue;
        }
        // Against the counter itself, so that nothing depends on how well our own clock is set.
        const TaiInstant origin{now_.time_since_epoch()};
        all.push_back({source.settings().id, line->estimate.tai_at(now_) - origin, line->estimate.bound_at(now_),
                       source.settings().prefer});
    }
    return all;
}

bool Timekeeper::pulses_are_coming() const {
    const Duration waited = now_ - acquiring_since_;
    return std::any_of(sources_.begin(), sources_.end(), [&](const SourceTrack& source) {
        if (!believable(source) || source.settings().noselect) {
            return false;
        }
        const bool heard = source.pulses_heard(now_);
        return waited < (heard ? kPulsePatienceAtMost : kPulsePatience) && (heard || source.settings().expects_pulses);
    });
}

void Timekeeper::follow(const SourceTrack& source) {
    const LineEstimate line = source.line(now_)->estimate;
    // Only what is new may move the deadline.
    if ((last_update_ && line.anchor_local <= *last_update_) || !worth_following(line)) {
        return;
    }
    if (!discipline_.follow(line, now_)) {
        give_up();
        return;
    }
    selected_ = source.settings().id;
    last_update_ = line.anchor_local;
    state_.model = discipline_.model();
    // Replies fill what lies below the precision with noise.
    state_.model.dispersion += Duration{1s} / (1 << -settings_.precision);
    state_.refid = source.settings().refid;
    state_.stratum = static_cast<std::uint8_t>(source.settings().stratum + 1);
    state_.reference = state_.model.tai_at(line.anchor_local);
    const Duration margin = kRootDistanceLimit - state_.model.dispersion_at(now_);
    const double growth = std::max(ppm_from_rate(state_.model.dispersion_rate), 1e-3) * 1e-6;
    const auto lasts = Duration{static_cast<std::int64_t>(static_cast<double>(margin.count()) / growth)};
    state_.valid_until = std::min(line.anchor_local + settings_.holdover, now_ + lasts);
    state_.ever_synchronised |= serving();
}

bool Timekeeper::worth_following(const LineEstimate& line) const {
    return !serving() || state_.valid_until - now_ < kUpdateAge ||
           line.bound_at(now_) <= kMuchWorse * state_.model.dispersion_at(now_);
}

// From here on nothing is vouched for. What was believed must prove itself again; the clock may then be set anew.
void Timekeeper::give_up() {
    state_.valid_until = LocalInstant::min();
    last_update_.reset();
    selected_.reset();
    discipline_.restart();
    for (SourceTrack& source : sources_) {
        source.restart();
    }
    acquiring_since_ = now_;
}

void Timekeeper::refresh_leap_table() {
    if (!state_.ever_synchronised) {
        return;
    }
    std::vector<LeapVote> votes;
    for (const SourceTrack& source : sources_) {
        if (source.vote()) {
            votes.push_back(*source.vote());
        }
    }
    leap_.update(state_.model.tai_at(now_), votes);
}

void Timekeeper::publish() {
    if (state_.ever_synchronised) {
        state_.scale = ServedScale::around(state_.model.tai_at(now_), leap_.table(), settings_.leap_lead);
    }
}

ClockState Timekeeper::clock_state() const {
    if (!serving()) {
        return state_.ever_synchronised ? ClockState::kUnsynchronised : ClockState::kNeverSynchronised;
    }
    return now_ - *last_update_ <= kUpdateAge ? ClockState::kSynchronised : ClockState::kHoldover;
}

SourceTrack* Timekeeper::find(SourceId id) {
    return const_cast<SourceTrack*>(std::as_const(*this).find(id));
}

const SourceTrack* Timekeeper::find(SourceId id) const {
    const auto found = std::find_if(sources_.begin(), sources_.end(),
                                    [id](const SourceTrack& source) { return source.settings().id == id; });
    return found != sources_.end() ? &*found : nullptr;
}

}  // namespace tokimori
