#pragma once

#include <cstdint>

namespace tokimori {

/// Random bits that cost next to nothing: a count in odd steps, multiplied and folded (as SplitMix and wyhash do). Who
/// sees some of each number does not foretell the rest; no secret may hang on them. One thread.
class RandomBits {
public:
    explicit RandomBits(std::uint64_t seed) : state_{seed} {}

    std::uint64_t next() {
        constexpr std::uint64_t kStep = 0x9E37'79B9'7F4A'7C15;   // odd, of many bits
        constexpr std::uint64_t kOther = 0xD1B5'4A32'D192'ED03;  // of many bits
        __extension__ using Wide = unsigned __int128;
        state_ += kStep;
        const Wide product = static_cast<Wide>(state_) * (state_ ^ kOther);
        return static_cast<std::uint64_t>(product >> 64) ^ static_cast<std::uint64_t>(product);
    }

private:
    std::uint64_t state_;
};

}  // namespace tokimori
