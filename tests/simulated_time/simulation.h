#pragma once

#include <cstdio>

#include "tests/simulated_time/actors.h"
#include "tests/simulated_time/network.h"
#include "tests/simulated_time/script.h"
#include "tests/simulated_time/world.h"

namespace tokimori::simulated_time {

/// Ends the program at once, with code 70 and a sentence on stderr.
[[noreturn]] void give_up(const char* why);

/// The world that a program runs in: its script is the file that TOKIMORI_SIMULATION names, its results go to the one
/// that TOKIMORI_SIMULATION_RESULTS names.
class Simulation {
public:
    /// Made at the first look, and never destroyed: destructors of the program still look at clocks. Gives up where
    /// there is no script, or it is not understood.
    static Simulation& the_one();

    const Script& script() const { return script_; }
    World& world() { return world_; }
    Network& network() { return network_; }
    SharedMemory& memory() { return memory_; }

    /// A line `denied WHAT` in the results.
    void tell_denied(const char* what) { std::fprintf(results_, "denied %s\n", what); }

private:
    Simulation();

    Script script_;
    std::FILE* results_;
    World world_;
    Network network_;
    SharedMemory memory_;
};

}  // namespace tokimori::simulated_time
