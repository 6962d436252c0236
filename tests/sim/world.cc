#include "tests/sim/world.h"

#include <gtest/gtest.h>

namespace tokimori::sim {

World::World(UtcTime begin, Oscillator oscillator, Timekeeper::Settings settings, unsigned seed)
    : VirtualWorld{begin, std::move(oscillator), settings, seed} {}

World::~World() {
    for (const std::string& broken : broken_promises()) {
        ADD_FAILURE() << broken;
    }
}

Timekeeper::Settings World::laboratory() {
    Timekeeper::Settings settings;
    settings.laboratory = true;
    return settings;
}

}  // namespace tokimori::sim
