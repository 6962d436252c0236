#include <algorithm>
#include <cmath>

#include "server/clock/timekeeper.h"

namespace tokimori {
namespace {

using namespace std::chrono_literals;

// So long before its deadline the clock takes what it can get.
constexpr Duration kLastMoment = 10s;
// A report may come late by so much before the clock counts as on its own.
constexpr Duration kLateness = 2s;
// The clock on its own is not exchanged for a line so much worse, as long as it may go on.
constexpr int kMuchWorse = 4;
// Of a crystal that was switched off, moved, and switched on again.
constexpr Rate kAgeing = rate_from_ppm(20.0);

// What a crystal did before the restart it still does, but for its temperature and age. A line that says otherwise is
// not bent: then what is remembered may be of another crystal.
void narrow_by(const ClockMemory& remembered, LineEstimate& line) {
    const Rate off = std::abs(line.rate - remembered.rate);
    const Rate allowed = remembered.rate_bound + kAgeing;
    if (off <= allowed) {
        line.rate_bound = std::min(line.rate_bound, off + allowed);
    }
}

// For certain, and not only as far as a young line can tell.
bool rules_out(const LineEstimate& line, const ClockMemory& remembered) {
    return std::abs(line.rate - remembered.rate) > line.rate_bound + remembered.rate_bound + kAgeing;
}

}  // namespace

void Timekeeper::follow(const Combination& best) {
    LineEstimate line = best.line;
    // Only what is new may move the deadline.
    const bool news = !last_update_.at() || line.anchor_local > *last_update_.at();
    if (!refutes(best) && (!news || !worth_following(line))) {
        return;
    }
    choice_.panic = panics(line);
    if (choice_.panic) {
        return;
    }
    rates_.note(line.anchor_local, line.rate, line.rate_bound);
    line.offset_bound += best.distance - line.bound_at(now_);
    line.rate_bound += rates_.unrest();
    if (remembered_ && rules_out(line, *remembered_)) {
        remembered_.reset();
    }
    if (remembered_) {
        narrow_by(*remembered_, line);
    }
    if (!discipline_.follow(line, now_)) {
        prepare_step();
        return;
    }
    const SourceTrack& leader = *find(best.leader);
    choice_.selected = best.leader;
    choice_.members = best.members;
    choice_.outliers = best.outliers;
    seconds_.doubted = seconds_.corrected = false;
    last_update_.note(line.anchor_local, leader.patience() + kLateness, discipline_.offset());
    state_.model = discipline_.model();
    // Replies fill what lies below the precision with noise.
    state_.model.dispersion += Duration{1s} / (1 << -settings_.precision);
    state_.root_delay = std::min(line.root_delay, 2 * state_.model.dispersion);
    const std::optional<ServerFacts>& server = leader.news().server;
    state_.refid = server ? server->address_refid : leader.settings().refid;
    state_.stratum = static_cast<std::uint8_t>((server ? server->stratum : leader.settings().stratum) + 1);
    state_.reference = state_.model.tai_at(line.anchor_local);
    set_deadline(line.anchor_local);
    state_.ever_synchronised |= serving();
}

void Timekeeper::set_deadline(LocalInstant updated) {
    const Duration limit = std::min(kRootDistanceLimit, settings_.policy.holdover_error);
    const Duration margin = limit - state_.model.dispersion_at(now_);
    const double growth = std::max(ppm_from_rate(state_.model.dispersion_rate), 1e-3) * 1e-6;
    const auto lasts = Duration{static_cast<std::int64_t>(static_cast<double>(margin.count()) / growth)};
    state_.valid_until = updated + std::min(settings_.policy.holdover, now_ - updated + lasts);
}

bool Timekeeper::worth_following(const LineEstimate& line) const {
    const Duration bound = line.bound_at(now_);
    if (!serving() || state_.valid_until - now_ < kLastMoment) {
        return bound < kRootDistanceLimit;
    }
    return bound <= kMuchWorse * state_.model.dispersion_at(now_);
}

// Our own bound is worth nothing any more where those who outvote us say that the truth lies outside of it.
bool Timekeeper::refutes(const Combination& best) const {
    const Duration off = std::chrono::abs(best.line.tai_at(now_) - state_.model.tai_at(now_));
    return serving() && off > best.distance + state_.model.dispersion_at(now_);
}

// What was right once is not far away, unless it says so itself.
bool Timekeeper::panics(const LineEstimate& line) const {
    if (!state_.ever_synchronised || seconds_.doubted || settings_.laboratory) {
        return false;
    }
    const Duration off = std::chrono::abs(line.tai_at(now_) - state_.model.tai_at(now_));
    return off > settings_.policy.panic_threshold + state_.model.dispersion_at(now_);
}

// The next line that is followed sets the clock anew; until then nobody is served.
void Timekeeper::prepare_step() {
    ++seconds_.revocations;
    state_.valid_until = LocalInstant::min();
    last_update_.forget();
    choice_.forget_followed();
    arbiter_.forget();
    discipline_.restart();
}

// From here on nothing is vouched for. What was believed must prove itself again; the clock may then be set anew.
void Timekeeper::give_up() {
    prepare_step();
    for (SourceTrack& source : sources_) {
        source.restart();
    }
    acquiring_since_.reset();
    doubt_.end();
}

// It is we who count wrong. Where a receiver's own count says that it is a leap second that we lack, it is made up for,
// and everybody is heard out as if for the first time. Else our own count is corrected: heard out anew, the quickest
// might be those who misled us.
void Timekeeper::doubt_second(std::int64_t off) {
    if (off == -1 && seconds_.one_more && now_ - *seconds_.one_more < kLateness) {
        leap_.count_missed(state_.model.tai_at(now_));
        seconds_.doubted = true;
        hear_everybody_anew();
    } else {
        count_anew(off);
    }
}

// Who has a line bore us out.
void Timekeeper::count_anew(std::int64_t off) {
    seconds_.watch.forget();
    prepare_step();
    state_.model.anchor_tai += std::chrono::seconds{off};
    seconds_.corrected = true;
    for (SourceTrack& source : sources_) {
        if (source.line(now_)) {
            source.restart();
        }
    }
    acquiring_since_.reset();
    doubt_.end();
}

// Where leap seconds of the past are others than we thought, so is what labels without a count of them name, and what
// was said of our second.
void Timekeeper::hear_everybody_anew() {
    seconds_.watch.forget();
    seconds_.objections.forget();
    seconds_.one_more.reset();
    give_up();
}

void Timekeeper::set_leap_knowledge(LeapKnowledge knowledge) {
    const TaiInstant now = state_.model.tai_at(now_);
    const LeapTable before = leap_.table();
    leap_.replace(std::move(knowledge));
    refresh_leap_table();
    // Before the time is known, any leap second may be one of the past.
    const bool changed = state_.ever_synchronised ? leap_.table().tai_minus_utc_at(now) != before.tai_minus_utc_at(now)
                                                  : leap_.table().rows() != before.rows();
    if (changed) {
        seconds_.doubted |= state_.ever_synchronised;
        hear_everybody_anew();
    }
    publish();
}

}  // namespace tokimori
