#pragma once

#include <span>
#include <vector>

#include "tests/fuzz/seeds.h"
#include "tests/ntp/conformance.h"

namespace tokimori {

/// Into the first directory that the program is given: each request of the conformance data behind the octets that
/// `before` puts there.
template <typename Before>
void plant_conformance(std::span<char* const> arguments, const Before& before) {
    std::vector<Datagram> seeds;
    for (const ConformanceCase& one : conformance_cases()) {
        seeds.push_back(before(one) + one.request);
    }
    plant(arguments, "conformance", seeds);
}

}  // namespace tokimori
