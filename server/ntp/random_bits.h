#pragma once

#include <cstdint>

namespace tokimori {

/// Random bits that cost next to nothing (xorshift, Marsaglia 2003). Who sees some of each number does not foretell
/// the rest; no secret may hang on them. One thread.
class RandomBits {
public:
    explicit RandomBits(std::uint64_t seed) : state_{seed | 1} {}

    std::uint64_t next() {
        state_ ^= state_ << 13;
        state_ ^= state_ >> 7;
        state_ ^= state_ << 17;
        return state_;
    }

private:
    std::uint64_t state_;
};

}  // namespace tokimori
