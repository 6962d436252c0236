#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/ntp/mac.h"

namespace tokimori {

/// The keys of one file. Unchangeable, so that any thread may read it.
class KeyRing {
public:
    KeyRing() = default;
    explicit KeyRing(std::vector<Key> keys);

    /// The key with that number, or null.
    const Key* find(std::uint32_t id) const;
    std::size_t size() const { return keys_.size(); }

private:
    std::vector<Key> keys_;  // ascending
};

/// A ring, or everything that is wrong with its text.
struct KeyRingResult {
    std::optional<KeyRing> ring;
    std::vector<std::string> errors;  ///< "line 3: sentence"; never a word of a key
};

inline constexpr std::size_t kMostKeys = 4096;

/// Reads lines "NUMBER [TYPE] KEY" as chrony does: TYPE is MD5 where it is left out; KEY is text, or hexadecimal behind
/// "HEX:". Lines that begin with one of # ! ; % are comments. Never throws, whatever the text.
KeyRingResult parse_keys(std::string_view text);

}  // namespace tokimori
