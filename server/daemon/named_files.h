#pragma once

#include "server/daemon/configuration.h"
#include "server/daemon/keys_file.h"
#include "server/daemon/leap_list_file.h"

namespace tokimori {

/// What lies in the files that settings name, as it was read.
struct NamedFiles {
    KeysFileResult keys;
    ReadLeapLists leap_lists;
};

/// Waits for the disk.
inline NamedFiles read_named_files(const Configuration& configuration) {
    return {read_keys_file(configuration.keys_file), read_leap_lists(LeapListPaths::of(configuration))};
}

}  // namespace tokimori
