#include "server/daemon/server_address.h"

#include <net/if.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "server/daemon/value_text.h"

namespace tokimori {
namespace {

// fe80::/10 (RFC 4291 section 2.5.6).
bool is_link_local(const ClientAddress& address) {
    return address.high >> 54 == 0xFE80U >> 6;
}

}  // namespace

std::optional<ServerAddress> parse_server_address(std::string_view text) {
    const std::size_t percent = std::min(text.find('%'), text.size());
    const std::optional<ClientAddress> address = parse_address(text.substr(0, percent));
    if (!address || (percent < text.size() && percent + 1 == text.size())) {
        return std::nullopt;
    }
    return ServerAddress{*address, std::string{text.substr(std::min(percent + 1, text.size()))}};
}

std::optional<ServerAddressFault> server_address_fault(std::string_view text) {
    const auto server = parse_server_address(text);
    const std::size_t percent = text.find('%');
    if (server && is_link_local(server->address)) {
        return server->zone.empty() ? std::optional{ServerAddressFault{true, std::string{text} + "%eth0"}}
                                    : std::nullopt;
    }
    return percent == std::string_view::npos
               ? std::nullopt
               : std::optional{ServerAddressFault{false, std::string{text.substr(0, percent)}}};
}

unsigned interface_of(const std::string& zone) {
    if (const unsigned named = ::if_nametoindex(zone.c_str()); named != 0) {
        return named;
    }
    std::array<char, IF_NAMESIZE> name{};
    const auto number = parse_integer(zone);
    const bool known = number && *number > 0 && *number <= INT32_MAX &&
                       ::if_indextoname(static_cast<unsigned>(*number), name.data()) != nullptr;
    return known ? static_cast<unsigned>(*number) : 0;
}

}  // namespace tokimori
