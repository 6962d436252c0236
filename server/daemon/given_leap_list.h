#pragma once

#include <string>

#include "server/daemon/file_steps.h"
#include "server/daemon/leap_list_file.h"

namespace tokimori {

/// The list that counts, for a backup.
struct GivenLeapList {
    bool given = false;  ///< to the daemon; else there is nothing to back up
    std::string text{};  ///< empty: its file cannot be read, or holds another list
};

/// Waits for the disk.
GivenLeapList given_leap_list(const LoadedLeapTable& counts, FileSteps& steps);

}  // namespace tokimori
