#include "server/daemon/server_address.h"

#include <fmt/format.h>
#include <net/if.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "server/daemon/escape.h"
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

std::string server_address_error(std::string_view text) {
    const auto server = parse_server_address(text);
    const std::size_t percent = text.find('%');
    if (server && is_link_local(server->address)) {
        return !server->zone.empty() ? std::string{}
                                     : fmt::format(
                                           "address {} is link-local and may be on any network; say through "
                                           "which interface, as in \"{}%eth0\".",
                                           in_quotes(text), text);
    }
    return percent == std::string_view::npos
               ? std::string{}
               : fmt::format(
                     "address {} has an interface, and only a link-local address (fe80::…) needs one; write {}.",
                     in_quotes(text), in_quotes(text.substr(0, percent)));
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
