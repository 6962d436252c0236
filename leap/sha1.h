#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace tokimori {

/// A SHA-1 digest as its five 32-bit words, first word first.
using Sha1Digest = std::array<std::uint32_t, 5>;

/// The SHA-1 digest of the bytes of `text` (FIPS 180-4 section 6.1). Private to this room and its tests: it shows
/// that a leap second list arrived whole, it protects nothing.
Sha1Digest sha1(std::string_view text);

}  // namespace tokimori
