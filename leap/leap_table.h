#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "leap/calendar.h"
#include "leap/instant.h"

namespace tokimori {

/// What happens in the last minute of a UTC day.
enum class LeapKind : std::int8_t {
    kDelete = -1,  ///< 59 seconds: 23:59:59 is left out
    kNone = 0,
    kInsert = 1,  ///< 61 seconds: 23:59:60 follows 23:59:59
};

/// A leap second.
struct LeapEvent {
    UtcDay day = 0;  ///< the UTC day whose last minute has 61 or 59 seconds
    LeapKind kind = LeapKind::kNone;

    friend bool operator==(const LeapEvent&, const LeapEvent&) = default;
};

struct LeapListResult;

/// TAI − UTC since 1972 as IERS decided it: the only bridge between TAI and UTC. Immutable; copies are cheap
/// enough for start-up and reload, not for a packet.
class LeapTable {
public:
    /// One row: TAI − UTC in seconds from 00:00:00 UTC of `day` on.
    struct Row {
        UtcDay day = 0;
        int tai_minus_utc = 0;

        friend bool operator==(const Row&, const Row&) = default;
    };

    /// Rows begin before this day, 2262-01-01: `TaiInstant` ends in April of that year.
    static constexpr UtcDay kRowsEnd = 106'651;

    /// The table compiled in: 1972 … 2017-01-01, TAI − UTC = 37 s, as published in July 2026.
    static const LeapTable& built_in();

    /// Reads the text of a `leap-seconds.list` (IERS/NIST format). Refused with a sentence: more than 1 MiB; a
    /// missing or repeated `#$`, `#@` or `#h`; a wrong SHA-1; a row that does not begin a UTC month, is not later
    /// than the one before or steps by other than ±1 s; a first row other than 10 s at 1972-01-01. A list past
    /// its `#@` is read like any other.
    static LeapListResult parse(std::string_view text);

    /// The better of two tables: the one whose data changed last (`#$`); at a tie the one that expires later;
    /// at a second tie `a`.
    static const LeapTable& better(const LeapTable& a, const LeapTable& b);

    /// TAI − UTC in seconds at `instant`. During an inserted second: still the old value. Before 1972: 10.
    int tai_minus_utc_at(TaiInstant instant) const;

    /// TAI − UTC in seconds at 00:00:00 UTC of `day`.
    int tai_minus_utc_on(UtcDay day) const;

    /// The UTC name of an instant; an inserted second is named 86400.
    UtcTime utc_at(TaiInstant instant) const;

    /// The instant that `time` names. nullopt where UTC had no such second: 23:59:60 on a day without
    /// insertion, 23:59:59 on a day with a deletion. nullopt too where a field is out of range or the instant is
    /// beyond `TaiInstant` (1677 … 2262).
    std::optional<TaiInstant> tai_at(const UtcTime& time) const;

    /// The first leap second that ends after `instant` (one in progress counts), if any is known.
    std::optional<LeapEvent> next_event_after(TaiInstant instant) const;

    /// What the last minute of `day` holds.
    LeapKind kind_on(UtcDay day) const;

    /// The instant at which the new TAI − UTC begins: 00:00:00 UTC of the day after the event. Saturates where
    /// that is beyond `TaiInstant`.
    TaiInstant end_of(const LeapEvent& event) const;

    /// This table with one event more, history included: an imagined leap second moves all later rows. An event on a
    /// day that already has one, that lies before the first row, or that is not the last of a month, changes nothing.
    LeapTable with_event(const LeapEvent& event) const&;
    LeapTable with_event(const LeapEvent& event) &&;  ///< without a copy

    /// This table without the events that are still to come on `day`; what it claims to know stays.
    LeapTable until(UtcDay day) const;

    /// Whether `other` has the same rows up to `day`.
    bool agrees_until(UtcDay day, const LeapTable& other) const;

    /// This table, made on `day` at the earliest: whoever changed it knew what a table of that day knew.
    LeapTable known_on(UtcDay day) const;

    /// The day from which the table claims no knowledge (`#@`).
    UtcDay expires() const { return expires_; }
    /// The day on which the table's data last changed (`#$`).
    UtcDay updated() const { return updated_; }
    const std::vector<Row>& rows() const { return rows_; }

private:
    LeapTable(std::vector<Row> rows, UtcDay updated, UtcDay expires);

    std::vector<Row> rows_;
    UtcDay updated_ = 0;
    UtcDay expires_ = 0;
};

/// Either a table, or a sentence for the operator that says what is wrong with the text.
struct LeapListResult {
    std::optional<LeapTable> table;
    std::string error;
};

}  // namespace tokimori
