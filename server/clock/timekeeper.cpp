#include "server/clock/timekeeper.h"

#include <algorithm>
#include <utility>

namespace tokimori {
namespace {

using namespace std::chrono_literals;

// After this long without an update the clock is on its own.
constexpr Duration kUpdateAge = 10s;
// How long sentences alone are not followed because pulses are expected.
constexpr Duration kPulsePatience = 10s;
constexpr Duration kPulsePatienceAtMost = 30s;
// What ntpd's clients still accept is 1.5 s; beyond one second nobody is helped.
constexpr Duration kRootDistanceLimit = 1s;
// After a suspend not even the second is known.
constexpr Duration kTimeLost = std::chrono::hours{24 * 365};
// The clock on its own is not exchanged for a line so much worse, as long as it may go on.
constexpr int kMuchWorse = 4;
// Three sentences in a row, and some of them lost.
constexpr Duration kSettlingPatience = 6s;
constexpr Duration kDoubtAge = 64s;
constexpr int kFarOutside = 10;
constexpr SourceId kNoSource = 0xFFFF;

// Changes what the source was understood to say.
bool corrects(const SourceSettings& before, const SourceSettings& after) {
    return before.offset != after.offset || before.delay != after.delay;
}

}  // namespace

Timekeeper::Timekeeper(const Settings& settings, LeapTable table, LocalInstant started)
    : settings_{settings}, leap_{std::move(table)}, discipline_{settings.discipline}, now_{started} {
    state_.precision = settings.precision;
}

void Timekeeper::set_sources(const std::vector<SourceSettings>& sources) {
    std::vector<SourceTrack> next;
    next.reserve(sources.size());
    bool followed_changed = false;
    for (const SourceSettings& wanted : sources) {
        SourceTrack* const known = find(wanted.id);
        if (known != nullptr && known->settings() == wanted) {
            next.push_back(std::move(*known));
        } else {
            followed_changed |= selected_ == wanted.id && known != nullptr && corrects(known->settings(), wanted);
            next.emplace_back(wanted, settings_.floor);
        }
    }
    sources_ = std::move(next);
    if (followed_changed) {
        // The operator has corrected what the clock was set by.
        give_up();
    }
    if (selected_ && find(*selected_) == nullptr) {
        selected_.reset();
    }
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

void Timekeeper::on(const Satellites& satellites) {
    if (SourceTrack* const source = find(satellites.source)) {
        source->set_satellites(satellites);
    }
}

bool Timekeeper::believable(const SourceTrack& source) const {
    return settings_.laboratory || !source.settings().laboratory_only;
}

void Timekeeper::update() {
    std::vector<Candidate> all = candidates();
    if (!serving() && !acquiring_since_ && shows_a_line()) {
        acquiring_since_ = now_;
    }
    const std::optional<Selection> best = vote(all);
    if (best && !somebody_is_settling(*find(best->source))) {
        follow(*find(best->source), best->distance);
    }
    weigh_doubt(all, !best);
    refresh_leap_table();
    publish();
}

// Our own clock follows others and so has no voice where they agree. Where they do not, or where there is only one, it
// has: a lone source does not overrule it.
std::optional<Selection> Timekeeper::vote(std::vector<Candidate>& candidates) {
    std::optional<Selection> best = candidates.size() > 1 ? select_source(candidates) : std::nullopt;
    if (!best && serving()) {
        const Duration ours = state_.model.tai_at(now_) - TaiInstant{now_.time_since_epoch()};
        candidates.push_back(
            {.source = kNoSource, .offset = ours, .distance = state_.model.dispersion_at(now_), .votes_only = true});
    }
    best = best ? best : select_source(candidates);
    falsetickers_.clear();
    for (const Candidate& candidate : candidates) {
        if (!candidate.truechimer) {
            falsetickers_.push_back(candidate.source);
        }
    }
    return best;
}

// All against the counter itself, so that nothing depends on how well our own clock is set.
std::vector<Candidate> Timekeeper::candidates() const {
    const bool labels_wait = !serving() && pulses_are_coming();
    const TaiInstant origin{now_.time_since_epoch()};
    std::vector<Candidate> all;
    for (const SourceTrack& source : sources_) {
        const auto line = source.line(now_);
        if (!line || source.settings().noselect || (labels_wait && !line->from_pulses)) {
            continue;
        }
        all.push_back({.source = source.settings().id,
                       .offset = line->estimate.tai_at(now_) - origin,
                       .distance = line->estimate.bound_at(now_),
                       .prefer = source.settings().prefer,
                       .current = selected_ == source.settings().id});
    }
    return all;
}

// A source that is just outside our bound for long shows that our own clock left its model: then nothing is vouched
// for. One that is far outside has jumped, and is waited out.
void Timekeeper::weigh_doubt(const std::vector<Candidate>& candidates, bool outvoted) {
    const auto near_ours = [this](const Candidate& candidate) {
        const Duration ours = state_.model.tai_at(now_) - TaiInstant{now_.time_since_epoch()};
        const Duration bound = candidate.distance + state_.model.dispersion_at(now_);
        return !candidate.votes_only && std::chrono::abs(candidate.offset - ours) < kFarOutside * bound;
    };
    const bool doubted = serving() && outvoted && std::any_of(candidates.begin(), candidates.end(), near_ours);
    if (!doubted) {
        doubted_since_.reset();
    } else if (!doubted_since_) {
        doubted_since_ = now_;
    } else if (now_ - *doubted_since_ > kDoubtAge) {
        give_up();
    }
}

bool Timekeeper::shows_a_line() const {
    return std::any_of(sources_.begin(), sources_.end(),
                       [this](const SourceTrack& source) { return !source.settings().noselect && source.line(now_); });
}

Duration Timekeeper::waited() const {
    return acquiring_since_ ? now_ - *acquiring_since_ : Duration::zero();
}

// Before the first service everybody who can be heard as well is heard out, so that it is not the quickest who wins.
bool Timekeeper::somebody_is_settling(const SourceTrack& best) const {
    const bool by_pulses = best.line(now_)->from_pulses;
    const auto settles = [&](const SourceTrack& source) {
        const bool heard = source.pulses_heard(now_) || (!by_pulses && source.labels_heard(now_));
        return heard && believable(source) && !source.settings().noselect && !source.line(now_);
    };
    return !serving() && waited() < kSettlingPatience && std::any_of(sources_.begin(), sources_.end(), settles);
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

void Timekeeper::follow(const SourceTrack& source, Duration distance) {
    LineEstimate line = source.line(now_)->estimate;
    // Only what is new may move the deadline.
    if ((last_update_ && line.anchor_local <= *last_update_) || !worth_following(line)) {
        return;
    }
    line.offset_bound += distance - line.bound_at(now_);
    if (!discipline_.follow(line, now_)) {
        prepare_step();
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
    const Duration bound = line.bound_at(now_);
    if (!serving() || state_.valid_until - now_ < kUpdateAge) {
        return bound < kRootDistanceLimit;
    }
    return bound <= kMuchWorse * state_.model.dispersion_at(now_);
}

// The next line that is followed sets the clock anew; until then nobody is served.
void Timekeeper::prepare_step() {
    state_.valid_until = LocalInstant::min();
    last_update_.reset();
    selected_.reset();
    discipline_.restart();
}

// From here on nothing is vouched for. What was believed must prove itself again; the clock may then be set anew.
void Timekeeper::give_up() {
    prepare_step();
    for (SourceTrack& source : sources_) {
        source.restart();
    }
    acquiring_since_.reset();
    doubted_since_.reset();
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
