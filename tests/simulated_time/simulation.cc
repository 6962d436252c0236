#include "tests/simulated_time/simulation.h"

#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <variant>

namespace tokimori::simulated_time {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

std::FILE* results_file() {
    const char* const path = std::getenv("TOKIMORI_SIMULATION_RESULTS");
    std::FILE* const file = path != nullptr ? std::fopen(path, "we") : nullptr;
    return file != nullptr ? file : stderr;
}

Script script_of_environment() {
    const char* const path = std::getenv("TOKIMORI_SIMULATION");
    std::ifstream text{path != nullptr ? path : ""};
    if (!text) {
        give_up("TOKIMORI_SIMULATION names no script");
    }
    const auto script = read_script(text);
    if (const auto* const wrong = std::get_if<std::string>(&script)) {
        give_up(wrong->c_str());
    }
    return std::get<Script>(script);
}

}  // namespace

void give_up(const char* why) {
    std::fprintf(stderr, "simulated_time: %s\n", why);
    std::_Exit(70);
}

Simulation& Simulation::the_one() {
    static Simulation& kept = *new Simulation;
    return kept;
}

Simulation::Simulation() : script_{script_of_environment()}, results_{results_file()}, world_{script_} {
    for (const ReceiverScript& receiver : script_.receivers) {
        world_.add(std::make_unique<Receiver>(receiver, world_, memory_));
    }
    for (const Step& step : script_.steps) {
        world_.add(std::make_unique<Stepper>(step, world_));
    }
    for (const Suspension& suspension : script_.suspensions) {
        world_.add(std::make_unique<Sleeper>(suspension, world_));
    }
    world_.add(std::make_unique<Client>(script_, world_, network_, results_));
    world_.add(std::make_unique<Ender>(script_.run * kSecond));
}

}  // namespace tokimori::simulated_time
