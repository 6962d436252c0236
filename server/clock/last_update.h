#pragma once

#include <cmath>
#include <optional>

#include "leap/instant.h"

namespace tokimori {

/// When the clock last followed somebody, and how well it fitted.
class LastUpdate {
public:
    /// By a line that ends at `at`; the next is expected within `patience`, and our clock was off by `offset`.
    void note(LocalInstant at, Duration patience, Duration offset) {
        at_ = at;
        patience_ = patience;
        const auto nanoseconds = static_cast<double>(offset.count());
        square_ += (nanoseconds * nanoseconds - square_) / kAveraged;
    }
    /// What an earlier run followed until `at`; nobody is expected.
    void resume(LocalInstant at) { at_ = at; }
    /// Nobody is followed any more.
    void forget() { at_.reset(); }

    const std::optional<LocalInstant>& at() const { return at_; }
    /// False once the next one is overdue: then the clock is on its own.
    bool is_recent(LocalInstant now) const { return at_ && now - *at_ <= patience_; }
    /// Root mean square of the last offsets.
    Duration jitter() const { return Duration{std::llround(std::sqrt(square_))}; }

private:
    static constexpr double kAveraged = 8.0;

    std::optional<LocalInstant> at_;
    Duration patience_{};
    double square_ = 0;  ///< smoothed, ns²
};

}  // namespace tokimori
