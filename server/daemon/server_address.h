#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/ntp/client_address.h"

namespace tokimori {

/// Where another server is, in numbers.
struct ServerAddress {
    ClientAddress address;
    std::string zone = {};  ///< the interface through which a link-local address is reached (RFC 4007); else empty
};

/// Reads "192.0.2.1", "2001:db8::1" or "fe80::1%eth0"; nullopt for anything else, such as a name.
std::optional<ServerAddress> parse_server_address(std::string_view text);

/// What is wrong with the interface of an address.
struct ServerAddressFault {
    bool is_missing = false;  ///< else it is there, and needless
    std::string nearest;      ///< what would be right
};

/// nullopt where nothing is wrong, and for names.
std::optional<ServerAddressFault> server_address_fault(std::string_view text);

/// The number that this host gives the interface `zone` at the moment; 0 where it has none of that name.
unsigned interface_of(const std::string& zone);

}  // namespace tokimori
