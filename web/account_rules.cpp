#include "web/account_rules.h"

#include <algorithm>
#include <array>

namespace tokimori::web {
namespace {

constexpr std::array<std::string_view, 3> kRoles{"viewer", "operator", "admin"};

/// Bytes of the character that begins `text`; 0 where it is no UTF-8.
std::size_t character_length(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text.front());
    const std::size_t length = lead < 0x80   ? 1
                               : lead < 0xC2 ? 0
                               : lead < 0xE0 ? 2
                               : lead < 0xF0 ? 3
                               : lead < 0xF5 ? 4
                                             : 0;
    if (length == 0 || length > text.size()) {
        return 0;
    }
    const bool continues = std::all_of(text.begin() + 1, text.begin() + static_cast<std::ptrdiff_t>(length),
                                       [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80; });
    const auto second = static_cast<unsigned char>(length > 1 ? text[1] : 0);
    const bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
    const bool beyond = (lead == 0xED && second > 0x9F) || (lead == 0xF4 && second > 0x8F);
    return continues && !overlong && !beyond ? length : 0;
}

/// How many characters; nullopt where it is no UTF-8.
std::optional<std::size_t> character_count(std::string_view text) {
    std::size_t count = 0;
    for (; !text.empty(); ++count) {
        const std::size_t length = character_length(text);
        if (length == 0) {
            return std::nullopt;
        }
        text.remove_prefix(length);
    }
    return count;
}

bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

bool is_zone_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view{"/_+-"}.find(c) != std::string_view::npos;
}

}  // namespace

std::string_view role_name(Role role) {
    return kRoles.at(static_cast<std::size_t>(role));
}

std::optional<Role> role_named(std::string_view name) {
    const auto* const found = std::find(kRoles.begin(), kRoles.end(), name);
    return found == kRoles.end() ? std::nullopt : std::optional{static_cast<Role>(found - kRoles.begin())};
}

bool is_valid_name(std::string_view name) {
    return !name.empty() && name.size() <= kLongestName && character_count(name) && name.front() != ' ' &&
           name.back() != ' ' && std::none_of(name.begin(), name.end(), is_control);
}

bool is_valid_password(std::string_view password) {
    return password.size() <= kLongestPassword && character_count(password).value_or(0) >= kShortestPassword &&
           password.find('\0') == std::string_view::npos;
}

bool is_valid_language(std::string_view language) {
    return language == "ja" || language == "en";
}

bool is_valid_time_zone(std::string_view zone) {
    return !zone.empty() && zone.size() <= 64 && std::all_of(zone.begin(), zone.end(), is_zone_character);
}

}  // namespace tokimori::web
