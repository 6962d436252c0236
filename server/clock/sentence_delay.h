#pragma once

#include <deque>
#include <optional>

#include "leap/instant.h"

namespace tokimori {

/// How late a source's sentences are: the time from the second they name to the moment they are heard. Nobody has to
/// measure it. Fault model: it lies between −0.1 s (fast receivers speak before the pulse) and 0.8 s. The window is
/// shorter than a second, so that two sources a second apart never seem to agree.
class SentenceDelay {
public:
    static constexpr Duration kEarliest = std::chrono::milliseconds{-100};
    static constexpr Duration kLatest = std::chrono::milliseconds{800};

    /// `configured`: what the operator knows, ± 50 ms.
    explicit SentenceDelay(std::optional<Duration> configured) : configured_{configured} {}

    /// How long a measured delay is relied upon: afterwards it may have changed unseen.
    static constexpr Duration kLasts = std::chrono::minutes{15};

    /// A delay seen at `at` against a clock much better than itself.
    void add(Duration measured, LocalInstant at);

    /// The delay to reckon with at `now`, and how far the true one may be from it.
    struct Value {
        Duration delay{};
        Duration uncertainty{};
    };
    Value value(LocalInstant now) const;

    /// The median of what was measured; nullopt before enough was.
    std::optional<Duration> learned() const;

    /// True if a sentence so late can only belong to the second it was held against: no neighbouring second fits.
    bool unmistakable(Duration delay) const;

    /// True if a sentence so late may belong to the second it was held against, when that is known to within `bound`.
    bool possible(Duration delay, Duration bound) const;

private:
    std::optional<Duration> configured_;
    std::deque<Duration> measured_;
    LocalInstant last_measured_;
};

}  // namespace tokimori
