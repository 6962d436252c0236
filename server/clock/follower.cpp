#include "server/clock/follower.h"

#include <algorithm>
#include <utility>

namespace tokimori {
namespace {

using namespace std::chrono_literals;
using Kind = FollowerEvent::Kind;

// An error is taken back over this time, so that the noise of one reading does not show as a jump of frequency.
constexpr Duration kSlewTime = 8s;
constexpr Rate kSlewLimit = rate_from_ppm(500.0);
constexpr Duration kMostSlewed = 1s;
// Beyond it RFC 5905 calls nobody synchronised.
constexpr Duration kErrorLimit = 1s;
constexpr Duration kWritingInterval = 600ms;
constexpr Duration kNoticeable = 50us;
constexpr Rate kRateBlur = rate_from_ppm(1.0);
// What another loop had in mind for a second is done to its end.
constexpr Duration kLoopEnds = 1500ms;
constexpr Duration kLeapBefore = 2500ms;
constexpr Duration kLeapAfter = 1500ms;
// A kernel that is told of a leap second takes up to a second to believe it.
constexpr Duration kLastArming = 5s;
// The kernel's day must have begun too, and its next second.
constexpr std::int32_t kFirstArming = 10;
constexpr Duration kArmingOffset = 500ms;

Duration magnitude(Duration span) {
    return std::chrono::abs(span);
}

PosixNanoseconds posix_of(const UtcTime& utc) {
    const std::int64_t seconds = std::int64_t{utc.second.day} * kSecondsPerDay +
                                 std::min(utc.second.second, kSecondsPerDay - 1);  // 23:59:59 twice
    return seconds * 1'000'000'000 + utc.nanosecond;
}

UtcDay day_of(PosixNanoseconds posix) {
    const std::int64_t length = std::int64_t{kSecondsPerDay} * 1'000'000'000;
    const std::int64_t day = posix / length - (posix % length < 0 ? 1 : 0);
    return static_cast<UtcDay>(day);
}

// How much faster than right the clock shall go: as what is served does, and to take back its own error.
Rate slew_for(Duration offset, Duration width, Rate served_slew) {
    const Duration error =
        magnitude(offset) <= width / 2 ? Duration::zero() : std::clamp(offset, -kMostSlewed, kMostSlewed);
    const double ppm = static_cast<double>(error.count()) * 1e-3 / static_cast<double>(kSlewTime / 1s);
    return std::clamp(rate_from_ppm(ppm) + served_slew, -kSlewLimit, kSlewLimit);
}

// On no other day may a leap second that somebody told the kernel be meant.
bool may_end_in_leap(UtcDay day) {
    return is_last_day_of_month(day) && in_month_of_leap_seconds(day);
}

LeapKind armed(const KernelClock& kernel) {
    if (kernel.insert == kernel.remove) {
        return LeapKind::kNone;
    }
    return kernel.insert ? LeapKind::kInsert : LeapKind::kDelete;
}

// How far the kernel moves CLOCK_REALTIME.
Duration leap_of(LeapKind kind) {
    return -static_cast<int>(kind) * 1s;
}

Duration whole_microseconds(Duration span) {
    return std::chrono::floor<std::chrono::microseconds>(span);
}

}  // namespace

/// Where the clock should be.
struct Follower::Aim {
    UtcTime utc;
    Duration offset{};  ///< of what is served, from CLOCK_REALTIME
    int tai_minus_utc = 0;
    std::optional<LeapEvent> leap = std::nullopt;  ///< the next, or the one that has just been
    Duration to_leap{};                            ///< until the new count begins; less than 0: since then
    Rate smear = 0;                                ///< how fast it shall run against UTC

    LeapKind leap_today() const { return leap && leap->day == utc.second.day ? leap->kind : LeapKind::kNone; }
};

/// What `look` was told.
struct Follower::Scene {
    const HostClocks& host;
    const KernelClock& kernel;
    const ServerState& state;
    bool synchronised = false;
};

Follower::Aim Follower::aim_at(const HostClocks& host, const ServerState& state, const LeapTable& table) const {
    const TaiInstant tai = state.model.tai_at(host.local);
    Aim aim{.utc = table.utc_at(tai), .tai_minus_utc = table.tai_minus_utc_at(tai)};
    if (smeared_ && state.scale.smear()) {
        aim.offset = Duration{(tai + state.scale.offset_at(tai)).time_since_epoch().count() - host.realtime};
        aim.smear = rate_from_ppm(state.scale.rate_ppm_at(tai));
        return aim;
    }
    aim.offset = Duration{posix_of(aim.utc) - host.realtime};
    aim.leap = table.next_event_after(tai - kLeapAfter);
    if (aim.leap) {
        aim.to_leap = table.end_of(*aim.leap) - tai;
    }
    return aim;
}

Follower::Answer Follower::look(const HostClocks& host, const KernelClock& kernel, const ServerState& state,
                                const LeapTable& table) {
    Answer answer;
    const Scene scene{host, kernel, state, state.synchronised_at(host.local)};
    const Aim aim = state.ever_synchronised ? aim_at(host, state, table) : Aim{};
    if (aim.leap && aim.to_leap <= kLeapBefore) {
        passing_ = aim.leap;
        return answer;
    }
    notice_others(scene, answer);
    last_ = host;
    left_at_ = kernel.rate;
    if (!state.ever_synchronised) {
        wait(scene, answer);
    } else if (!scene.synchronised) {
        run_free(scene, aim, answer);
    } else {
        steer(scene, aim, answer);
    }
    if (answer.adjustment && !is_due(scene, *answer.adjustment)) {
        answer.adjustment.reset();
    }
    return answer;
}

void Follower::made(const HostClocks& host, const KernelClock& kernel) {
    last_ = host;
    left_at_ = kernel.rate;
    written_ = host.local;
    if (std::exchange(end_other_loops_, false)) {
        settled_ = host.local + kLoopEnds;
    }
}

// Steps show between clocks that are slewed alike; slews that are not ours show against the counter.
void Follower::notice_others(const Scene& scene, Answer& answer) {
    if (!last_) {
        return;
    }
    const HostClocks& host = scene.host;
    const Duration blur = kNoticeable + host.width + last_->width;
    const Duration moved{(host.realtime - host.boottime) - (last_->realtime - last_->boottime)};
    const Duration unexplained = without_leap(moved, blur, scene, answer);
    if (magnitude(unexplained) > blur) {
        leap_is_armed_for_certain_ = false;
        intervened(scene, {Kind::kMoved, unexplained}, answer);
    }
    const Duration elapsed = host.local - last_->local;
    const Duration drifted =
        Duration{host.monotonic - last_->monotonic} - elapsed - scaled(elapsed, rate_from(*left_at_));
    const bool drifts = last_->local >= settled_ && magnitude(drifted) > blur + scaled(elapsed, kRateBlur);
    const bool rate_changed = scene.kernel.rate != *left_at_;
    if (rate_changed || drifts || scene.kernel.has_other_loop) {
        end_other_loops_ = true;
        intervened(scene, {Kind::kSteered, rate_changed ? Duration{} : drifted}, answer);
    }
}

// What is left of a step once the leap second that has just passed is taken out of it.
Duration Follower::without_leap(Duration moved, Duration blur, const Scene& scene, Answer& answer) {
    const std::optional<LeapEvent> passed = std::exchange(passing_, std::nullopt);
    if (!passed) {
        return moved;
    }
    leap_is_armed_for_certain_ = false;
    const LeapKind kind = passed->kind;
    if (magnitude(moved) <= blur) {
        leap_missed_ = scene.synchronised;
        if (leap_missed_) {
            answer.events.push_back({.kind = Kind::kLeapMissed, .leap = kind});
        }
        return moved;
    }
    if (magnitude(moved - leap_of(kind)) <= blur) {
        answer.events.push_back({.kind = Kind::kLeapDone, .leap = kind});
    }
    return moved - leap_of(kind);
}

void Follower::intervened(const Scene& scene, FollowerEvent event, Answer& answer) {
    ++report_.interventions;
    report_.last_intervention = scene.host.local;
    answer.events.push_back(event);
}

void Follower::enter(FollowerState state, FollowerEvent event, Answer& answer) {
    if (std::exchange(report_.state, state) != state) {
        answer.events.push_back(event);
    }
}

void Follower::steer(const Scene& scene, const Aim& aim, Answer& answer) {
    KernelAdjustment next;
    next.step = step_for(scene, aim);
    if (next.step != Duration::zero()) {
        leap_is_armed_for_certain_ = false;
        answer.events.push_back({Kind::kSet, next.step});
    }
    const Duration rest = aim.offset - next.step;
    const Duration pending = scene.state.model.pending_at(scene.host.local);
    const Rate served_slew = scene.host.local < scene.state.model.slew_end ? scene.state.model.slew_rate : 0;
    const Rate slew = slew_for(rest, scene.host.width, served_slew + aim.smear);
    next.rate = kernel_rate_from(scene.state.model.rate + slew);
    next.estimated_error = magnitude(rest) + magnitude(pending);
    next.max_error = scene.state.root_distance_at(scene.host.local) + magnitude(rest) + scene.host.width;
    next.unsynchronised = next.max_error >= kErrorLimit;
    if (next.unsynchronised) {
        next.max_error = kUnsynchronisedError;
    }
    if (scene.kernel.tai_minus_utc != aim.tai_minus_utc) {
        next.tai_minus_utc = aim.tai_minus_utc;
    }
    next.leap = wanted_leap(scene, aim);
    next.end_other_loops = end_other_loops_;
    tell_leap(scene, aim, next.leap, answer);
    if (magnitude(rest) <= settings_.step_threshold) {
        started_ |= scene.state.root_distance_at(scene.host.local) <= settings_.step_threshold;
        enter(FollowerState::kFollowing, {Kind::kFollowing, rest}, answer);
    } else {
        enter(FollowerState::kFarOff, {Kind::kFarOff, rest}, answer);
    }
    report_.offset = rest;
    report_.max_error = next.max_error;
    report_.rate = rate_from(next.rate);
    report_.leap = next.leap;
    answer.adjustment = next;
}

// What lies within our own bound is not known to be wrong.
Duration Follower::step_for(const Scene& scene, const Aim& aim) {
    const bool off = magnitude(aim.offset) > scene.state.root_distance_at(scene.host.local);
    const bool requested = std::exchange(step_requested_, false);
    const bool missed = std::exchange(leap_missed_, false);
    const bool allowed = missed || (started_ ? settings_.steps_later : settings_.steps_at_start);
    const bool wanted = requested || (allowed && magnitude(aim.offset) > settings_.step_threshold);
    return off && wanted ? whole_microseconds(aim.offset) : Duration::zero();
}

// The kernel carries out a leap second at the end of its own day, so it may be told only on that day, and only once it
// is there. If the clock is set it keeps the flag and forgets when: then it must be told anew.
LeapKind Follower::wanted_leap(const Scene& scene, const Aim& aim) {
    const bool today = aim.leap && aim.leap->day == aim.utc.second.day && aim.utc.second.second >= kFirstArming &&
                       day_of(scene.host.realtime) == aim.utc.second.day && magnitude(aim.offset) < kArmingOffset;
    if (!today) {
        return LeapKind::kNone;
    }
    const LeapKind told = armed(scene.kernel);
    if (aim.to_leap < kLastArming) {
        return told == aim.leap->kind ? told : LeapKind::kNone;
    }
    if (!leap_is_armed_for_certain_) {
        leap_is_armed_for_certain_ = told == LeapKind::kNone && scene.kernel.state == KernelLeapState::kOk;
    }
    return leap_is_armed_for_certain_ ? aim.leap->kind : LeapKind::kNone;
}

void Follower::tell_leap(const Scene& scene, const Aim& aim, LeapKind wanted, Answer& answer) {
    const LeapKind told = armed(scene.kernel);
    if (wanted == told) {
        return;
    }
    // What an earlier run has armed for today is armed anew without a word, once it is certain.
    const bool due = aim.leap_today() == told;
    if (wanted != LeapKind::kNone) {
        answer.events.push_back({.kind = Kind::kLeapArmed, .leap = wanted});
    } else if (scene.kernel.state != KernelLeapState::kWait && !due) {
        answer.events.push_back({.kind = Kind::kLeapWithdrawn, .leap = told});
    }
}

// Goes on as fast as the clock was last known to be right; a leap second that it was told of today stays true.
void Follower::run_free(const Scene& scene, const Aim& aim, Answer& answer) {
    const bool today = aim.leap_today() != LeapKind::kNone;
    answer.adjustment = KernelAdjustment{.rate = kernel_rate_from(scene.state.model.rate),
                                         .leap = today ? armed(scene.kernel) : LeapKind::kNone,
                                         .max_error = kUnsynchronisedError,
                                         .estimated_error = kUnsynchronisedError,
                                         .end_other_loops = end_other_loops_};
    report_.offset = aim.offset;
    report_.rate = rate_from(answer.adjustment->rate);
    report_.max_error = kUnsynchronisedError;
    report_.leap = answer.adjustment->leap;
    enter(FollowerState::kUnsynchronised, {Kind::kUnsynchronised}, answer);
}

// A leap second that an earlier run told the kernel may be right; a stale one must not happen.
void Follower::wait(const Scene& scene, Answer& answer) {
    const bool meant = may_end_in_leap(day_of(scene.host.realtime));
    answer.adjustment = KernelAdjustment{.rate = scene.kernel.rate,
                                         .leap = meant ? armed(scene.kernel) : LeapKind::kNone,
                                         .max_error = kUnsynchronisedError,
                                         .estimated_error = kUnsynchronisedError,
                                         .end_other_loops = end_other_loops_};
    report_.max_error = kUnsynchronisedError;
}

// While it steers the kernel is told at every look, if these are not too many; otherwise only what it does not know.
bool Follower::is_due(const Scene& scene, const KernelAdjustment& next) const {
    const KernelClock& kernel = scene.kernel;
    const bool news = next.step != Duration::zero() || next.end_other_loops || next.tai_minus_utc ||
                      next.unsynchronised != kernel.unsynchronised || next.leap != armed(kernel) ||
                      (kernel.insert && kernel.remove);
    if (next.unsynchronised && next.rate == kernel.rate) {
        return news || kernel.max_error < kUnsynchronisedError;
    }
    return news || !written_ || scene.host.local - *written_ >= kWritingInterval;
}

std::optional<KernelAdjustment> Follower::release(const KernelClock& kernel, const ServerState& state) {
    const bool steers = report_.state == FollowerState::kFollowing || report_.state == FollowerState::kFarOff;
    report_ = {};
    last_.reset();
    if (!steers) {
        return std::nullopt;
    }
    return KernelAdjustment{.rate = kernel_rate_from(state.model.rate),
                            .unsynchronised = kernel.unsynchronised,
                            .leap = armed(kernel),
                            .max_error = kernel.max_error,
                            .estimated_error = kernel.estimated_error};
}

}  // namespace tokimori
