#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "tests/daemon/asked.h"

/// Any line that somebody sends to the control socket: answered with one line that fits, and with an error unless it
/// asked for something.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    bool asked = false;
    const std::string_view line{reinterpret_cast<const char*>(data), size};
    const tokimori::ControlReply reply = tokimori::asked(line, [&asked] {
        asked = true;
        return tokimori::ControlFacts{};
    });
    if (reply.line.empty() || reply.line.size() > tokimori::kLongestControlReply || reply.refused == asked ||
        reply.line.find('\n') != std::string::npos) {
        std::abort();
    }
    return 0;
}
