#include "leap/served_scale.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <type_traits>

namespace tokimori {
namespace {

using std::chrono::seconds;

static_assert(std::is_trivially_copyable_v<ServedScale>);

// How long an event stays in view after it has ended, whatever comes next: a reader whose clock is a hair behind `now`
// may still be before it.
constexpr Duration kKeptInView = std::chrono::hours{24};

std::optional<LeapEvent> event_around(TaiInstant now, const LeapTable& table) {
    if (const auto next = table.next_event_after(std::max(now, TaiInstant{}) - kKeptInView)) {
        return next;
    }
    const UtcDay last = table.rows().back().day - 1;
    const LeapKind kind = table.kind_on(last);
    return kind == LeapKind::kNone ? std::nullopt : std::optional{LeapEvent{last, kind}};
}

// Room for sums at the ends of the count, where only a reference that never was can lie.
TaiInstant held(TaiInstant instant) {
    constexpr std::chrono::hours kRoom{1};
    return std::clamp(instant, TaiInstant::min() + kRoom, TaiInstant::max() - kRoom);
}

NtpTimestamp timestamp_of(TaiInstant instant, Duration offset) {
    return ntp_from_posix((held(instant) + offset).time_since_epoch().count());
}

TaiInstant instant_of(std::int64_t count) {
    return TaiInstant{Duration{count}};
}

/// A smear moves by one nanosecond in as many nanoseconds as it has seconds: whole ones, rounded down, and the rest in
/// parts of that many.
struct Moved {
    std::int64_t nanoseconds;
    std::int64_t parts;
};

Moved moved(std::int64_t elapsed, int kind, std::int64_t length) {
    const std::int64_t whole = elapsed / length;
    const std::int64_t parts = elapsed % length;
    if (kind < 0) {
        return {whole, parts};
    }
    return parts == 0 ? Moved{-whole, 0} : Moved{-whole - 1, length - parts};
}

}  // namespace

ServedScale ServedScale::around(TaiInstant now, const LeapTable& table, const LeapPolicy& policy) {
    ServedScale scale;
    const std::optional<LeapEvent> event = event_around(now, table);
    if (!event) {
        scale.offset_before_ = scale.offset_after_ = table.tai_minus_utc_at(now);
        return scale;
    }
    const Duration step = seconds{static_cast<int>(event->kind)};
    const TaiInstant day_begins = table.end_of(*event);
    scale.day_begins_ = day_begins.time_since_epoch().count();
    scale.offset_before_ = table.tai_minus_utc_on(event->day);
    scale.offset_after_ = scale.offset_before_ + static_cast<int>(event->kind);
    if (policy.mode == LeapMode::kSmear) {
        const seconds length = std::clamp(policy.smear, kShortestSmear, kLongestSmear);
        scale.smear_seconds_ = static_cast<std::int32_t>(length.count());
        scale.change_at_ = scale.day_begins_;
        scale.mark_refid_ = policy.mark_refid;
        return scale;
    }
    const TaiInstant announce_from = day_begins - step - std::clamp(policy.lead, kShortestLead, kLongestLead);
    scale.announce_from_ = announce_from.time_since_epoch().count();
    // An insertion jumps back as 23:59:60 begins, a deletion forward as 23:59:58 ends.
    scale.change_at_ = (day_begins - std::max(step, Duration::zero())).time_since_epoch().count();
    return scale;
}

ServedScale::Reading ServedScale::at(TaiInstant instant) const {
    return {timestamp_at(instant), leap_at(instant)};
}

ServedScale::Stamps ServedScale::stamps(TaiInstant reference, TaiInstant receive, TaiInstant transmit) const {
    if (smear_seconds_ != 0) {
        return {timestamp_at(reference), timestamp_at(receive), timestamp_at(transmit), leap_at(transmit)};
    }
    const Duration offset = offset_at(transmit);
    return {timestamp_of(reference, offset), timestamp_of(receive, offset), timestamp_of(transmit, offset),
            leap_at(transmit)};
}

Duration ServedScale::offset_at(TaiInstant instant) const {
    const bool changed = instant.time_since_epoch().count() >= change_at_;
    return offset_from_utc_at(instant) - seconds{changed ? offset_after_ : offset_before_};
}

Duration ServedScale::offset_from_utc_at(TaiInstant instant) const {
    if (!smears_at(instant)) {
        return Duration::zero();
    }
    return Duration{moved((instant - smear()->begins).count(), kind(), smear_seconds_).nanoseconds};
}

double ServedScale::rate_ppm_at(TaiInstant instant) const {
    return smears_at(instant) ? -kind() * 1e6 / smear_seconds_ : 0.0;
}

std::optional<TaiSpan> ServedScale::announcement() const {
    return announce_from_ == INT64_MAX ? std::nullopt
                                       : std::optional{TaiSpan{instant_of(announce_from_), instant_of(day_begins_)}};
}

std::optional<TaiSpan> ServedScale::smear() const {
    if (smear_seconds_ == 0) {
        return std::nullopt;
    }
    const TaiInstant ends = instant_of(day_begins_);
    return TaiSpan{ends - seconds{smear_seconds_}, ends};
}

std::optional<std::uint32_t> ServedScale::smear_mark_at(TaiInstant instant) const {
    if (!mark_refid_ || !smears_at(instant)) {
        return std::nullopt;
    }
    // A second is 2^22 units; the offset is −kind · elapsed / length of one.
    const std::int64_t units = (instant - smear()->begins).count() / smear_seconds_;
    constexpr std::int64_t kSecond = 1'000'000'000;
    const std::int64_t magnitude = ((units << 22) + kSecond / 2) / kSecond;
    const auto offset = static_cast<std::uint32_t>(-kind() * magnitude);
    return (std::uint32_t{254} << 24) | (offset & 0xff'ff'ff);
}

Duration ServedScale::error_bound_at(TaiInstant instant, Duration tai_error) const {
    const bool hurries = smears_at(instant) && kind() < 0;
    return hurries ? tai_error + tai_error / smear_seconds_ + Duration{1} : tai_error;
}

bool ServedScale::smears_at(TaiInstant instant) const {
    const std::optional<TaiSpan> span = smear();
    return span && span->contains(instant);
}

NtpTimestamp ServedScale::timestamp_at(TaiInstant instant) const {
    if (!smears_at(instant)) {
        return timestamp_of(instant, offset_at(instant));
    }
    const Moved by = moved((instant - smear()->begins).count(), kind(), smear_seconds_);
    const TaiInstant whole = instant - seconds{offset_before_} + Duration{by.nanoseconds};
    return ntp_from_posix(whole.time_since_epoch().count(), {by.parts, smear_seconds_});
}

LeapIndicator ServedScale::leap_at(TaiInstant instant) const {
    const std::int64_t now = instant.time_since_epoch().count();
    if (now < announce_from_ || now >= day_begins_) {
        return LeapIndicator::kNone;
    }
    return offset_after_ > offset_before_ ? LeapIndicator::kInsert : LeapIndicator::kDelete;
}

}  // namespace tokimori
