#include "server/ntp/mac.h"

#include <nettle/cmac.h>
#include <nettle/md5.h>
#include <nettle/memops.h>
#include <nettle/sha1.h>
#include <nettle/sha2.h>

#include <algorithm>

#include "server/ntp/packet.h"

namespace tokimori {
namespace {

constexpr std::size_t kShortDigest = 16;

struct Name {
    std::string_view name;
    MacType type;
};

constexpr std::array kNames{Name{"md5", MacType::kMd5},
                            Name{"m", MacType::kMd5},
                            Name{"sha1", MacType::kSha1},
                            Name{"sha", MacType::kSha1},
                            Name{"sha256", MacType::kSha256},
                            Name{"sha384", MacType::kSha384},
                            Name{"sha512", MacType::kSha512},
                            Name{"aes128", MacType::kAes128Cmac},
                            Name{"aes128cmac", MacType::kAes128Cmac},
                            Name{"aes-128-cmac", MacType::kAes128Cmac},
                            Name{"aes256", MacType::kAes256Cmac},
                            Name{"aes256cmac", MacType::kAes256Cmac}};

char lower(char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

const std::uint8_t* octets_of(std::span<const std::byte> message) {
    return reinterpret_cast<const std::uint8_t*>(message.data());
}

std::uint8_t* room_of(std::array<std::byte, kLongestDigest>& digest) {
    return reinterpret_cast<std::uint8_t*>(digest.data());
}

/// One hash of nettle's: key, then message.
template <typename Context, auto kInit, auto kUpdate, auto kDigest>
void hash(const Key& key, std::span<const std::byte> message, std::uint8_t* digest) {
    Context context;
    kInit(&context);
    kUpdate(&context, key.size, key.secret.data());
    kUpdate(&context, message.size(), octets_of(message));
    kDigest(&context, digest_size(key.type), digest);
}

/// One CMAC of nettle's.
template <typename Context, auto kSetKey, auto kUpdate, auto kDigest>
void cmac(const Key& key, std::span<const std::byte> message, std::uint8_t* digest) {
    Context context;
    kSetKey(&context, key.secret.data());
    kUpdate(&context, message.size(), octets_of(message));
    kDigest(&context, kShortDigest, digest);
}

}  // namespace

std::optional<MacType> mac_type_named(std::string_view name) {
    const auto same = [name](const Name& row) {
        return std::equal(name.begin(), name.end(), row.name.begin(), row.name.end(),
                          [](char a, char b) { return lower(a) == b; });
    };
    const auto found = std::find_if(kNames.begin(), kNames.end(), same);
    return found != kNames.end() ? std::optional(found->type) : std::nullopt;
}

std::size_t digest_size(MacType type) {
    switch (type) {
        case MacType::kSha1:
            return SHA1_DIGEST_SIZE;
        case MacType::kSha256:
            return SHA256_DIGEST_SIZE;
        case MacType::kSha384:
            return SHA384_DIGEST_SIZE;
        case MacType::kSha512:
            return SHA512_DIGEST_SIZE;
        default:
            return kShortDigest;
    }
}

std::size_t key_size(MacType type) {
    return type == MacType::kAes128Cmac ? 16 : type == MacType::kAes256Cmac ? 32 : 0;
}

std::array<std::byte, kLongestDigest> digest_of(const Key& key, std::span<const std::byte> message) {
    std::array<std::byte, kLongestDigest> digest{};
    std::uint8_t* const room = room_of(digest);
    switch (key.type) {
        case MacType::kMd5:
            hash<md5_ctx, nettle_md5_init, nettle_md5_update, nettle_md5_digest>(key, message, room);
            break;
        case MacType::kSha1:
            hash<sha1_ctx, nettle_sha1_init, nettle_sha1_update, nettle_sha1_digest>(key, message, room);
            break;
        case MacType::kSha256:
            hash<sha256_ctx, nettle_sha256_init, nettle_sha256_update, nettle_sha256_digest>(key, message, room);
            break;
        case MacType::kSha384:
            hash<sha512_ctx, nettle_sha384_init, nettle_sha512_update, nettle_sha384_digest>(key, message, room);
            break;
        case MacType::kSha512:
            hash<sha512_ctx, nettle_sha512_init, nettle_sha512_update, nettle_sha512_digest>(key, message, room);
            break;
        case MacType::kAes128Cmac:
            cmac<cmac_aes128_ctx, nettle_cmac_aes128_set_key, nettle_cmac_aes128_update, nettle_cmac_aes128_digest>(
                key, message, room);
            break;
        case MacType::kAes256Cmac:
            cmac<cmac_aes256_ctx, nettle_cmac_aes256_set_key, nettle_cmac_aes256_update, nettle_cmac_aes256_digest>(
                key, message, room);
            break;
    }
    return digest;
}

bool is_digest_of(const Key& key, std::span<const std::byte> message, std::span<const std::byte> digest) {
    const std::size_t whole = digest_size(key.type);
    const bool has_its_size = digest.size() == whole || digest.size() == std::min(whole, kCutDigest);
    return has_its_size && memeql_sec(digest_of(key, message).data(), digest.data(), digest.size()) != 0;
}

void sign(const Key& key, std::span<std::byte> packet, std::size_t size) {
    const auto digest = digest_of(key, packet.first(size));
    const auto room = packet.subspan(size + kKeyIdentifierSize);
    put_word(packet, size, key.id);
    std::copy_n(digest.begin(), room.size(), room.begin());
}

bool is_signed_by(const Key& key, std::span<const std::byte> packet, std::size_t authenticator) {
    const std::size_t signed_size = packet.size() - authenticator;
    return key_identifier(packet, authenticator) == key.id &&
           is_digest_of(key, packet.first(signed_size), packet.subspan(signed_size + kKeyIdentifierSize));
}

}  // namespace tokimori
