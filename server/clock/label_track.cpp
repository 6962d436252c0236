#include "server/clock/label_track.h"

#include <algorithm>

#include <utility>

namespace tokimori {
namespace {

using namespace std::chrono_literals;

constexpr int kStreakToBelieve = 3;
constexpr Duration kLongestGapAtOneHertz = 64s;
constexpr Duration kLongestGap = 1h;
constexpr Duration kLongestAnnouncedGap = 3h;
constexpr int kMissedLabels = 3;
// Sentences jitter by up to 300 ms, and a crystal nobody has measured is 100 ppm off; a second that is missing or
// doubled shows beyond that.
constexpr Duration kContinuity = 400ms;
constexpr int kCrystal = 10'000;
// Three sentences in a row, and some of them lost.
constexpr Duration kSettlingTime = 6s;
constexpr Duration kSameSecond = 900ms;
constexpr UtcDay kRolloverDays = 1024 * 7;

// A receiver that counts UTC as POSIX does says 00:00:00 twice at an insertion; its GPS − UTC tells the two apart.
TaiInstant tai_by_gps(const UtcTime& time, int gps_minus_utc) {
    const std::chrono::seconds posix{std::int64_t{time.second.day} * kSecondsPerDay + time.second.second};
    return TaiInstant{posix + std::chrono::seconds{gps_minus_utc + kTaiMinusGps} + Duration{time.nanosecond}};
}

// A pulse that it vouches for begins a whole second. The counter errs by less than a millisecond on the way back.
HeardSecond second_before(HeardSecond heard) {
    const Duration fraction = heard.second.time_since_epoch() % 1s;
    heard.heard -= fraction;
    heard.second -= fraction;
    return heard;
}

// Some receivers name a second in several sentences, and reports may come late: neither says anything new.
bool said_again(const HeardSecond& last, const HeardSecond& next) {
    return next.heard <= last.heard || (next.second == last.second && next.heard - last.heard < kSameSecond);
}

}  // namespace

LabelTrack::LabelTrack(const Settings& settings)
    : floor_{settings.floor}, counts_weeks_{settings.counts_weeks}, delay_{settings.delay} {}

std::optional<HeardSecond> LabelTrack::weigh(const Label& label, const LeapTable& table) {
    note_heard(label.heard);
    return believe_or_not(plausible(label, table));
}

std::optional<HeardSecond> LabelTrack::weigh(const OffsetSample& sample, const LeapTable& table) {
    if (sample.server) {
        cadence_.expect_next(sample.server->next);
    }
    note_heard(sample.local);
    std::optional<HeardSecond> next = plausible(
        {.source = sample.source, .heard = sample.local, .time = sample.time, .uncertainty = sample.uncertainty},
        table);
    if (next) {
        next->complete = true;
        next->root_delay = sample.server ? sample.server->delay + sample.server->root_delay : Duration::zero();
    }
    return believe_or_not(next);
}

void LabelTrack::note_heard(LocalInstant at) {
    cadence_.note(at);
    first_heard_ = first_heard_.value_or(at);
}

std::optional<HeardSecond> LabelTrack::believe_or_not(const std::optional<HeardSecond>& next) {
    if (!next) {
        ++refused_;
        distrust();
        return std::nullopt;
    }
    if (last_ && said_again(*last_, *next)) {
        return std::nullopt;
    }
    if (!last_ || !continues(*last_, *next)) {
        streak_ = 0;
        proof_.clear();
    }
    last_ = next;
    if (++streak_ < kStreakToBelieve) {
        proof_.push_back(*next);
        reason_ = Reason::kWaitingForAgreement;
        return std::nullopt;
    }
    if (streak_ > kStreakToBelieve) {
        proof_.clear();
    }
    reason_ = Reason::kSelectable;
    believed_ = next->complete ? second_before(*next) : *next;
    return next;
}

std::optional<HeardSecond> LabelTrack::plausible(const Label& label, const LeapTable& table) {
    const std::optional<OtherCount> before = std::exchange(other_count_, std::nullopt);
    const std::optional<UtcTime> time = believable(label.time);
    if (!time) {
        const bool built_by_then = week_mended_ || label.time.second.day >= floor_->built;
        reason_ = built_by_then ? Reason::kBeforeLastTime : Reason::kWrongWeek;
        return std::nullopt;
    }
    const bool names_leap_second = time->second.second >= kSecondsPerDay;
    const std::optional<TaiInstant> second =
        label.gps_minus_utc && !names_leap_second ? tai_by_gps(*time, *label.gps_minus_utc) : table.tai_at(*time);
    if (!second) {
        reason_ = Reason::kNoSuchSecond;
        return std::nullopt;
    }
    const HeardSecond heard{label.heard, *second, label.uncertainty};
    if (label.gps_minus_utc && *label.gps_minus_utc + kTaiMinusGps != table.tai_minus_utc_at(*second)) {
        reason_ = Reason::kWrongLeapSeconds;
        other_count_ = count(before, heard, *label.gps_minus_utc + kTaiMinusGps);
        return std::nullopt;
    }
    return heard;
}

// A receiver whose firmware has outlived its week count is 1024 weeks behind. Mended only to the nearer half of the
// 1024 weeks after the build: a date that far off may as well be an old recording or a cold receiver's default. A date
// that is merely before the last trusted time is not mended: that time may have been a lie.
std::optional<UtcTime> LabelTrack::believable(UtcTime time) {
    week_mended_ = false;
    if (!floor_) {
        return time;
    }
    UtcDay& day = time.second.day;
    if (counts_weeks_ && day < floor_->built && day + kRolloverDays < floor_->built + kRolloverDays / 2) {
        day += kRolloverDays;
        week_mended_ = day >= floor_->built;
    }
    return day >= std::max(floor_->built, floor_->last) ? std::optional{time} : std::nullopt;
}

OtherCount LabelTrack::count(const std::optional<OtherCount>& before, const HeardSecond& heard,
                             int tai_minus_utc) const {
    OtherCount next{.heard = heard, .tai_minus_utc = tai_minus_utc};
    if (before && before->tai_minus_utc == tai_minus_utc) {
        if (said_again(before->heard, heard)) {
            return *before;
        }
        next.times = continues(before->heard, heard) ? before->times + 1 : 1;
    }
    next.proven = next.times >= kStreakToBelieve;
    return next;
}

bool LabelTrack::continues(const HeardSecond& last, const HeardSecond& next) const {
    const Duration heard = next.heard - last.heard;
    const Duration named = next.second - last.second;
    return heard > Duration::zero() && heard < longest_gap() && named > Duration::zero() &&
           std::chrono::abs(named - heard) < kContinuity + heard / kCrystal;
}

// Some report once an hour, and some fall silent.
Duration LabelTrack::longest_gap() const {
    const Duration usual =
        std::clamp<Duration>(kMissedLabels * cadence_.interval(), kLongestGapAtOneHertz, kLongestGap);
    return std::max(usual, std::min<Duration>(kMissedLabels * cadence_.announced(), kLongestAnnouncedGap));
}

std::optional<HeardSecond> LabelTrack::recent(LocalInstant now) const {
    return believed_ && now - believed_->heard <= cadence_.patience() ? believed_ : std::nullopt;
}

bool LabelTrack::settling(LocalInstant now) const {
    return !believed_ && first_heard_ && now - *first_heard_ < kSettlingTime;
}

void LabelTrack::restart() {
    distrust();
    first_heard_.reset();
}

void LabelTrack::distrust() {
    streak_ = 0;
    last_.reset();
    believed_.reset();
    proof_.clear();
}

void LabelTrack::refuse(Reason why) {
    ++refused_;
    believed_.reset();
    reason_ = why;
}

}  // namespace tokimori
