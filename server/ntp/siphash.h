#pragma once

#include <bit>
#include <cstdint>

namespace tokimori {

/// Secret of a keyed hash: who does not know it cannot choose inputs that collide.
struct HashKey {
    std::uint64_t first = 0;
    std::uint64_t second = 0;
};

/// SipHash with `compressions` and `finalizations` rounds (Aumasson, Bernstein 2012) of one word: of the eight octets
/// of `word` in little-endian order. 2 and 4 rounds are the published function; 1 and 3 are enough for tables.
template <int compressions = 1, int finalizations = 3>
constexpr std::uint64_t siphash(const HashKey& key, std::uint64_t word) {
    std::uint64_t v0 = key.first ^ 0x736f6d6570736575U;
    std::uint64_t v1 = key.second ^ 0x646f72616e646f6dU;
    std::uint64_t v2 = key.first ^ 0x6c7967656e657261U;
    std::uint64_t v3 = key.second ^ 0x7465646279746573U;
    const auto rounds = [&](int count) {
        for (int i = 0; i < count; ++i) {
            v0 += v1;
            v2 += v3;
            v1 = std::rotl(v1, 13) ^ v0;
            v3 = std::rotl(v3, 16) ^ v2;
            v0 = std::rotl(v0, 32) + v3;
            v2 += v1;
            v1 = std::rotl(v1, 17) ^ v2;
            v3 = std::rotl(v3, 21) ^ v0;
            v2 = std::rotl(v2, 32);
        }
    };
    constexpr std::uint64_t kLength = std::uint64_t{8} << 56;
    v3 ^= word;
    rounds(compressions);
    v0 ^= word;
    v3 ^= kLength;
    rounds(compressions);
    v0 ^= kLength;
    v2 ^= 0xFF;
    rounds(finalizations);
    return v0 ^ v1 ^ v2 ^ v3;
}

}  // namespace tokimori
