#include "leap/sha1.h"

#include <bit>
#include <cstddef>
#include <string>

namespace tokimori {
namespace {

constexpr std::size_t kBlockOctets = 64;
constexpr std::size_t kLengthOctets = 8;

using Schedule = std::array<std::uint32_t, 80>;

std::uint32_t word_at(std::string_view block, std::size_t index) {
    std::uint32_t word = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        word = (word << 8) | static_cast<unsigned char>(block[index * 4 + i]);
    }
    return word;
}

Schedule schedule_of(std::string_view block) {
    Schedule words{};
    for (std::size_t t = 0; t < 16; ++t) {
        words[t] = word_at(block, t);
    }
    for (std::size_t t = 16; t < words.size(); ++t) {
        words[t] = std::rotl(words[t - 3] ^ words[t - 8] ^ words[t - 14] ^ words[t - 16], 1);
    }
    return words;
}

// The function and the constant of round t (FIPS 180-4 sections 4.1.1 and 4.2.1), already added.
std::uint32_t mix(std::size_t t, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
    if (t < 20) {
        return ((b & c) ^ (~b & d)) + 0x5a827999;
    }
    if (t < 40) {
        return (b ^ c ^ d) + 0x6ed9eba1;
    }
    if (t < 60) {
        return ((b & c) ^ (b & d) ^ (c & d)) + 0x8f1bbcdc;
    }
    return (b ^ c ^ d) + 0xca62c1d6;
}

void absorb(Sha1Digest& digest, std::string_view block) {
    const Schedule words = schedule_of(block);
    auto [a, b, c, d, e] = digest;
    for (std::size_t t = 0; t < words.size(); ++t) {
        const std::uint32_t next = std::rotl(a, 5) + mix(t, b, c, d) + e + words[t];
        e = d;
        d = c;
        c = std::rotl(b, 30);
        b = a;
        a = next;
    }
    digest = {digest[0] + a, digest[1] + b, digest[2] + c, digest[3] + d, digest[4] + e};
}

// What is left of the message after its whole blocks, then 0x80, zeros, and the length in bits (section 5.1.1).
std::string padded_tail(std::string_view rest, std::size_t message_octets) {
    std::string tail{rest};
    tail.push_back('\x80');
    while (tail.size() % kBlockOctets != kBlockOctets - kLengthOctets) {
        tail.push_back('\0');
    }
    const std::uint64_t bits = std::uint64_t{message_octets} * 8;
    for (int shift = 56; shift >= 0; shift -= 8) {
        tail.push_back(static_cast<char>(static_cast<unsigned char>(bits >> shift)));
    }
    return tail;
}

}  // namespace

Sha1Digest sha1(std::string_view text) {
    Sha1Digest digest{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
    const std::size_t whole = text.size() - text.size() % kBlockOctets;
    for (std::size_t at = 0; at < whole; at += kBlockOctets) {
        absorb(digest, text.substr(at, kBlockOctets));
    }
    const std::string tail = padded_tail(text.substr(whole), text.size());
    for (std::size_t at = 0; at < tail.size(); at += kBlockOctets) {
        absorb(digest, std::string_view{tail}.substr(at, kBlockOctets));
    }
    return digest;
}

}  // namespace tokimori
