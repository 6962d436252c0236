#pragma once

#include "tests/sim/virtual_world.h"

namespace tokimori::sim {

/// The virtual world of one test: every broken promise is a failure of it.
class World : public VirtualWorld {
public:
    World(UtcTime begin, Oscillator oscillator, Timekeeper::Settings settings = laboratory(), unsigned seed = 1);
    World(const World&) = delete;
    World& operator=(const World&) = delete;
    ~World();

    static Timekeeper::Settings laboratory();
};

}  // namespace tokimori::sim
