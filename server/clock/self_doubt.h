#pragma once

#include <optional>

#include "leap/instant.h"

namespace tokimori {

/// Nobody bears out our own clock: did it leave its model, or did they step aside? Pure.
class SelfDoubt {
public:
    /// Nobody does at `now`. `ours_may_be_wrong`: somebody left our bound as slowly as a crystal goes; asked when it
    /// begins. `somebody_stepped`: one moved as no crystal does; it may show only in the seconds after.
    void note(bool ours_may_be_wrong, bool somebody_stepped, LocalInstant now);
    /// Somebody bears us out, or nobody speaks.
    void end() { since_.reset(); }
    /// True if it has lasted too long for a clock that may be wrong.
    bool unbearable(LocalInstant now) const;

private:
    std::optional<LocalInstant> since_;
    bool of_ourselves_ = false;
};

}  // namespace tokimori
