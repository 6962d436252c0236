#include "web/secret.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <array>
#include <iterator>
#include <span>
#include <stdexcept>
#include <vector>

namespace tokimori::web {
namespace {

void fill_random(std::span<unsigned char> bytes) {
    if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
        throw std::runtime_error{"there are no random numbers"};
    }
}

std::string hex(std::span<const unsigned char> bytes) {
    std::string text;
    for (const unsigned char byte : bytes) {
        fmt::format_to(std::back_inserter(text), "{:02x}", byte);
    }
    return text;
}

}  // namespace

std::string random_hex(std::size_t bytes) {
    std::vector<unsigned char> octets(bytes);
    fill_random(octets);
    return hex(octets);
}

std::uint64_t random_number() {
    std::array<unsigned char, 8> octets{};
    fill_random(octets);
    std::uint64_t number = 0;
    for (const unsigned char octet : octets) {
        number = number << 8U | octet;
    }
    return number;
}

std::string digest_of(std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    if (EVP_Digest(text.data(), text.size(), digest.data(), &length, EVP_sha256(), nullptr) != 1) {
        throw std::runtime_error{"SHA-256 does not work"};
    }
    return hex({digest.data(), length});
}

std::string new_setup_code() {
    // 30 characters; a byte of 240 and more is thrown away so that all are equally likely.
    constexpr std::string_view kLetters = "ABCDEFGHJKLMNPQRSTUVWXYZ346789";
    constexpr std::size_t kCharacters = 20;
    std::string code;
    while (code.size() < kCharacters + kCharacters / 5 - 1) {
        std::array<unsigned char, 1> byte{};
        fill_random(byte);
        if (byte[0] >= 240) {
            continue;
        }
        code += code.size() % 6 == 5 ? "-" : "";
        code += kLetters[byte[0] % kLetters.size()];
    }
    return code;
}

std::string tidy_setup_code(std::string_view typed) {
    std::string code;
    for (const char c : typed.substr(0, 200)) {
        if (c != ' ' && c != '-') {
            code += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        }
    }
    return code;
}

}  // namespace tokimori::web
