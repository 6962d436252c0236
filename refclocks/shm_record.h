#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <variant>

#include "leap/calendar.h"
#include "leap/instant.h"
#include "refclocks/observation.h"

namespace tokimori {

/// A segment of NTP shared memory as the 32-bit words that it is made of; the smaller layout leaves the last ones 0.
using ShmWords = std::array<std::int32_t, 24>;

/// The two layouts: for a `time_t` of 64 bits, and for one of 32 bits.
enum class ShmLayout : std::uint8_t { kWide, kNarrow };

/// Bytes of a segment of that layout.
constexpr std::size_t shm_bytes(ShmLayout layout) {
    return layout == ShmLayout::kWide ? 96 : 80;
}

/// The words that tell of a writer at work.
inline constexpr std::size_t kShmCountWord = 1;
constexpr std::size_t shm_valid_word(ShmLayout layout) {
    return layout == ShmLayout::kWide ? 12 : 9;
}

/// A copy of the record that is there, if no writer touched it meanwhile: one at work takes `valid` back first, and
/// counts before and after. `load(word)` reads one word, and no load passes another. nullopt where no record is there,
/// or not yet a whole one.
template <typename Load>
std::optional<ShmWords> copy_shm_record(ShmLayout layout, Load load) {
    if (load(shm_valid_word(layout)) == 0) {
        return std::nullopt;
    }
    const std::int32_t count = load(kShmCountWord);
    ShmWords copy{};
    for (std::size_t word = 0; word < shm_bytes(layout) / sizeof copy[0]; ++word) {
        copy[word] = load(word);
    }
    // In this order: a writer that was at work at the first count has either not yet given `valid` back, or has
    // counted.
    const bool touched = load(shm_valid_word(layout)) == 0 || load(kShmCountWord) != count;
    return touched ? std::nullopt : std::optional{copy};
}

/// What one record says: when the writer's clock showed `receive`, it was `time`.
struct ShmRecord {
    bool counted = false;  ///< mode 1: `count` tells of every change
    std::int32_t count = 0;
    UtcTime time;
    std::int64_t receive = 0;  ///< CLOCK_REALTIME, POSIX nanoseconds
    Duration uncertainty{};    ///< from `precision`: 1 µs … 1 s
    std::optional<LeapKind> leap_at_month_end = std::nullopt;
};

/// Reads a copy of the segment, as ntpd's driver 28 defines it and gpsd and others write it. Pure; any words may come.
/// What its writer calls unsynchronised (leap 3) is kNoFix; a mode, a fraction or a leap indicator that is none is
/// kUnreadable; a time outside 1980 … 2261 is kImpossibleDate. Whether the record is new is not judged here.
std::variant<Rejection::Reason, ShmRecord> read_shm_record(const ShmWords& words, ShmLayout layout);

}  // namespace tokimori
