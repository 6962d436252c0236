#pragma once

#include <algorithm>

#include "leap/instant.h"

namespace tokimori {

/// Lets `burst` things happen at once and then one per `pause`. A `pause` of 0 means no limit.
class Pacer {
public:
    Pacer(unsigned burst, Duration pause) : room_{pause * burst}, pause_{pause} {}

    /// Counts one that happens at `now` and says how long to wait before the next one.
    Duration wait_after(LocalInstant now) {
        busy_until_ = std::max(busy_until_, now) + pause_;
        return std::max(busy_until_ - now - room_, Duration::zero());
    }

private:
    Duration room_;
    Duration pause_;
    LocalInstant busy_until_ = LocalInstant::min();
};

}  // namespace tokimori
