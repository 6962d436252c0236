#pragma once

#include <string>

#include "server/tokictl/command.h"

namespace tokimori {

/// `tokictl leap upload FILE`: gives the daemon the leap-seconds.list at `path`. Good where it was taken and is kept, a
/// warning where it counts for this run only, critical where it was refused.
ExitCode upload_leap_list(const std::string& path, const Console& console);

/// `tokictl leap forget`: takes it back. Good where it was, a warning where there was none, critical where it must not
/// or cannot be.
ExitCode forget_leap_list(const Console& console);

}  // namespace tokimori
