#pragma once

#include <openssl/core_names.h>
#include <openssl/evp.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "server/ntp/mac.h"
#include "tests/fuzz/server_states.h"

namespace tokimori {

/// The digests of RFC 5905 section 7.3 and RFC 8573 by another library than the product's.
class OpensslDigest {
public:
    explicit OpensslDigest(const Key& key) : key_{key} {
        switch (key.type) {
            case MacType::kMd5:
                begin_hash("MD5");
                break;
            case MacType::kSha1:
                begin_hash("SHA1");
                break;
            case MacType::kSha256:
                begin_hash("SHA256");
                break;
            case MacType::kSha384:
                begin_hash("SHA384");
                break;
            case MacType::kSha512:
                begin_hash("SHA512");
                break;
            case MacType::kAes128Cmac:
                begin_cmac("AES-128-CBC");
                break;
            case MacType::kAes256Cmac:
                begin_cmac("AES-256-CBC");
                break;
        }
    }

    std::uint32_t key() const { return key_.id; }

    /// All of it.
    std::vector<std::byte> operator()(std::span<const std::byte> message) const {
        std::array<std::byte, EVP_MAX_MD_SIZE> digest{};
        auto* const room = reinterpret_cast<unsigned char*>(digest.data());
        const auto* const octets = reinterpret_cast<const unsigned char*>(message.data());
        std::size_t size = 0;
        if (hash_ != nullptr) {
            unsigned hashed = 0;
            require(EVP_DigestInit_ex2(hashing_.get(), hash_.get(), nullptr) == 1);
            require(EVP_DigestUpdate(hashing_.get(), key_.secret.data(), key_.size) == 1);
            require(EVP_DigestUpdate(hashing_.get(), octets, message.size()) == 1);
            require(EVP_DigestFinal_ex(hashing_.get(), room, &hashed) == 1);
            size = hashed;
        } else {
            // Without a key: begin anew with the one it has.
            require(EVP_MAC_init(cmac_.get(), nullptr, 0, nullptr) == 1);
            require(EVP_MAC_update(cmac_.get(), octets, message.size()) == 1);
            require(EVP_MAC_final(cmac_.get(), room, &size, digest.size()) == 1);
        }
        return {digest.begin(), digest.begin() + static_cast<std::ptrdiff_t>(size)};
    }

private:
    template <auto kFree>
    struct Free {
        void operator()(auto* object) const { kFree(object); }
    };

    void begin_hash(const char* name) {
        hash_.reset(EVP_MD_fetch(nullptr, name, nullptr));
        hashing_.reset(EVP_MD_CTX_new());
        require(hash_ != nullptr && hashing_ != nullptr);
    }

    void begin_cmac(std::string cipher) {
        const std::unique_ptr<EVP_MAC, Free<EVP_MAC_free>> kind{EVP_MAC_fetch(nullptr, "CMAC", nullptr)};
        cmac_.reset(EVP_MAC_CTX_new(kind.get()));
        const std::array parameters{OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_CIPHER, cipher.data(), 0),
                                    OSSL_PARAM_construct_end()};
        require(EVP_MAC_init(cmac_.get(), key_.secret.data(), key_.size, parameters.data()) == 1);
    }

    Key key_;
    std::unique_ptr<EVP_MD, Free<EVP_MD_free>> hash_;
    std::unique_ptr<EVP_MD_CTX, Free<EVP_MD_CTX_free>> hashing_;
    std::unique_ptr<EVP_MAC_CTX, Free<EVP_MAC_CTX_free>> cmac_;
};

}  // namespace tokimori
