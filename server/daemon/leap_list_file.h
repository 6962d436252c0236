#pragma once

#include <string>

#include "leap/leap_table.h"
#include "server/daemon/log.h"

namespace tokimori {

/// A leap table, and where it came from.
struct LoadedLeapTable {
    LeapTable table;
    bool from_list = false;  ///< false: it is compiled in, which is as new or newer, or the list was refused
    std::string refused{};   ///< why the list was not read; empty: it was, or there is none
};

/// The better of the compiled-in table and the `leap-seconds.list` at `path`; empty: none. A file that is missing or
/// bad is a warning, never the end of anything.
LoadedLeapTable load_leap_table(const std::string& path, Log& log, LocalInstant now);

}  // namespace tokimori
