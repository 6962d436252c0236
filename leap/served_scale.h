#pragma once

#include <cstdint>

#include "leap/instant.h"
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

/// How TAI is turned into what clients are told: the view that carries the leap second. Around one event, the
/// nearest, served time is UTC as the POSIX formula counts it: 23:59:59 twice at an insertion (23:59:60 is never
/// served), 23:59:59 left out at a deletion. Trivially copyable, integers only, right before, during and after
/// its event however late the next one is published.
class ServedScale {
public:
    /// TAI − UTC = 37 s and no leap in sight.
    ServedScale() = default;

    /// The scale around `now`: the event of `table` in progress or the next, else the last one. Announced from `lead`
    /// before the day would end if it had 86 400 s, so that 24 h is exactly all of it; `lead` is held within 1 … 24 h.
    static ServedScale around(TaiInstant now, const LeapTable& table, Duration lead);

    /// What a clock that follows this scale shows at `instant`.
    struct Reading {
        NtpTimestamp timestamp;
        LeapIndicator leap = LeapIndicator::kNone;
    };
    Reading at(TaiInstant instant) const;

    /// Timestamps for the three instants of one reply. All lie on the side of the leap on which `transmit` lies,
    /// so receive ≤ transmit and reference ≤ transmit in timestamps whenever they are in time.
    struct Stamps {
        NtpTimestamp reference;
        NtpTimestamp receive;
        NtpTimestamp transmit;
        LeapIndicator leap = LeapIndicator::kNone;
    };
    Stamps stamps(TaiInstant reference, TaiInstant receive, TaiInstant transmit) const;

    /// Served − TAI at `instant`, in nanoseconds on the POSIX count (about −37 s).
    Duration offset_at(TaiInstant instant) const;

private:
    LeapIndicator leap_at(TaiInstant instant) const;

    std::int64_t announce_from_ = INT64_MAX;  ///< TAI ns at which LI rises
    std::int64_t change_at_ = INT64_MAX;      ///< TAI ns at which the served count jumps
    std::int64_t day_begins_ = INT64_MAX;     ///< TAI ns of 00:00:00 UTC after the event: LI falls
    std::int32_t offset_before_ = 37;         ///< TAI − UTC in seconds, until `change_at_`
    std::int32_t offset_after_ = 37;
};

}  // namespace tokimori
