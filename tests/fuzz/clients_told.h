#pragma once

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <vector>

#include "tests/fuzz/clients_due.h"
#include "tests/fuzz/items_told.h"

namespace tokimori {

/// All that is told of a client.
inline void put_client(const Client& client, std::size_t number, const ServerState& state, std::vector<Item>& items) {
    const std::string behind = "." + std::to_string(number);
    const std::int64_t score = thousandths_of_score(client);
    std::array<char, 24> text{};
    items.push_back({"addr" + behind, address_of(client) + std::to_string(client.port)});
    items.push_back({"last" + behind, timestamp_of(state, client.last_seen)});
    items.push_back({"first" + behind, timestamp_of(state, client.first_seen)});
    items.push_back({"ct" + behind, std::to_string(client.requests)});
    items.push_back({"mv" + behind, std::to_string(std::to_integer<unsigned>(client.first_octet) % 64)});
    std::snprintf(text.data(), text.size(), "0x%x", restrictions_of(client));
    items.push_back({"rs" + behind, text.data()});
    items.push_back({"dr" + behind, std::to_string(client.limited)});
    std::snprintf(text.data(), text.size(), "%lld.%03lld", static_cast<long long>(score / 1000),
                  static_cast<long long>(score % 1000));
    items.push_back({"sc" + behind, text.data()});
}

/// Told are as many as wanted, as fit and as are kept for one answer; "now" only where all are told.
inline void check_clients(const std::vector<Item>& told, std::size_t octets, const ClientsWanted& wanted,
                          const std::string& nonce, const ServerState& state) {
    constexpr std::size_t kMost = 128;
    constexpr std::size_t kNoMoreFits = 330;
    const ClientsDue due = clients_due(wanted, state);
    if (!due.decided || !wanted.decided) {
        return;
    }
    const auto count = static_cast<std::size_t>(
        std::ranges::count_if(told, [](const Item& item) { return item.name.starts_with("ct."); }));
    const std::size_t limit = wanted.number("limit") > 0 ? wanted.number("limit") : kMost;
    const std::size_t fragments = wanted.number("frags") > 0 ? std::min<std::size_t>(wanted.number("frags"), 32) : 32;
    const std::size_t most = std::min({limit, due.list.size(), kMost});
    require(count == most || (count < most && octets + kNoMoreFits > fragments * 468));
    std::vector<Item> items{{"nonce", nonce}};
    if (due.behind) {
        items.push_back({"last.older", due.behind->last});
        items.push_back({"addr.older", due.behind->address});
    }
    for (std::size_t i = 0; i < count; ++i) {
        put_client(due.list[i], i, state, items);
    }
    if (count == due.list.size()) {
        items.push_back({"now", timestamp_of(state, kNow)});
        if (count > 0) {
            items.push_back({"last.newest", timestamp_of(state, due.list.back().last_seen)});
        } else if (due.behind) {
            items.push_back({"last.newest", due.behind->last});
        }
    }
    require(told == items);
}

}  // namespace tokimori
