#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

#include "leap/instant.h"

namespace tokimori {

/// When to look for the next pulse where nothing tells that it came: a little after it should, and then ever less
/// often. So a pulse in its place is found 2 ms old, with one look for each second. Pure.
class PulsePoll {
public:
    /// How long to wait after a look at `now` that found the pulse of `found`, or none.
    Duration after_look(LocalInstant now, std::optional<LocalInstant> found) {
        if (found) {
            pause_ = kShortest;
            return std::max<Duration>(*found + std::chrono::seconds{1} + kShortest - now, kShortest);
        }
        const Duration pause = pause_;
        pause_ = std::min(pause_ * 2, kLongest);
        return pause;
    }

private:
    static constexpr Duration kShortest = std::chrono::milliseconds{2};
    static constexpr Duration kLongest = std::chrono::milliseconds{100};

    Duration pause_ = kShortest;
};

}  // namespace tokimori
