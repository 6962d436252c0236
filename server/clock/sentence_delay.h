#pragma once

#include <deque>
#include <optional>

#include "leap/instant.h"

namespace tokimori {

/// How late a source's sentences are: the time from the second they name to the moment they are heard. Nobody has to
/// measure it. Fault model: it lies between −0.1 s (fast receivers speak before the pulse) and 0.9 s.
class SentenceDelay {
public:
    static constexpr Duration kEarliest = std::chrono::milliseconds{-100};
    static constexpr Duration kLatest = std::chrono::milliseconds{900};

    /// `configured`: what the operator knows, ± 50 ms.
    explicit SentenceDelay(std::optional<Duration> configured) : configured_{configured} {}

    /// A delay seen against pulses.
    void add(Duration measured);

    /// The delay to reckon with, and how far the true one may be from it.
    struct Value {
        Duration delay{};
        Duration uncertainty{};
    };
    Value value() const;

    /// The median of what was measured; nullopt before enough was.
    std::optional<Duration> learned() const;

    /// True if a sentence so late can only belong to the second it was held against: no neighbouring second fits.
    bool unmistakable(Duration delay) const;

    /// True if a sentence so late may belong to the second it was held against, when that is known to within `bound`.
    bool possible(Duration delay, Duration bound) const;

private:
    std::optional<Duration> configured_;
    std::deque<Duration> measured_;
};

}  // namespace tokimori
