#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "leap/instant.h"

namespace tokimori {

/// A request as far as the table wants to know it. Two words, as they go into a record and through registers.
class Sighting {
public:
    /// `head`: the first two octets, leap indicator, version and mode, and the stratum.
    constexpr Sighting(LocalInstant at, std::array<std::byte, 2> head, std::uint16_t port)
        : at_{at},
          told_{std::uint64_t{std::bit_cast<std::uint16_t>(head)} << kHeadShift | std::uint64_t{port} << kPortShift} {}

    LocalInstant at() const { return at_; }
    /// From bit 16 its port, from bit 32 its head as it lies in memory, as they stand in a record.
    std::uint64_t told() const { return told_; }

    static constexpr int kPortShift = 16;
    static constexpr int kHeadShift = 32;

private:
    LocalInstant at_;
    std::uint64_t told_;
};

}  // namespace tokimori
