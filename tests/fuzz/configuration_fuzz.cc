#include "server/daemon/configuration.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

bool is_one_line(std::string_view error) {
    return error.starts_with("f:") &&
           std::ranges::none_of(error, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

}  // namespace

/// Oracle: any text gives either a configuration or errors, never both; every error is one line that names the file.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto result = tokimori::parse_configuration({reinterpret_cast<const char*>(data), size}, "f");
    if (result.configuration.has_value() != result.errors.empty() || !std::ranges::all_of(result.errors, is_one_line)) {
        std::abort();
    }
    return 0;
}
