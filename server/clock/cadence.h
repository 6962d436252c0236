#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "leap/instant.h"

namespace tokimori {

/// How often a source is heard, and how well it was heard lately. Pure.
class Cadence {
public:
    /// It was heard at `at`. What is not later than the last time says nothing.
    void note(LocalInstant at);
    void restart() { *this = Cadence{}; }
    /// It said that it will be heard again after so long at the latest; 0: it says nothing of that.
    void expect_next(Duration after);
    Duration announced() const { return announced_; }

    std::optional<LocalInstant> last() const { return last_; }
    /// The median of the last intervals; 0 before the second time.
    Duration interval() const { return interval_; }
    /// `interval`, or what it announced where that is longer.
    Duration expected() const;
    /// How long it may be silent before something is wrong: four intervals, at least 8 s, at most 2 h.
    Duration patience() const;
    /// True if it was heard within its patience.
    bool alive(LocalInstant now) const { return last_ && now - *last_ <= patience(); }
    /// RFC 5905's reach register: one bit for each of the last eight polls of `poll()`, the newest the lowest.
    std::uint8_t reach(LocalInstant now) const;
    /// How long one bit of the reach register lasts: what is expected, at least 8 s.
    Duration poll() const;

private:
    static constexpr std::size_t kIntervals = 5;

    std::uint8_t shifted(LocalInstant now) const;
    Duration median() const;

    std::array<Duration, kIntervals> intervals_{};
    std::size_t count_ = 0;
    Duration interval_{};  ///< their median
    Duration announced_{};
    std::optional<LocalInstant> last_;
    LocalInstant poll_began_;
    std::uint8_t reach_ = 0;
};

}  // namespace tokimori
