#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tokimori {

/// All addresses of a family, as `network_of` says it.
inline constexpr std::string_view kAllOfV4 = "0.0.0.0/0";
inline constexpr std::string_view kAllOfV6 = "::/0";

/// "192.0.2.0" and "255.255.255.0" → "192.0.2.0/24"; bits behind the mask are cleared. An empty mask is that of one
/// address. nullopt where it is no numeric address, or the mask has gaps.
std::optional<std::string> network_of(std::string_view address, std::string_view mask);

/// chrony's way: "192.0.2.0/24", "192.0.2" (the dots give the prefix), "2001:db8::/32", an address alone. nullopt for
/// names of hosts.
std::optional<std::string> chrony_network_of(std::string_view text);

/// Whether `network` holds all of `inner` and more. Both as `network_of` says it.
bool is_wider(std::string_view network, std::string_view inner);

/// Whether a server can be asked at this name or address: a link-local one needs its interface (fe80::1%eth0), no other
/// may have one.
bool is_whole_server_address(std::string_view text);

}  // namespace tokimori
