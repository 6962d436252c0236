#include "server/tokictl/command_table.h"

namespace tokimori {

// Each command is a file NAME_command.cpp, declared here, and a row.
std::span<const Command> commands() {
    return {};
}

}  // namespace tokimori
