#pragma once

#include <cstdint>
#include <cstdlib>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Questions for a list of clients, read a second time after ntpd's words.
namespace tokimori {

struct KnownClient {
    std::string address;
    std::string last;
};

struct ClientsWanted {
    unsigned error = 0;  ///< 2 and 6 as in RFC 9327
    std::string nonce;
    std::map<std::string, std::uint64_t, std::less<>> numbers{
        {"frags", 0},  {"limit", 0},  {"mincount", 0},  {"mindrop", 0},
        {"resall", 0}, {"resany", 0}, {"minlstint", 0}, {"maxlstint", 0xFFFFFFFF},
    };
    double least_score = 0;
    std::map<std::uint64_t, KnownClient> known;
    bool decided = true;  ///< false: a number so long that libraries may differ on it

    std::uint64_t number(std::string_view name) const { return numbers.find(name)->second; }
};

inline std::optional<std::uint64_t> number_in(std::string_view text) {
    const unsigned base = text.starts_with("0x") ? 16 : 10;
    text.remove_prefix(base == 16 ? 2 : 0);
    std::uint64_t number = 0;
    for (const char letter : text) {
        const std::size_t digit = std::string_view{"0123456789abcdefABCDEF"}.find(letter);
        if (digit == std::string_view::npos || (base == 10 && digit > 9)) {
            return std::nullopt;
        }
        number = number * base + (digit > 15 ? digit - 6 : digit);
        if (number > 0xFFFFFFFF) {
            return std::nullopt;
        }
    }
    return text.empty() ? std::nullopt : std::optional{number};
}

/// "0x", eight digits, a point, eight digits.
inline std::optional<std::uint64_t> timestamp_in(std::string_view text) {
    if (text.size() != 19 || !text.starts_with("0x") || text[10] != '.') {
        return std::nullopt;
    }
    const auto whole = number_in(text.substr(0, 10));
    const auto part = number_in("0x" + std::string{text.substr(11)});
    return whole && part ? std::optional{*whole << 32 | *part} : std::nullopt;
}

inline bool read_known(std::string_view word, std::string_view value, ClientsWanted& wanted) {
    const auto index = number_in(word.substr(5));
    if (!index || *index > 15) {
        return false;
    }
    if (word[0] == 'l') {
        wanted.known[*index].last = value;
        return timestamp_in(value).has_value();
    }
    wanted.known[*index].address = value;
    return value.size() <= 48 && value.find_first_not_of("0123456789abcdef:.[]") == std::string_view::npos;
}

inline bool read_score(const std::string& value, ClientsWanted& wanted) {
    const std::size_t sign = value.starts_with('-') ? 1 : 0;
    wanted.decided = wanted.decided && value.size() < 300;
    wanted.least_score = std::strtod(value.c_str(), nullptr);
    return value.find_first_of("0123456789") != std::string::npos &&
           value.find_first_not_of("0123456789.", sign) == std::string::npos && value.find('.') == value.rfind('.');
}

inline bool read_wanted(std::string_view item, ClientsWanted& wanted) {
    const std::size_t equals = item.find('=');
    const std::string_view word = item.substr(0, equals);
    const std::string_view value = equals == std::string_view::npos ? std::string_view{} : item.substr(equals + 1);
    if (const auto place = wanted.numbers.find(word); place != wanted.numbers.end()) {
        const auto number = number_in(value);
        place->second = number.value_or(0);
        return number.has_value();
    }
    if (word == "nonce") {
        wanted.nonce = value;
    } else if (word == "minscore") {
        return read_score(std::string{value}, wanted);
    } else if (word.starts_with("addr.") || word.starts_with("last.")) {
        return read_known(word, value, wanted);
    }
    return word != "laddr";
}

/// `items`: the data, cut at commas and without blanks around each.
inline ClientsWanted read_wanted(const std::vector<std::string>& items) {
    ClientsWanted wanted;
    for (const std::string& item : items) {
        if (!read_wanted(item, wanted)) {
            wanted.error = 2;
            return wanted;
        }
    }
    const std::uint64_t fragments = wanted.number("frags");
    const std::uint64_t limit = wanted.number("limit");
    wanted.error = fragments > 128 || (fragments == 0 && (limit == 0 || limit > 256)) ? 6 : 0;
    return wanted;
}

}  // namespace tokimori
