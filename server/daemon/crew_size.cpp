#include "server/daemon/crew_size.h"

#include <algorithm>
#include <thread>

namespace tokimori {
namespace {

constexpr unsigned kMostAutomaticWorkers = 8;

}  // namespace

unsigned workers_of(const Configuration& configuration) {
    return configuration.workers.value_or(std::clamp(std::thread::hardware_concurrency(), 1U, kMostAutomaticWorkers));
}

std::size_t clients_of_each(const Configuration& configuration) {
    const std::size_t workers = std::max(workers_of(configuration), 1U);
    return (configuration.access.clients + workers - 1) / workers;
}

bool needs_restart(const Configuration& before, const Configuration& after) {
    return before.lab_mode != after.lab_mode || workers_of(before) != workers_of(after) ||
           before.state_dir != after.state_dir || before.access.clients != after.access.clients ||
           before.access.ipv6_prefix != after.access.ipv6_prefix;
}

}  // namespace tokimori
