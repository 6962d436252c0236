#include <algorithm>
#include <map>

#include "leap/leap_phase.h"
#include "server/clock/labeler.h"
#include "server/clock/timekeeper.h"

namespace tokimori {
namespace {

using namespace std::chrono_literals;

// Sentence delays are learned only against a clock that is much better than they are.
constexpr Duration kLearningLimit = 10ms;
constexpr Duration kHalfSecond = 500ms;
constexpr Duration kBesideLeap = 2s;
// Who speaks more often than this is waited for.
constexpr Duration kSeldom = 8s;
// Satellites repeat what they say of leap seconds every 12.5 minutes, and some of that is lost.
constexpr Duration kRepetition = 1h;

// Receivers pass on what one sky says. Servers speak each for itself.
std::uint16_t leap_voice_of(Kin kin) {
    return kin == Kin::kNetwork ? 0 : static_cast<std::uint16_t>(physics_of(kin));
}

// More than half of all that are believed must agree.
std::optional<TaiInstant> second_by_vote(const std::vector<const SourceTrack*>& vouchers, const Pulse& pulse,
                                         Reason& reason) {
    std::map<TaiInstant, std::size_t> votes;
    for (const SourceTrack* const voucher : vouchers) {
        const HeardSecond heard = *voucher->labels().recent(pulse.at);
        const auto second = second_by_label(pulse.at, heard, voucher->labels().delay_of(heard));
        if (!second) {
            reason = Reason::kAmbiguousDelay;
        } else if (2 * ++votes[*second] > vouchers.size()) {
            return second;
        }
    }
    return std::nullopt;
}

}  // namespace

void Timekeeper::on(const Pulse& pulse) {
    now_ = std::max(now_, pulse.at);
    SourceTrack* const source = find(pulse.source);
    if (source != nullptr && believable(*source)) {
        number(*source, pulse);
        update();
    }
}

void Timekeeper::on(const Label& label) {
    const SourceTrack* const source = find(label.source);
    if (label.gps_minus_utc && source != nullptr && believable(*source) && !source->settings().noselect) {
        counts_.note(source->settings(), *label.gps_minus_utc + kTaiMinusGps, label.heard);
    }
    hear(label, label.heard);
}

void Timekeeper::on(const OffsetSample& sample) {
    if (SourceTrack* const source = find(sample.source)) {
        source->set_shares_samples(sample.server);
    }
    hear(sample, sample.local);
}

void Timekeeper::hear(const auto& report, LocalInstant at) {
    now_ = std::max(now_, at);
    SourceTrack* const source = find(report.source);
    if (source == nullptr || !believable(*source)) {
        return;
    }
    const std::optional<HeardSecond> heard = source->labels().weigh(report, leap_.table());
    if (const auto named = source->labels().named(); named && named->heard == at) {
        note_word(*source, {*named}, source->labels().streak() > 1);
    }
    if (!heard) {
        hear_other_count(*source);
        publish();
        return;
    }
    if (!vouches(*source, *heard)) {
        update();
        return;
    }
    for (const HeardSecond& earlier : source->labels().proof()) {
        take_second(*source, earlier);
    }
    take_second(*source, *heard);
    note_vote(*source, report.time.second.day, report.leap_at_month_end);
    for (SourceTrack& other : sources_) {
        for (const Pulse& pulse : other.take_held()) {
            number(other, pulse);
        }
    }
    update();
}

// It has inserted more seconds than we have. One that has inserted fewer has not read its almanac since it was switched
// on. Nobody is served a wrong second by our belief where nobody is served.
void Timekeeper::hear_other_count(const SourceTrack& source) {
    const std::optional<OtherCount>& other = source.labels().other_count();
    if (!other || source.settings().noselect) {
        return;
    }
    const HeardSecond& heard = other->heard;
    const int off = leap_.table().tai_minus_utc_at(heard.second) - other->tai_minus_utc;
    const bool known = knows_second(heard.heard);
    note_word(source, {heard, other->tai_minus_utc}, other->times > 1);
    if (off >= 0 || (known && !possible(source, heard))) {
        return;
    }
    if (!serving() && other->proven && counts_.agreed(now_) == other->tai_minus_utc &&
        leap_.count_lacking(-off, heard.second)) {
        hear_everybody_anew();
    } else if (known) {
        note_second(source, off, heard.heard);
        if (off == -1) {
            seconds_.one_more = heard.heard;
        }
    }
    update();
}

// Its second may be ours.
bool Timekeeper::possible(const SourceTrack& source, const HeardSecond& heard) const {
    const Duration delay = state_.model.tai_at(heard.heard) - heard.second;
    const Duration bound = state_.model.dispersion_at(heard.heard) + heard.uncertainty;
    return source.labels().delay_of(heard).possible(delay, bound);
}

// nullopt: it cannot be told.
std::optional<std::int64_t> Timekeeper::seconds_off(const SourceTrack& source, const HeardSecond& heard) const {
    if (possible(source, heard)) {
        const Duration doubt = state_.model.dispersion_at(heard.heard) + heard.uncertainty;
        return heard.complete && doubt >= kHalfSecond ? std::nullopt : std::optional{std::int64_t{0}};
    }
    const Duration delay = state_.model.tai_at(heard.heard) - heard.second;
    const auto off =
        std::chrono::round<std::chrono::seconds>(source.labels().delay_of(heard).value(heard.heard).delay - delay);
    return off.count() != 0 ? std::optional{off.count()} : std::nullopt;
}

// Who has inserted fewer seconds than we have may not have read its almanac yet, unless it is one that no list knows
// of. Within a leap second that we know of, receivers have names of their own for it.
std::optional<std::int64_t> Timekeeper::seconds_off(SourceId id, const Objections::Word& word) const {
    const SourceTrack* const source = find(id);
    const TaiInstant then = state_.model.tai_at(word.said.heard);
    const std::optional<LeapEvent> near = last_event_before(then + kBesideLeap, leap_.table());
    if (source == nullptr || (near && then - leap_.table().end_of(*near) < kBesideLeap)) {
        return std::nullopt;
    }
    const std::optional<std::int64_t> off = seconds_off(*source, word.said);
    if (!word.tai_minus_utc || off != 0) {
        return word.tai_minus_utc ? std::nullopt : off;
    }
    const std::int64_t more = leap_.table().tai_minus_utc_at(word.said.second) - *word.tai_minus_utc;
    const bool in_no_list = near && leap_.knowledge().table.kind_on(near->day) == LeapKind::kNone;
    return more <= 0 || (more == 1 && in_no_list) ? std::optional{more} : std::nullopt;
}

void Timekeeper::note_word(const SourceTrack& source, const Objections::Word& word, bool follows) {
    const SourceSettings& settings = source.settings();
    if (settings.trust && !settings.noselect) {
        seconds_.objections.note(settings.id, word, follows, source.labels().cadence().expected() > kSeldom);
    }
}

// Our clock goes on, and is heard again as soon as nobody objects. Whether it is right is weighed meanwhile.
void Timekeeper::withhold() {
    const bool before = seconds_.withheld.has_value();
    std::optional<Objections::Objector> objector;
    if (serving()) {
        objector = seconds_.objections.weigh(
            {.now = now_,
             .lasts = settings_.policy.holdover,
             .off = [this](SourceId id, const Objections::Word& word) { return seconds_off(id, word); },
             .borne_out_since = [this](LocalInstant since) { return seconds_.watch.borne_out_since(since, now_); }});
    }
    seconds_.withheld.reset();
    if (objector) {
        seconds_.withheld = {*objector, state_};
        seconds_.withheld->state.valid_until = LocalInstant::min();
        seconds_.revocations += before ? 0 : 1;
    }
}

void Timekeeper::note_second(const SourceTrack& source, std::int64_t off, LocalInstant at) {
    const SourceSettings& settings = source.settings();
    if (!settings.noselect) {
        seconds_.watch.note({settings.id, settings.kin, settings.trust}, off, at);
    }
}

void Timekeeper::take_second(SourceTrack& source, const HeardSecond& heard) {
    if (heard.complete) {
        source.add_pulse_sample({source.settings().id, heard.heard, heard.second, heard.uncertainty, heard.root_delay});
    } else {
        source.add_label_sample(heard);
    }
}

// Our own count of seconds outlives the holdover: as long as the bound is clearly below half a second, a source that
// names another second is wrong, and no wrong second is taken up for want of a better one.
bool Timekeeper::knows_second(LocalInstant at) const {
    return state_.ever_synchronised && !seconds_.doubted && state_.model.dispersion_at(at) <= kNumberingLimit;
}

// A sentence that names another second than ours is heard, but vouches for nothing.
bool Timekeeper::vouches(SourceTrack& source, const HeardSecond& heard) {
    if (!knows_second(heard.heard)) {
        const bool jumped = !heard.complete && source.contradicts_own_labels(heard);
        if (jumped && !serving()) {
            // What it said before was served to nobody.
            source.restart();
        }
        if (jumped) {
            source.labels().refuse(Reason::kWrongSecond);
        }
        return !jumped;
    }
    const Duration bound = state_.model.dispersion_at(heard.heard);
    const Duration delay = state_.model.tai_at(heard.heard) - heard.second;
    if (const auto off = seconds_off(source, heard)) {
        note_second(source, *off, heard.heard);
    }
    if (!possible(source, heard)) {
        source.labels().refuse(Reason::kWrongSecond);
        return false;
    }
    if (bound < kLearningLimit && !heard.complete) {
        source.labels().delay().add(delay, heard.heard);
    }
    return true;
}

void Timekeeper::number(SourceTrack& source, const Pulse& pulse) {
    Reason reason = Reason::kUnlabelled;
    if (const std::optional<TaiInstant> second = second_of(source, pulse, reason)) {
        if (const auto vouchers = vouchers_of(source, pulse); vouchers.size() == 1) {
            source.set_numbered_by(vouchers.front()->settings().id);
        }
        source.add_pulse_sample({pulse.source, pulse.at, *second, pulse.uncertainty});
    } else {
        if (reason == Reason::kDistant) {
            source.note_rejection();
        }
        source.hold(pulse);
        source.set_pulse_reason(reason);
    }
}

// A receiver's own sentences number its pulses; where it has none, those that may be believed in a moment are waited
// for.
std::optional<TaiInstant> Timekeeper::second_of(const SourceTrack& source, const Pulse& pulse, Reason& reason) const {
    const std::vector<const SourceTrack*> vouchers = vouchers_of(source, pulse);
    const bool known = knows_second(pulse.at);
    if (!known && !vouchers.empty()) {
        reason = Reason::kWaitingForAgreement;
    }
    if (vouchers.empty() || (!known && !source.labels_heard(pulse.at) && labels_are_settling())) {
        return std::nullopt;
    }
    if (!known) {
        return second_by_vote(vouchers, pulse, reason);
    }
    // We know the second, so an edge that begins none is no pulse.
    reason = Reason::kDistant;
    return second_by_clock(pulse.at, state_.model);
}

bool Timekeeper::labels_are_settling() const {
    return std::any_of(sources_.begin(), sources_.end(), [this](const SourceTrack& source) {
        return believable(source) && source.labels().settling(now_);
    });
}

std::vector<const SourceTrack*> Timekeeper::vouchers_of(const SourceTrack& source, const Pulse& pulse) const {
    const bool has_own = source.labels_heard(pulse.at);
    std::vector<const SourceTrack*> vouchers;
    for (const SourceTrack& voucher : sources_) {
        const bool own = voucher.settings().id == source.settings().id;
        if (believable(voucher) && (own || !has_own) && voucher.labels().recent(pulse.at)) {
            vouchers.push_back(&voucher);
        }
    }
    return vouchers;
}

void Timekeeper::note_vote(SourceTrack& source, UtcDay day, const std::optional<LeapKind>& announced) {
    // By a hair the first report of a day comes while our clock still shows the day before: of its end it says nothing.
    SourceNews& news = source.news();
    std::optional<LeapVote>& vote = news.vote;
    if (vote && vote->event.day < day &&
        leap_.table().utc_at(state_.model.tai_at(now_)).second.day <= vote->event.day) {
        return;
    }
    const UtcDay last = last_day_of_month(day);
    const bool said_before = vote && vote->event.day == last;
    if (!announced && (!said_before || now_ - news.vote_said < kRepetition)) {
        if (!said_before) {
            vote.reset();
        }
        return;
    }
    const SourceSettings& settings = source.settings();
    vote = LeapVote{.event = {last, announced.value_or(LeapKind::kNone)},
                    .weight = settings.laboratory_only ? LeapWeight::kLaboratory
                              : settings.trust         ? LeapWeight::kTrusted
                                                       : LeapWeight::kVoice,
                    .source = settings.id,
                    .voice = leap_voice_of(settings.kin)};
    news.vote_said = now_;
}

}  // namespace tokimori
