#include "server/ntp/key_ring.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace tokimori {
namespace {

constexpr std::string_view kBlanks = " \t\r";

/// The next word of `line`, which is cut by it; empty at the end.
std::string_view next_word(std::string_view& line) {
    line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size()));
    const std::string_view word = line.substr(0, line.find_first_of(kBlanks));
    line.remove_prefix(word.size());
    return word;
}

std::optional<std::uint32_t> number_in(std::string_view word) {
    std::uint32_t number = 0;
    const char* const end = word.data() + word.size();
    const auto result = std::from_chars(word.data(), end, number);
    return result.ec == std::errc{} && result.ptr == end && number != 0 ? std::optional(number) : std::nullopt;
}

/// Puts the key that `word` writes into `key`; false where it cannot be one.
bool read_secret(std::string_view word, Key& key) {
    const bool is_hexadecimal = word.starts_with("HEX:");
    if (is_hexadecimal || word.starts_with("ASCII:")) {
        word.remove_prefix(word.find(':') + 1);
    }
    const std::size_t width = is_hexadecimal ? 2 : 1;
    if (word.empty() || word.size() % width != 0 || word.size() / width > kLongestSecret) {
        return false;
    }
    key.size = static_cast<std::uint8_t>(word.size() / width);
    for (std::size_t i = 0; i < key.size; ++i) {
        const char* const at = word.data() + i * width;
        if (!is_hexadecimal) {
            key.secret[i] = static_cast<std::uint8_t>(*at);
        } else if (std::from_chars(at, at + width, key.secret[i], 16).ptr != at + width) {
            return false;
        }
    }
    return true;
}

/// What is wrong with `line`, or null; `key` is what it says.
const char* read_key(std::string_view line, Key& key) {
    const auto id = number_in(next_word(line));
    if (!id) {
        return "a key begins with its number, 1 to 4294967295";
    }
    key.id = *id;
    const std::string_view first = next_word(line);
    const std::string_view second = next_word(line);
    if (!next_word(line).empty()) {
        return "there is something behind the key; a key has no blanks";
    }
    const auto type = second.empty() ? std::optional(MacType::kMd5) : mac_type_named(first);
    if (!type) {
        return "this type is not known; write MD5, SHA1, SHA256, SHA384, SHA512, AES128 or AES256";
    }
    key.type = *type;
    if (!read_secret(second.empty() ? first : second, key)) {
        return "the key is missing, no hexadecimal behind HEX:, or longer than 64 octets";
    }
    if (key_size(key.type) != 0 && key_size(key.type) != key.size) {
        return "a key for AES128 has 16 octets, one for AES256 32; write them behind HEX:";
    }
    return nullptr;
}

}  // namespace

KeyRing::KeyRing(std::vector<Key> keys) : keys_{std::move(keys)} {
    std::sort(keys_.begin(), keys_.end(), [](const Key& a, const Key& b) { return a.id < b.id; });
}

const Key* KeyRing::find(std::uint32_t id) const {
    const auto found = std::lower_bound(keys_.begin(), keys_.end(), id,
                                        [](const Key& key, std::uint32_t wanted) { return key.id < wanted; });
    return found != keys_.end() && found->id == id ? &*found : nullptr;
}

KeyRingResult parse_keys(std::string_view text) {
    KeyRingResult result;
    std::vector<Key> keys;
    for (int number = 1; !text.empty(); ++number) {
        std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size()));
        if (line.empty() || std::string_view("#!;%").find(line[0]) != std::string_view::npos) {
            continue;
        }
        Key key;
        const char* wrong = read_key(line, key);
        const auto same = [&key](const Key& other) { return other.id == key.id; };
        if (wrong == nullptr && std::find_if(keys.begin(), keys.end(), same) != keys.end()) {
            wrong = "this number stands twice; give every key a number of its own";
        }
        if (wrong == nullptr && keys.size() == kMostKeys) {
            wrong = "there are more than 4096 keys; remove some";
        }
        if (wrong == nullptr) {
            keys.push_back(key);
        } else if (result.errors.size() < 20) {
            result.errors.push_back("line " + std::to_string(number) + ": " + wrong);
        }
    }
    if (result.errors.empty()) {
        result.ring.emplace(std::move(keys));
    }
    return result;
}

}  // namespace tokimori
