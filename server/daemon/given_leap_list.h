#pragma once

#include <string>

#include "server/daemon/leap_list_file.h"

namespace tokimori {

/// The text of the list that counts, for a backup; empty: it was not given to the daemon, or cannot be read. Waits for
/// the disk.
std::string given_leap_list(const LoadedLeapTable& counts);

}  // namespace tokimori
