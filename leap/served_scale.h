#pragma once

#include <cstdint>
#include <optional>

#include "leap/instant.h"
#include "leap/leap_policy.h"
#include "leap/leap_table.h"
#include "leap/ntp_timestamp.h"

namespace tokimori {

/// Leap indicator, RFC 5905 figure 9.
enum class LeapIndicator : std::uint8_t {
    kNone = 0,
    kInsert = 1,
    kDelete = 2,
    kUnsynchronised = 3,
};

/// From `begins` until before `ends`.
struct TaiSpan {
    TaiInstant begins;
    TaiInstant ends;

    bool contains(TaiInstant instant) const { return begins <= instant && instant < ends; }
    friend bool operator==(const TaiSpan&, const TaiSpan&) = default;
};

/// How TAI is turned into what clients are told: the view that carries the leap second. Around one event, the nearest,
/// served time is UTC as the POSIX formula counts it: 23:59:59 twice at an insertion (23:59:60 is never served),
/// 23:59:59 left out at a deletion. With a smear it does neither: it runs slower (or faster) by a fixed rate for some
/// minutes, so that it has lost (or gained) exactly the second when the leap second ends, and LI stays 0. Trivially
/// copyable, integers only, right before, during and after its event however late the next one is published.
class ServedScale {
public:
    /// TAI − UTC = 37 s and no leap in sight.
    ServedScale() = default;

    /// The scale around `now`: the event of `table` that ended within the last day, is in progress or comes next; else
    /// the last one. Announced from `policy.lead` before the day would end if it had 86 400 s, so that 24 h is exactly
    /// all of it.
    static ServedScale around(TaiInstant now, const LeapTable& table, const LeapPolicy& policy);

    /// What a clock that follows this scale shows at `instant`. While smearing the timestamp is exact below the
    /// nanosecond, so that it differs at different instants.
    struct Reading {
        NtpTimestamp timestamp;
        LeapIndicator leap = LeapIndicator::kNone;
    };
    Reading at(TaiInstant instant) const;

    /// Timestamps for the three instants of one reply. All lie on the side of the leap on which `transmit` lies,
    /// so receive ≤ transmit and reference ≤ transmit in timestamps whenever they are in time. A smear has no sides:
    /// there each is what `at` says.
    struct Stamps {
        NtpTimestamp reference;
        NtpTimestamp receive;
        NtpTimestamp transmit;
        LeapIndicator leap = LeapIndicator::kNone;
    };
    Stamps stamps(TaiInstant reference, TaiInstant receive, TaiInstant transmit) const;

    /// Served − TAI at `instant`, in nanoseconds on the POSIX count (about −37 s); rounded down while smearing.
    Duration offset_at(TaiInstant instant) const;

    /// Served − UTC: 0 but within a smear, where it grows from 0 to −1 s (insertion) or +1 s (deletion). By the names
    /// of the seconds; the repeated 23:59:59 of an insertion is how POSIX and NTP write 23:59:60. Rounded down.
    Duration offset_from_utc_at(TaiInstant instant) const;

    /// How fast served time runs against UTC, in ppm: 0 but within a smear; less than 0: slower.
    double rate_ppm_at(TaiInstant instant) const;

    /// While LI announces the event; nullopt if it is not announced, or there is none.
    std::optional<TaiSpan> announcement() const;
    /// While served time departs from UTC; nullopt where leap seconds are inserted.
    std::optional<TaiSpan> smear() const;

    /// True if served time departs from UTC somewhere from `from` to `to`; else it is TAI and one offset there, but for
    /// the leap second itself.
    bool smears_within(TaiInstant from, TaiInstant to) const {
        const std::optional<TaiSpan> span = smear();
        return span && from < span->ends && span->begins <= to;
    }

    /// True if all that is served from `from` to `to` is TAI and one offset, with one leap indicator.
    bool is_even(TaiInstant from, TaiInstant to) const {
        const auto turns = [&](std::int64_t at) {
            return from.time_since_epoch().count() < at && at <= to.time_since_epoch().count();
        };
        return smear_seconds_ == 0 ? !turns(announce_from_) && !turns(change_at_) && !turns(day_begins_)
                                   : !smears_within(from, to);
    }

    /// The refid of ntpd's smeared replies as four octets in one number: 254, then the offset from UTC in signed 2.22
    /// fixed point, rounded. nullopt when not smearing, or where that is not to be marked.
    std::optional<std::uint32_t> smear_mark_at(TaiInstant instant) const;

    /// A bound of TAI's error as a bound of the error of what is served: a smear that hurries magnifies it.
    Duration error_bound_at(TaiInstant instant, Duration tai_error) const;

private:
    LeapIndicator leap_at(TaiInstant instant) const;
    NtpTimestamp timestamp_at(TaiInstant instant) const;
    bool smears_at(TaiInstant instant) const;
    int kind() const { return offset_after_ - offset_before_; }

    std::int64_t announce_from_ = INT64_MAX;  ///< TAI ns at which LI rises
    std::int64_t change_at_ = INT64_MAX;      ///< TAI ns from which `offset_after_` holds
    std::int64_t day_begins_ = INT64_MAX;     ///< TAI ns of 00:00:00 UTC after the event: LI falls
    std::int32_t offset_before_ = 37;         ///< TAI − UTC in seconds, until `change_at_`
    std::int32_t offset_after_ = 37;
    std::int32_t smear_seconds_ = 0;  ///< length of the smear, which ends at `day_begins_`; 0: none
    bool mark_refid_ = false;
};

}  // namespace tokimori
