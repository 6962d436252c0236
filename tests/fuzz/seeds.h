#pragma once

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tokimori {

/// Writes `seeds` as files "NAME-1", "NAME-2", … into the first directory that the program is given.
inline void plant(std::span<char* const> arguments, const std::string& name,
                  std::span<const std::vector<std::byte>> seeds) {
    for (const std::string_view argument : arguments.subspan(1)) {
        if (argument.starts_with('-') || !std::filesystem::is_directory(argument)) {
            continue;
        }
        std::size_t number = 0;
        for (const std::vector<std::byte>& seed : seeds) {
            std::ofstream file{std::filesystem::path(argument) / (name + "-" + std::to_string(++number))};
            file.write(reinterpret_cast<const char*>(seed.data()), static_cast<std::streamsize>(seed.size()));
        }
        return;
    }
}

}  // namespace tokimori
