#pragma once

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tests/ntp/conformance.h"

namespace tokimori {

/// Into the first directory that the program is given: each request of the conformance data behind the octets that
/// `before` puts there.
template <typename Before>
void plant_conformance(std::span<char* const> arguments, const Before& before) {
    for (const std::string_view argument : arguments.subspan(1)) {
        if (argument.starts_with('-') || !std::filesystem::is_directory(argument)) {
            continue;
        }
        std::size_t number = 0;
        for (const ConformanceCase& one : conformance_cases()) {
            const Datagram seed = before(one) + one.request;
            std::ofstream file{std::filesystem::path(argument) / ("conformance-" + std::to_string(++number))};
            file.write(reinterpret_cast<const char*>(seed.data()), static_cast<std::streamsize>(seed.size()));
        }
        return;
    }
}

}  // namespace tokimori
