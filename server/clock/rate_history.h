#pragma once

#include <deque>
#include <optional>

#include "server/clock/time_model.h"

namespace tokimori {

/// How far the frequency of the counter moved within the last day: what it did, it may do again while nobody looks.
/// Pure.
class RateHistory {
public:
    /// The best estimate of the rate at `at`, and how far it may be off. One that is not known to 2 ppm says nothing of
    /// the crystal.
    void note(LocalInstant at, Rate rate, Rate bound);
    /// How much more than the usual ppm the rate may move in holdover: the range seen in the last day, less 1 ppm; ≥ 0.
    Rate unrest() const;
    /// The largest change within the last day, ppm.
    double range_ppm() const;

private:
    struct Seen {
        LocalInstant at;
        Rate least = 0;
        Rate most = 0;
    };
    std::deque<Seen> seen_;  ///< by the half hour
    std::optional<LocalInstant> first_;
};

}  // namespace tokimori
