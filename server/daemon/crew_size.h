#pragma once

#include <cstddef>

#include "server/daemon/configuration.h"

namespace tokimori {

/// How many threads answer; 0: everything happens on one. What is configured, else as this host has cores.
unsigned workers_of(const Configuration& configuration);

/// A worker's share of the clients that are remembered.
std::size_t clients_of_each(const Configuration& configuration);

/// Whether `after` differs from `before` in what a reload cannot change.
bool needs_restart(const Configuration& before, const Configuration& after);

}  // namespace tokimori
