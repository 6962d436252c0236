#pragma once

#include <span>

#include "server/tokictl/command.h"

namespace tokimori {

/// All commands of tokictl, in the order of the help.
std::span<const Command> commands();

}  // namespace tokimori
