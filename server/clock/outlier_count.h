#pragma once

#include <cstdint>
#include <optional>

#include "server/clock/sample.h"

namespace tokimori {

/// Tells samples that lie off their source's own line from a line that has moved: so many outliers in a row are none.
/// Those of one second count once. Pure.
class OutlierCount {
public:
    /// A sample that counts.
    void note_good(LocalInstant at);
    /// One that lies off; `near`: just beyond what may be. True where the line has moved, or was too thin.
    bool note(const Sample& outlier, bool near);
    /// True if as many came in a row as make a line of their own …
    bool in_a_row() const;
    /// … which began with this one.
    const Sample& first() const { return *first_; }
    void clear();

private:
    void note_verdict(LocalInstant at, bool near);

    int in_a_row_ = 0;
    LocalInstant last_;
    std::optional<Sample> first_;
    std::uint8_t near_ = 0;  ///< one bit for each of the last eight verdicts, the newest is the lowest
    std::optional<LocalInstant> last_verdict_;
};

}  // namespace tokimori
