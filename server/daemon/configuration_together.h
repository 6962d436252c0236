#pragma once

#include <vector>

#include "server/daemon/configuration.h"
#include "server/daemon/toml_document.h"

namespace tokimori {

/// What is wrong with settings that are right one by one but not together: limits that no record of a client can hold,
/// lines of the front panel that nobody can find. `root` as written, `configuration` what was read of it. Pure.
std::vector<Complaint> complaints_together(const TomlTable& root, const Configuration& configuration);

}  // namespace tokimori
