#pragma once

#include <optional>
#include <string>
#include <vector>

#include "leap/leap_table.h"
#include "server/clock/clock_report.h"
#include "server/clock/follower.h"
#include "server/daemon/leap_service.h"

namespace tokimori {

/// A source with the name and the wishes of its operator.
struct NamedSource {
    std::string name = {};
    std::string driver = {};
    bool prefer = false;
    bool noselect = false;
    bool trust = false;
    bool whole_sky = false;  ///< simulated, and both pulses and labels in one
    SourceReport report = {};
};

/// The clock of the host, if we steer it.
struct SystemClockFacts {
    bool forbidden = false;                               ///< we should steer it and may not
    std::optional<FollowerReport> report = std::nullopt;  ///< absent: it is left alone
};

/// What the clock room knows at `now`, for whoever asks or writes it down. Valid for the moment: the table is the
/// timekeeper's own.
struct ClockFacts {
    LocalInstant now = {};
    LocalInstant state_since = {};  ///< when `clock.state` became what it is
    ClockReport clock = {};
    SystemClockFacts system_clock = {};
    std::vector<NamedSource> sources = {};  ///< in the order of the timekeeper
    const LeapTable* leap_table = &LeapTable::built_in();
    LeapFacts leap = {};

    /// UTC as our clock shows it at `at`; nullopt where it was never synchronised.
    std::optional<UtcTime> utc_at(LocalInstant at) const {
        return clock.server.ever_synchronised ? std::optional{leap_table->utc_at(clock.server.model.tai_at(at))}
                                              : std::nullopt;
    }
    std::optional<UtcTime> utc() const { return utc_at(now); }

    /// The source that is followed, or null.
    const NamedSource* selected() const {
        for (const NamedSource& source : sources) {
            if (clock.selected == source.report.source) {
                return &source;
            }
        }
        return nullptr;
    }
};

/// "synchronised", "holdover", …: a stable word.
std::string_view state_name(ClockState state);

/// "following", "left", "forbidden", …: likewise.
std::string_view system_clock_name(const SystemClockFacts& facts);

/// The characters of a reference identifier.
std::string refid_text(const ReferenceId& refid);

}  // namespace tokimori
