#include "server/tokictl/command_table.h"

#include <array>

namespace tokimori {

// Each command is a file NAME_command.cpp, declared here, and a row.
Action prepare_probe(CLI::App& app, Language language);

namespace {

constexpr std::array kCommands{
    Command{"probe",
            {"Looks at this machine: what it has, what is in the way, what to write into tokimori.toml",
             "このマシンを調べます: 機器、妨げになるもの、tokimori.toml に書く内容"},
            prepare_probe},
};

}  // namespace

std::span<const Command> commands() {
    return kCommands;
}

}  // namespace tokimori
