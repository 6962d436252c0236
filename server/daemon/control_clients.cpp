#include <algorithm>
#include <boost/json.hpp>
#include <queue>
#include <vector>

#include "server/daemon/control_reply.h"
#include "server/ntp/client_table.h"
#include "server/ntp/packet.h"

namespace tokimori {
namespace {

namespace json = boost::json;

// Each takes less than 400 bytes of a reply.
constexpr std::size_t kMostClients = 500;

bool seen_later(const Client& a, const Client& b) {
    return a.last_seen > b.last_seen;
}

json::object client_reply(const Client& client, LocalInstant now) {
    const unsigned first_octet = std::to_integer<unsigned>(client.first_octet);
    std::array<char, kAddressRoom> room{};
    return {{"address", address_text(client.address, room)},
            {"port", client.port},
            {"requests", client.requests},
            {"limited", client.limited},
            {"interval_ns", client.interval > Duration::zero() ? json::value(client.interval.count()) : nullptr},
            {"last_seen_age_ns", (now - client.last_seen).count()},
            {"first_seen_age_ns", (now - client.first_seen).count()},
            {"version", version_of(client.first_octet)},
            {"mode", first_octet & 7U},
            {"leap", first_octet >> 6U},
            {"stratum", client.stratum}};
}

}  // namespace

json::object clients_reply(const ControlFacts& facts) {
    // The top of this heap is the oldest of those kept.
    std::priority_queue<Client, std::vector<Client>, decltype(&seen_later)> kept{seen_later};
    std::uint64_t known = 0;
    for (const ClientTable* const table : facts.client_tables) {
        table->for_each([&](const Client& client) {
            ++known;
            kept.push(client);
            if (kept.size() > kMostClients) {
                kept.pop();
            }
        });
    }
    json::array list;
    for (; !kept.empty(); kept.pop()) {
        list.emplace_back(client_reply(kept.top(), facts.clock.now));
    }
    std::reverse(list.begin(), list.end());
    return {{"known", known}, {"replaced", facts.server.clients_replaced}, {"latest", std::move(list)}};
}

}  // namespace tokimori
