#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "refclocks/shm_record.h"

/// Any words that somebody leaves in the segment, in both layouts.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    tokimori::ShmWords words{};
    if (size > 0) {
        std::memcpy(words.data(), data, std::min(size, sizeof words));
    }
    for (const auto layout : {tokimori::ShmLayout::kWide, tokimori::ShmLayout::kNarrow}) {
        const auto result = tokimori::read_shm_record(words, layout);
        const auto* const record = std::get_if<tokimori::ShmRecord>(&result);
        if (record != nullptr && (record->time.nanosecond < 0 || record->time.nanosecond > 999'999'999 ||
                                  record->receive < 0 || record->uncertainty <= tokimori::Duration::zero())) {
            std::abort();
        }
    }
    return 0;
}
