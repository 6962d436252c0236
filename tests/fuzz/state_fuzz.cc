#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "server/daemon/state_text.h"

namespace tokimori {
namespace {

constexpr std::string_view kOlder = "tokimori clock state 2\n";

// Whatever is taken was written so, or by an older version, and its model can be asked without harm for as long as it
// may be used.
void judge(std::string_view text) {
    const StateResult read = parse_state(text);
    if (!read.state) {
        if (read.error.empty()) {
            std::abort();
        }
        return;
    }
    const std::string written = state_text(*read.state);
    const StateResult again = parse_state(written);
    if (!again.state || state_text(*again.state) != written ||
        (written != text && text.substr(0, kOlder.size()) != kOlder)) {
        std::abort();
    }
    const ClockMemory& memory = read.state->memory;
    for (const Duration later :
         {Duration{}, Duration{std::chrono::hours{24}}, Duration{std::chrono::hours{24 * 366}}}) {
        const LocalInstant at = memory.saved_local + later;
        if (memory.model.dispersion_at(at) < Duration::zero() || memory.model.tai_at(at) < TaiInstant{}) {
            std::abort();
        }
    }
}

}  // namespace
}  // namespace tokimori

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    tokimori::judge(text);
    tokimori::judge(tokimori::sealed(text));
    return 0;
}
