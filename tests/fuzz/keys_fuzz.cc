// Files of keys. What each line says is read a second time here, after the words of chrony's manual; then the ring is
// written out, every key behind "HEX:", and must be read as it was.

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "server/ntp/key_ring.h"
#include "tests/fuzz/seeds.h"
#include "tests/fuzz/server_states.h"

namespace tokimori {
namespace {

constexpr std::string_view kHexadecimal = "0123456789abcdef";
constexpr std::size_t kMostErrors = 20;

std::string lower(std::string_view text) {
    std::string made{text};
    for (char& letter : made) {
        letter = letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + ('a' - 'A')) : letter;
    }
    return made;
}

std::vector<std::string> words_in(std::string_view line) {
    std::vector<std::string> words;
    bool between = true;
    for (const char letter : line) {
        const bool blank = letter == ' ' || letter == '\t' || letter == '\r';
        if (!blank && between) {
            words.emplace_back();
        }
        if (!blank) {
            words.back() += letter;
        }
        between = blank;
    }
    return words;
}

std::optional<MacType> type_called(const std::string& name) {
    static const std::map<std::string, MacType> kTypes{{"md5", MacType::kMd5},
                                                       {"m", MacType::kMd5},
                                                       {"sha", MacType::kSha1},
                                                       {"sha1", MacType::kSha1},
                                                       {"sha256", MacType::kSha256},
                                                       {"sha384", MacType::kSha384},
                                                       {"sha512", MacType::kSha512},
                                                       {"aes128", MacType::kAes128Cmac},
                                                       {"aes256", MacType::kAes256Cmac},
                                                       {"aes-128-cmac", MacType::kAes128Cmac},
                                                       {"aes128cmac", MacType::kAes128Cmac},
                                                       {"aes256cmac", MacType::kAes256Cmac}};
    const auto found = kTypes.find(lower(name));
    return found != kTypes.end() ? std::optional{found->second} : std::nullopt;
}

/// Nothing where it is none.
std::vector<std::uint8_t> secret_in(const std::string& word) {
    std::vector<std::uint8_t> octets;
    if (!word.starts_with("HEX:")) {
        octets.assign(word.begin() + (word.starts_with("ASCII:") ? 6 : 0), word.end());
        return octets;
    }
    const std::string digits = lower(word.substr(4));
    if (digits.size() % 2 != 0 || digits.find_first_not_of(kHexadecimal) != std::string::npos) {
        return {};
    }
    for (std::size_t i = 0; i < digits.size(); i += 2) {
        octets.push_back(
            static_cast<std::uint8_t>(kHexadecimal.find(digits[i]) * 16 + kHexadecimal.find(digits[i + 1])));
    }
    return octets;
}

std::optional<Key> key_in(const std::vector<std::string>& words) {
    std::uint64_t id = 0;
    for (const char digit : words[0]) {
        if (digit < '0' || digit > '9' || id > 0xFFFF'FFFFU) {
            return std::nullopt;
        }
        id = id * 10 + static_cast<std::uint64_t>(digit - '0');
    }
    const auto type = words.size() == 3 ? type_called(words[1]) : std::optional{MacType::kMd5};
    if (id == 0 || id > 0xFFFF'FFFFU || words.size() < 2 || words.size() > 3 || !type) {
        return std::nullopt;
    }
    const std::vector<std::uint8_t> secret = secret_in(words.back());
    const std::size_t least = *type == MacType::kAes128Cmac ? 16 : *type == MacType::kAes256Cmac ? 32 : 1;
    const std::size_t most = least > 1 ? least : 64;
    if (secret.size() < least || secret.size() > most) {
        return std::nullopt;
    }
    Key key{.id = static_cast<std::uint32_t>(id), .type = *type, .size = static_cast<std::uint8_t>(secret.size())};
    std::ranges::copy(secret, key.secret.begin());
    return key;
}

struct Expected {
    std::map<std::uint32_t, Key> keys;
    std::vector<std::size_t> wrong;  ///< lines
};

Expected expected_of(std::string_view text) {
    Expected expected;
    std::size_t number = 0;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        const std::vector<std::string> words = words_in(text.substr(at, end - at));
        at = end + 1;
        ++number;
        if (words.empty() || std::string_view{"#!;%"}.find(words[0][0]) != std::string_view::npos) {
            continue;
        }
        const auto key = key_in(words);
        if (!key || expected.keys.size() == 4096 || !expected.keys.try_emplace(key->id, *key).second) {
            expected.wrong.push_back(number);
        }
    }
    return expected;
}

bool equal(const Key& one, const Key& other) {
    return one.id == other.id && one.type == other.type && one.size == other.size && one.secret == other.secret;
}

/// The largest number first.
std::string written(const Expected& expected) {
    constexpr std::array kNames{"MD5", "SHA1", "SHA256", "SHA384", "SHA512", "AES128", "AES256"};
    std::string text;
    for (auto key = expected.keys.rbegin(); key != expected.keys.rend(); ++key) {
        text += std::to_string(key->first) + " " + kNames.at(static_cast<std::size_t>(key->second.type)) + " HEX:";
        for (std::size_t i = 0; i < key->second.size; ++i) {
            text += kHexadecimal[key->second.secret[i] / 16U];
            text += kHexadecimal[key->second.secret[i] % 16U];
        }
        text += '\n';
    }
    return text;
}

/// As many keys as expected, each under its number: so their numbers differ.
void check_ring(const KeyRing& ring, const Expected& expected) {
    require(ring.size() == expected.keys.size() && ring.size() <= kMostKeys);
    for (const auto& [id, key] : expected.keys) {
        const Key* const found = ring.find(id);
        require(found != nullptr && equal(*found, key));
        require(expected.keys.contains(id + 1) || ring.find(id + 1) == nullptr);
    }
    require(ring.find(0) == nullptr);
}

void check_errors(const std::vector<std::string>& errors, const Expected& expected) {
    require(errors.size() == std::min(expected.wrong.size(), kMostErrors));
    for (std::size_t i = 0; i < errors.size(); ++i) {
        require(errors[i].starts_with("line " + std::to_string(expected.wrong[i]) + ": "));
    }
}

}  // namespace
}  // namespace tokimori

extern "C" int LLVMFuzzerInitialize(int* count, char*** arguments) {
    using namespace tokimori;
    std::vector<std::vector<std::byte>> seeds;
    for (const char* const text :
         {"1 sha a\n2 sha1 b\n3 m c\n4 md5 d\n! 5\n; 5\n% 5\n",
          "0\n0\n0\n0\n0\n0\n0\n0\n0\n0\n0\n0\n0\n0\n0\n0\n0\n0\n0\n0\n0\n0\n",
          "1 aes128cmac HEX:000102030405060708090a0b0c0d0e0f\n2 aes256cmac HEX:00\n",
          "1 secret\n# 1 MD5 secret\r\n2 SHA1 HEX:00fF\n",
          "4294967295 AES-128-CMAC HEX:000102030405060708090a0b0c0d0e0f\n",
          "7 aes256\tHEX:000102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f\n3 M ASCII:HEX:\n",
          "1 SHA512 a\n1 SHA384 b\n\n0 c\n4294967296 d\n5\n6 SHA256 e f\n7 SHA3 g\n8 HEX:1\n9 HEX:0g\n10 HEX:\n"}) {
        const auto octets = std::as_bytes(std::span{std::string_view{text}});
        seeds.emplace_back(octets.begin(), octets.end());
    }
    plant(std::span(*arguments, static_cast<std::size_t>(*count)), "keys", seeds);
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tokimori;
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const KeyRingResult result = parse_keys(text);
    const Expected expected = expected_of(text);
    check_errors(result.errors, expected);
    require(result.ring.has_value() == expected.wrong.empty());
    if (result.ring) {
        check_ring(*result.ring, expected);
        const KeyRingResult again = parse_keys(written(expected));
        require(again.ring.has_value());
        check_ring(*again.ring, expected);
    }
    return 0;
}
