#pragma once

#include <memory>
#include <string>
#include <vector>

#include "server/ntp/key_ring.h"

namespace tokimori {

/// The keys of a file, or why they cannot be used.
struct KeysFileResult {
    std::shared_ptr<const KeyRing> keys;  ///< null where there are errors
    std::vector<std::string> errors;      ///< "FILE: sentence with the remedy"; never a word of a key
};

/// Reads the keys of clients from the regular file at `path`. Refused where anybody but its owner and its group may
/// read it, anybody but its owner may write it, or its owner is neither root nor the daemon's user. Empty `path`: no
/// keys.
KeysFileResult read_keys_file(const std::string& path);

}  // namespace tokimori
