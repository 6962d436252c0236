#include "server/clock/leap_watch.h"

#include <utility>

namespace tokimori {

void LeapWatch::replace(LeapTable decided) {
    decided_ = std::move(decided);
    in_force_ = decided_;
}

void LeapWatch::update(TaiInstant now, std::span<const LeapVote> votes) {
    const UtcSecond second = in_force_.utc_at(now).second;
    const UtcDay last_leap_day = second.second >= kSecondsPerDay ? second.day : second.day - 1;
    if (in_force_.kind_on(last_leap_day) != decided_.kind_on(last_leap_day)) {
        decided_ = in_force_;
    }
    in_force_ = table_in_force(decided_, second.day, votes);
}

}  // namespace tokimori
