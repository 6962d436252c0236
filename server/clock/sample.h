#pragma once

#include "leap/instant.h"
#include "refclocks/observation.h"

namespace tokimori {

/// A fact: when the counter showed `local`, the source says it was `reference`. Never changed afterwards, whatever is
/// learned about the counter.
struct Sample {
    SourceId source = 0;
    LocalInstant local;
    TaiInstant reference;
    Duration dispersion{};  ///< bound of what averaging cannot remove
    Duration root_delay{};  ///< round trip to the root of the time; half of it is part of `dispersion`
};

}  // namespace tokimori
