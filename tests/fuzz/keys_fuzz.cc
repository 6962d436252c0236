#include <cstdlib>

#include "server/ntp/key_ring.h"

/// A text is a ring, or is complained about; a ring finds only what it holds, and each key is of a length its type
/// takes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const tokimori::KeyRingResult result = tokimori::parse_keys(text);
    if (result.ring.has_value() == !result.errors.empty()) {
        std::abort();
    }
    if (result.ring) {
        for (std::uint32_t id = 0; id < 300; ++id) {
            const tokimori::Key* const key = result.ring->find(id);
            if (key != nullptr && (key->id != id || key->size == 0 || key->size > tokimori::kLongestSecret ||
                                   (key_size(key->type) != 0 && key_size(key->type) != key->size))) {
                std::abort();
            }
        }
    }
    return 0;
}
