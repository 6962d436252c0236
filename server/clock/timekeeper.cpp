#include "server/clock/timekeeper.h"

#include <algorithm>
#include <utility>

#include "leap/leap_phase.h"

namespace tokimori {
namespace {

using namespace std::chrono_literals;

// How long sentences alone are not followed because pulses are expected.
constexpr Duration kPulsePatience = 10s;
constexpr Duration kPulsePatienceAtMost = 30s;
// Three sentences in a row, and some of them lost.
constexpr Duration kSettlingPatience = 6s;
constexpr int kFarOutside = 10;
// So long after a leap second others may not have made it.
constexpr Duration kDaysToFollow = 10 * 24h;

Discipline::Settings discipline_settings(const ClockPolicy& policy) {
    return {.slew_limit_ppm = policy.slew_limit_ppm, .step_threshold = policy.step_threshold};
}

// Changes what the source was understood to say.
bool corrects(const SourceSettings& before, const SourceSettings& after) {
    return before.offset != after.offset || before.delay != after.delay;
}

// What it said of our second is the operator's to take back.
bool silences(const SourceSettings& before, const SourceSettings& after) {
    return corrects(before, after) || before.trust != after.trust || before.noselect != after.noselect;
}

bool shows_a_line(const std::vector<SourceTrack>& sources, LocalInstant now) {
    return std::any_of(sources.begin(), sources.end(),
                       [now](const SourceTrack& source) { return !source.settings().noselect && source.line(now); });
}

// Bare pulses are as wrong as what numbers them.
Kin kin_of(const SourceTrack& source, const std::vector<SourceTrack>& sources) {
    const auto voice = std::find_if(sources.begin(), sources.end(),
                                    [&](const SourceTrack& other) { return other.settings().id == source.voice(); });
    return physics_of((voice != sources.end() ? *voice : source).settings().kin);
}

bool enough(std::vector<Candidate> candidates, std::size_t minimum) {
    std::erase_if(candidates, [](const Candidate& c) { return c.standing != Standing::kTruechimer; });
    return minimum <= 1 || voices_of(candidates) >= minimum;
}

}  // namespace

Timekeeper::Timekeeper(const Settings& settings, LeapKnowledge leap, LocalInstant started)
    : settings_{settings}, leap_{std::move(leap)}, discipline_{discipline_settings(settings.policy)}, now_{started} {
    state_.precision = settings.precision;
    if (settings.floor) {
        floor_ = DateFloor{.built = *settings.floor};
    }
}

void Timekeeper::set_sources(const std::vector<SourceSettings>& sources) {
    std::vector<SourceTrack> next;
    next.reserve(sources.size());
    bool followed_changed = false;
    for (const SourceTrack& before : sources_) {
        const SourceId id = before.settings().id;
        const auto after = std::find_if(sources.begin(), sources.end(), [id](const auto& s) { return s.id == id; });
        if (after == sources.end() || *after != before.settings()) {
            seconds_.watch.forget(id);
            counts_.forget(id);
        }
        if (after == sources.end() || silences(before.settings(), *after)) {
            seconds_.objections.forget(id);
        }
    }
    for (const SourceSettings& wanted : sources) {
        SourceTrack* const known = find(wanted.id);
        if (known != nullptr && known->settings() == wanted) {
            next.push_back(std::move(*known));
        } else {
            followed_changed |=
                choice_.selected == wanted.id && known != nullptr && corrects(known->settings(), wanted);
            next.emplace_back(wanted, floor_);
        }
    }
    sources_ = std::move(next);
    if (followed_changed) {
        // The operator has corrected what the clock was set by.
        give_up();
    }
    if (choice_.selected && find(*choice_.selected) == nullptr) {
        choice_.selected.reset();
    }
    update();
}

void Timekeeper::set_leap_policy(const LeapPolicy& policy) {
    settings_.leap = policy;
    publish();
}

void Timekeeper::observe(const Observation& observation) {
    std::visit([this](const auto& what) { on(what); }, observation);
}

std::optional<ClockMemory> Timekeeper::memory() const {
    if (!state_.ever_synchronised) {
        return std::nullopt;
    }
    // Of two dates that are contested the earlier one: no date may be before it.
    const std::chrono::seconds floor_off{seconds_.withheld ? std::min<std::int64_t>(seconds_.withheld->by.off, 0) : 0};
    const bool vouched = serving() && !seconds_.withheld && !seconds_.doubted && !seconds_.corrected;
    return ClockMemory{.rate = state_.model.rate,
                       .rate_bound = state_.model.dispersion_rate,
                       .saved = state_.model.tai_at(now_) + floor_off,
                       .saved_local = now_,
                       .leap = leap_.memory(),
                       .leap_policy = settings_.leap,
                       .model = state_.model,
                       .valid_until = vouched ? state_.valid_until : LocalInstant::min(),
                       .refid = state_.refid,
                       .stratum = state_.stratum};
}

void Timekeeper::recall(const ClockMemory& memory, bool same_boot) {
    remembered_ = memory;
    leap_.recall(memory.leap);
    if (floor_) {
        floor_->last = leap_.table().utc_at(memory.saved).second.day;
        for (SourceTrack& source : sources_) {
            source = SourceTrack{source.settings(), floor_};
        }
    }
    if (!same_boot || memory.saved_local > now_ || memory.valid_until == LocalInstant::min()) {
        return;
    }
    state_.model = memory.model;
    state_.valid_until = memory.valid_until;
    state_.refid = memory.refid;
    state_.stratum = memory.stratum;
    state_.reference = memory.model.tai_at(memory.model.anchor_local);
    state_.ever_synchronised = true;
    last_update_.resume(memory.model.anchor_local);
    discipline_.resume(memory.model);
    refresh_leap_table();
    publish();
}

void Timekeeper::advance(LocalInstant now) {
    now_ = std::max(now_, now);
    if (state_.ever_synchronised && last_update_.at() && !serving()) {
        give_up();
    }
    if (choice_.selected && last_update_.at() && !last_update_.is_recent(now_)) {
        choice_.selected.reset();
    }
    choice_.disputed = choice_.disputed && shows_a_line(sources_, now_);
    refresh_leap_table();
    publish();
}

void Timekeeper::lose_time(LocalInstant now) {
    now_ = std::max(now_, now);
    give_up();
    seconds_.objections.forget();
    seconds_.watch.forget();
    state_.model.dispersion = kTimeLost;
    resort_.lose_time(now_);
    publish();
}

// What is said of devices is for people alone.
void Timekeeper::on(const auto& news) {
    if constexpr (requires(SourceNews of_source) { of_source.note(news); }) {
        if (SourceTrack* const source = find(news.source)) {
            source->news().note(news);
        }
    }
}

// Another receiver's sentences have another delay, and its pulses lie elsewhere.
void Timekeeper::on(const ReceiverChange& change) {
    if (SourceTrack* const source = find(change.source)) {
        *source = SourceTrack{source->settings(), floor_};
        seconds_.watch.forget(change.source);
        counts_.forget(change.source);
    }
}

bool Timekeeper::believable(const SourceTrack& source) const {
    return settings_.laboratory || !source.settings().laboratory_only;
}

void Timekeeper::set_policy(const ClockPolicy& policy) {
    settings_.policy = policy;
    discipline_.configure(discipline_settings(policy));
}

void Timekeeper::update() {
    if (const auto off = knows_second(now_) ? seconds_.watch.refuted({now_, serving(), has_leapt()}) : std::nullopt) {
        doubt_second(*off);
    }
    choice_.judged = candidates();
    if (!serving() && !acquiring_since_ && shows_a_line(sources_, now_)) {
        acquiring_since_ = now_;
    }
    const Judgement judgement = arbiter_.judge(choice_.judged, serving() ? &state_.model : nullptr, now_);
    choice_.disputed = judgement.disputed;
    for (const Candidate& candidate : choice_.judged) {
        if (candidate.standing == Standing::kTruechimer) {
            find(candidate.source)->settle(candidate.distance);
        }
    }
    choice_.not_enough = judgement.agreed && !enough(choice_.judged, settings_.policy.minimum_sources);
    std::optional<Combination> best =
        judgement.agreed && !choice_.not_enough ? combine(choice_.judged, now_) : std::nullopt;
    if (best && choice_.disputed) {
        const Duration offset = best->line.tai_at(now_) - TaiInstant{now_.time_since_epoch()};
        best->distance = std::max({best->distance, judgement.also.high - offset, offset - judgement.also.low});
    }
    if (best && !somebody_is_settling(*find(best->leader))) {
        follow(*best);
    }
    weigh_doubt(!judgement.agreed);
    refresh_leap_table();
    publish();
}

// All against the counter itself, so that nothing depends on how well our own clock is set.
std::vector<Candidate> Timekeeper::candidates() const {
    const bool labels_wait = !serving() && pulses_are_coming();
    const TaiInstant origin{now_.time_since_epoch()};
    std::vector<Candidate> all;
    for (const SourceTrack& source : sources_) {
        const auto line = source.line(now_);
        if (!line || source.settings().noselect || (labels_wait && !line->from_pulses) ||
            line->estimate.bound_at(now_) >= kRootDistanceLimit) {
            continue;
        }
        // A preferred source that is too poor to be followed must not keep the others from it.
        const bool worthy = worth_following(line->estimate);
        all.push_back({.source = source.settings().id,
                       .voice = source.voice(),
                       .kin = kin_of(source, sources_),
                       .offset = line->estimate.tai_at(now_) - origin,
                       .distance = line->estimate.bound_at(now_),
                       .line = line->estimate,
                       .prefer = source.settings().prefer && worthy,
                       .trust = source.settings().trust,
                       .current = choice_.selected == source.settings().id,
                       .outlier = choice_.reason_of(source.settings().id) == Reason::kOutlier});
    }
    return all;
}

// A source that drifts out of our bound shows that our own clock left its model: then, after a while, nothing is
// vouched for. One that was far outside at once has jumped, as no crystal does; it is waited out until our bound has
// grown to it.
void Timekeeper::weigh_doubt(bool outvoted) {
    if (!serving() || !outvoted || choice_.judged.empty()) {
        doubt_.end();
        return;
    }
    const auto near_ours = [this](const Candidate& candidate) {
        const Duration ours = state_.model.tai_at(now_) - TaiInstant{now_.time_since_epoch()};
        const Duration bound = candidate.distance + state_.model.dispersion_at(now_);
        return std::chrono::abs(candidate.offset - ours) < kFarOutside * bound;
    };
    const auto stepped = [this](const Candidate& candidate) { return find(candidate.source)->stepped(); };
    const auto& all = choice_.judged;
    doubt_.note(std::any_of(all.begin(), all.end(), near_ours), std::any_of(all.begin(), all.end(), stepped), now_);
    if (doubt_.unbearable(now_)) {
        give_up();
    }
}

// Before the first service everybody who can be heard as well is heard out, so that it is not the quickest who wins.
bool Timekeeper::somebody_is_settling(const SourceTrack& best) const {
    const bool by_pulses = best.line(now_)->from_pulses;
    const auto settles = [&](const SourceTrack& source) {
        const bool heard =
            source.pulses_heard(now_) || ((!by_pulses || source.shares_samples()) && source.labels_heard(now_));
        return heard && believable(source) && !source.settings().noselect && !source.line(now_);
    };
    return !serving() && waited() < kSettlingPatience && std::any_of(sources_.begin(), sources_.end(), settles);
}

bool Timekeeper::has_leapt() const {
    const TaiInstant now = state_.model.tai_at(now_);
    const std::optional<LeapEvent> last = last_event_before(now, leap_.table());
    return last && now - leap_.table().end_of(*last) < kDaysToFollow;
}

bool Timekeeper::pulses_are_coming() const {
    return std::any_of(sources_.begin(), sources_.end(), [this](const SourceTrack& source) {
        if (!believable(source) || source.settings().noselect) {
            return false;
        }
        const bool heard = source.pulses_heard(now_);
        return waited() < (heard ? kPulsePatienceAtMost : kPulsePatience) &&
               (heard || source.settings().expects_pulses);
    });
}

void Timekeeper::refresh_leap_table() {
    if (!state_.ever_synchronised) {
        return;
    }
    std::vector<LeapVote> votes;
    for (const SourceTrack& source : sources_) {
        if (source.news().vote && !source.settings().noselect) {
            votes.push_back(*source.news().vote);
            votes.back().age = now_ - source.news().vote_said;
        }
    }
    leap_.update(state_.model.tai_at(now_), votes);
}

void Timekeeper::publish() {
    renew_scale();
    withhold();
    stand_in();
}

// A leap second that becomes known while its smear would be under way already, or is taken back then, or that is over:
// what is served jumps, as never with LI 0.
void Timekeeper::renew_scale() {
    if (!state_.ever_synchronised) {
        return;
    }
    const TaiInstant now = state_.model.tai_at(now_);
    const ServedScale scale = ServedScale::around(now, leap_.table(), settings_.leap);
    if (scale_in_use_ && serving() && scale.offset_at(now) != state_.scale.offset_at(now)) {
        prepare_step();
    }
    state_.scale = scale;
    scale_in_use_ = serving();
}

const SourceTrack* Timekeeper::find(SourceId id) const {
    const auto found = std::find_if(sources_.begin(), sources_.end(),
                                    [id](const SourceTrack& source) { return source.settings().id == id; });
    return found != sources_.end() ? &*found : nullptr;
}

}  // namespace tokimori
