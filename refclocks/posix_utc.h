#pragma once

#include <cstdint>
#include <optional>

#include "leap/calendar.h"

namespace tokimori {

/// The UTC that programs mean when they count POSIX seconds to each other, plus `nanoseconds` of either sign and any
/// size. nullopt before 1980, when no receiver knew a time, and from 2262 on. An inserted second has no name of its own
/// in this count.
std::optional<UtcTime> utc_from_posix(std::int64_t seconds, std::int64_t nanoseconds);

}  // namespace tokimori
