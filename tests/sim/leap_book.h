#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "leap/calendar.h"
#include "leap/instant.h"
#include "leap/leap_table.h"

namespace tokimori::sim {

/// What must be served around the end of one UTC day, by the book: calculated from the day, the kind and the length of
/// the smear alone, without anything of the product but its names. Instants count SI time from the end of the day,
/// which is the end of the leap second: less than 0 before.
class LeapBook {
public:
    /// `smear`: absent where leap seconds are inserted, and announced so many hours before.
    LeapBook(UtcDay day, LeapKind kind, std::optional<std::chrono::minutes> smear, int lead = 24);

    /// The UTC name of the second that is in progress.
    UtcSecond utc(Duration from_end) const;

    /// What a client must be told.
    struct Told {
        std::int64_t posix = 0;  ///< nanoseconds
        int leap = 0;            ///< the leap indicator
        std::int64_t refid = 0;  ///< four octets of it where it marks a smear; else 0
    };
    Told told(Duration from_end) const;

    /// How long before the end LI rises, or the smear begins.
    Duration warning() const;
    /// Nothing begins, ends or jumps within `width` of that instant.
    bool is_plain(Duration from_end, Duration width) const;

    UtcDay day() const { return day_; }
    LeapKind kind() const { return kind_; }
    int step() const { return static_cast<int>(kind_); }
    bool smears() const { return smear_seconds_ != 0; }

private:
    UtcDay day_;
    LeapKind kind_;
    std::int64_t smear_seconds_ = 0;
    std::int64_t lead_seconds_ = 0;
};

}  // namespace tokimori::sim
