#include "leap/served_scale.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <type_traits>

namespace tokimori {
namespace {

using std::chrono::seconds;

static_assert(std::is_trivially_copyable_v<ServedScale>);

constexpr Duration kShortestLead = std::chrono::hours{1};
constexpr Duration kLongestLead = std::chrono::hours{24};

// The last event stays in view after it has ended: a reader whose clock is a hair behind `now` may still be before it.
std::optional<LeapEvent> event_around(TaiInstant now, const LeapTable& table) {
    if (const std::optional<LeapEvent> next = table.next_event_after(now)) {
        return next;
    }
    const UtcDay last = table.rows().back().day - 1;
    const LeapKind kind = table.kind_on(last);
    return kind == LeapKind::kNone ? std::nullopt : std::optional{LeapEvent{last, kind}};
}

NtpTimestamp timestamp_of(TaiInstant instant, Duration offset) {
    // Room for the sum at the ends of the count, where only a reference that never was can lie.
    constexpr std::chrono::hours kRoom{1};
    const TaiInstant held = std::clamp(instant, TaiInstant::min() + kRoom, TaiInstant::max() - kRoom);
    return ntp_from_posix((held + offset).time_since_epoch().count());
}

}  // namespace

ServedScale ServedScale::around(TaiInstant now, const LeapTable& table, Duration lead) {
    ServedScale scale;
    const std::optional<LeapEvent> event = event_around(now, table);
    if (!event) {
        scale.offset_before_ = scale.offset_after_ = table.tai_minus_utc_at(now);
        return scale;
    }
    const Duration step = seconds{static_cast<int>(event->kind)};
    const TaiInstant day_begins = table.end_of(*event);
    const TaiInstant announce_from = day_begins - step - std::clamp(lead, kShortestLead, kLongestLead);
    scale.announce_from_ = announce_from.time_since_epoch().count();
    // An insertion jumps back as 23:59:60 begins, a deletion forward as 23:59:58 ends.
    scale.change_at_ = (day_begins - std::max(step, Duration::zero())).time_since_epoch().count();
    scale.day_begins_ = day_begins.time_since_epoch().count();
    scale.offset_before_ = table.tai_minus_utc_on(event->day);
    scale.offset_after_ = scale.offset_before_ + static_cast<int>(event->kind);
    return scale;
}

ServedScale::Reading ServedScale::at(TaiInstant instant) const {
    return {timestamp_of(instant, offset_at(instant)), leap_at(instant)};
}

ServedScale::Stamps ServedScale::stamps(TaiInstant reference, TaiInstant receive, TaiInstant transmit) const {
    const Duration offset = offset_at(transmit);
    return {timestamp_of(reference, offset), timestamp_of(receive, offset), timestamp_of(transmit, offset),
            leap_at(transmit)};
}

Duration ServedScale::offset_at(TaiInstant instant) const {
    const bool changed = instant.time_since_epoch().count() >= change_at_;
    return -seconds{changed ? offset_after_ : offset_before_};
}

LeapIndicator ServedScale::leap_at(TaiInstant instant) const {
    const std::int64_t now = instant.time_since_epoch().count();
    if (now < announce_from_ || now >= day_begins_) {
        return LeapIndicator::kNone;
    }
    return offset_after_ > offset_before_ ? LeapIndicator::kInsert : LeapIndicator::kDelete;
}

}  // namespace tokimori
