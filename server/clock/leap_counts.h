#pragma once

#include <map>
#include <optional>

#include "server/clock/cadence.h"
#include "server/clock/source_settings.h"

namespace tokimori {

/// What receivers say of TAI − UTC themselves: the only word on leap seconds of the past where a table has expired and
/// nobody remembers. Pure.
class LeapCounts {
public:
    /// `speaker` counts `tai_minus_utc` seconds, as it said at `at`. What is not later than its last word says nothing.
    void note(const SourceSettings& speaker, int tai_minus_utc, LocalInstant at);
    /// TAI − UTC as it is counted by all who are heard, one of them for 8 s at least: by those that the operator
    /// trusts, where there are any. nullopt if they contradict each other, or there is nobody.
    std::optional<int> agreed(LocalInstant now) const;
    /// What this source said.
    void forget(SourceId source) { said_.erase(source); }

private:
    struct Said {
        bool trusted = false;
        int tai_minus_utc = 0;
        LocalInstant since;
        Cadence cadence;
    };

    std::optional<int> agreed(LocalInstant now, bool among_trusted) const;

    std::map<SourceId, Said> said_;
};

}  // namespace tokimori
