#include <unistd.h>

#include <cstdlib>
#include <iostream>

#include "server/tokictl/command_line.h"
#include "server/tokictl/command_table.h"

int main(int argument_count, char** arguments) {
    const auto variable = [](const char* name) -> const char* { return std::getenv(name); };
    return tokimori::run_tokictl(tokimori::commands(), {arguments, static_cast<std::size_t>(argument_count)},
                                 {variable, std::cout, std::cerr, ::isatty(STDOUT_FILENO) == 1});
}
