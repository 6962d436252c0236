#pragma once

#include <iosfwd>
#include <span>

#include "server/tokictl/command.h"

namespace tokimori {

/// What tokictl has around it.
struct Surroundings {
    Variable variable;
    std::ostream& out;
    std::ostream& err;
    bool terminal = false;  ///< `out` is one
};

/// The program: reads the arguments (the first is the program's name), carries one command out and returns its exit
/// code; 3 where the arguments are wrong, with a sentence on `err`. The language is that of --lang, else of the
/// environment.
int run_tokictl(std::span<const Command> commands, std::span<const char* const> arguments,
                const Surroundings& surroundings);

}  // namespace tokimori
