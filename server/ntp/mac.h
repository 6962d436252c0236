#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace tokimori {

/// How a message authentication code is made (RFC 5905 section 7.3, RFC 8573). A hash is that of key and message.
enum class MacType : std::uint8_t { kMd5, kSha1, kSha256, kSha384, kSha512, kAes128Cmac, kAes256Cmac };

/// The type called `name` in a file of keys, as chrony ("AES128") or ntpd ("AES128CMAC", "M") writes it; the case of
/// letters does not matter.
std::optional<MacType> mac_type_named(std::string_view name);

inline constexpr std::size_t kLongestSecret = 64;
inline constexpr std::size_t kLongestDigest = 64;

/// Octets that are left of a longer digest in version 4, where more could not be told from an extension field (RFC
/// 7822).
inline constexpr std::size_t kCutDigest = 20;

/// Octets of a whole digest: 16, 20, 32, 48 or 64.
std::size_t digest_size(MacType type);

/// How long a key must be; 0: any length up to `kLongestSecret`.
std::size_t key_size(MacType type);

/// A key that server and client share.
struct Key {
    std::uint32_t id = 0;  ///< never 0
    MacType type = MacType::kMd5;
    std::uint8_t size = 0;
    std::array<std::uint8_t, kLongestSecret> secret{};
};

/// The digest of `message`; the first `digest_size` octets count.
std::array<std::byte, kLongestDigest> digest_of(const Key& key, std::span<const std::byte> message);

/// Whether `digest` is that of `message`, whole or cut. Takes the same time wherever they differ.
bool is_digest_of(const Key& key, std::span<const std::byte> message, std::span<const std::byte> digest);

inline constexpr std::size_t kKeyIdentifierSize = 4;

/// Puts key identifier and digest behind the first `size` octets of `packet`, which ends where the digest shall: with
/// all of it at the latest.
void sign(const Key& key, std::span<std::byte> packet, std::size_t size);

/// Whether the last `authenticator` octets of `packet` are identifier and digest of `key` for all that is before them.
bool is_signed_by(const Key& key, std::span<const std::byte> packet, std::size_t authenticator);

}  // namespace tokimori
