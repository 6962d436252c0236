#pragma once

#include <cstdint>

#include "server/ntp/siphash.h"

namespace tokimori {

/// A keyed hash for each packet: twice a product with a secret, folded. Who hears nothing of its results cannot choose
/// inputs that meet; what is crowded all the same must be dealt with.
class Scatter {
public:
    explicit constexpr Scatter(const HashKey& key)
        : first_{(key.first ^ 0x9E37'79B9'7F4A'7C15) | 1},  // any odd numbers of many bits
          second_{(key.second ^ 0xD1B5'4A32'D192'ED03) | 1} {}

    constexpr std::uint64_t operator()(std::uint64_t word) const {
        return folded(folded(word ^ first_, second_), first_);
    }

    /// A word by which another may be disguised, 0 for 0.
    constexpr std::uint64_t mask_of(std::uint64_t word) const { return word * first_; }

private:
    static constexpr std::uint64_t folded(std::uint64_t a, std::uint64_t b) {
        __extension__ using Wide = unsigned __int128;
        const Wide product = static_cast<Wide>(a) * b;
        return static_cast<std::uint64_t>(product >> 64) ^ static_cast<std::uint64_t>(product);
    }

    std::uint64_t first_;
    std::uint64_t second_;
};

}  // namespace tokimori
