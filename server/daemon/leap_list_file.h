#pragma once

#include <string>

#include "leap/leap_table.h"
#include "server/daemon/log.h"

namespace tokimori {

/// The better of the compiled-in table and the `leap-seconds.list` at `path`. A file that is missing or bad is a
/// warning, never the end of anything.
LeapTable load_leap_table(const std::string& path, Log& log, LocalInstant now);

}  // namespace tokimori
