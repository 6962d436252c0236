#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "server/ntp/client_table.h"

namespace tokimori {

/// By what clients are put in order. What is asked for first stands first: the latest, the most, the shortest interval,
/// the lowest address (IPv4 before IPv6).
enum class ClientOrder : std::uint8_t { kLastSeen, kFirstSeen, kReceived, kLimited, kRefused, kInterval, kAddress };

/// Which of the clients are wanted.
struct ClientQuestion {
    ClientOrder order = ClientOrder::kLastSeen;
    std::size_t first = 0;   ///< so many before them are left out
    std::size_t count = 0;   ///< of them at most
    std::string match = {};  ///< a part of the text of their addresses, in lower case; empty: all
};

/// Some of the clients, in order, and how many there are.
struct ClientPage {
    std::size_t known = 0;
    std::size_t matching = 0;
    std::vector<Client> clients;
};

/// Looks once through all places of the tables, at a fixed price for each, in room for twice as many clients as end
/// with the page (48 octets each; as many as there are places at most). Who is equal in the order stands by address, so
/// that pages fit together. Any thread: a client that makes room for another meanwhile is missing. Pure.
ClientPage find_clients(const ClientQuestion& question, const std::vector<const ClientTable*>& tables);

/// True where `text` may be part of an address: digits, a … f, dots and colons.
bool may_be_in_address(std::string_view text);

}  // namespace tokimori
