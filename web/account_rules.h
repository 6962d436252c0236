#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

/// What people may do, and what their names and passwords may be. Pure.
namespace tokimori::web {

/// What somebody may do; each role may do what those before it may.
enum class Role : std::uint8_t { kViewer, kOperator, kAdmin };

/// "viewer", "operator", "admin".
std::string_view role_name(Role role);
std::optional<Role> role_named(std::string_view name);

/// Characters (not bytes) that a password has at least.
inline constexpr std::size_t kShortestPassword = 12;
/// Bytes that a password has at most: more than the hash takes would be cut.
inline constexpr std::size_t kLongestPassword = 256;
/// Bytes that a name has at most.
inline constexpr std::size_t kLongestName = 64;

/// True for 1 … `kLongestName` bytes of UTF-8 without control characters and without blanks at the ends.
bool is_valid_name(std::string_view name);

/// True for UTF-8 that is neither too short nor too long.
bool is_valid_password(std::string_view password);

/// "ja", "en".
bool is_valid_language(std::string_view language);

/// A name such as "Asia/Tokyo" or "UTC"; whether it exists is the browser's business.
bool is_valid_time_zone(std::string_view zone);

}  // namespace tokimori::web
