#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "server/clock/server_state.h"
#include "tests/fuzz/clients_seen.h"
#include "tests/fuzz/clients_wanted.h"

/// Which clients an answer must tell of, and in which order.
namespace tokimori {

inline std::uint64_t served(const ServerState& state, LocalInstant at) {
    return state.scale.at(state.model.tai_at(at)).timestamp.bits;
}

inline std::string timestamp_of(const ServerState& state, LocalInstant at) {
    std::array<char, 24> text{};
    const std::uint64_t bits = served(state, at);
    std::snprintf(text.data(), text.size(), "0x%08x.%08x", static_cast<unsigned>(bits >> 32),
                  static_cast<unsigned>(bits));
    return text.data();
}

inline unsigned restrictions_of(const Client& client) {
    return (client.limited > 0 ? 0x20U : 0U) + (client.refused > 0 ? 0x02U : 0U);
}

inline std::int64_t thousandths_of_score(const Client& client) {
    return client.interval.count() > 0 ? 1'000'000'000'000 / client.interval.count() : 0;
}

/// Whom the question leaves in the list.
struct ClientsFilter {
    explicit ClientsFilter(const ClientsWanted& wanted)
        : least_count{wanted.number("mincount")},
          least_dropped{wanted.number("mindrop")},
          all{wanted.number("resall")},
          any{wanted.number("resany")},
          youngest{std::chrono::seconds{wanted.number("minlstint")}},
          oldest{std::chrono::seconds{wanted.number("maxlstint")}},
          least_score{wanted.least_score} {}

    bool leaves(const Client& client) const {
        const std::uint64_t restrictions = restrictions_of(client);
        const Duration age = kNow - client.last_seen;
        return client.requests >= least_count && client.limited >= least_dropped &&
               static_cast<double>(thousandths_of_score(client)) >= least_score * 1000.0 && age >= youngest &&
               age <= oldest && (~restrictions & all) == 0 && (any == 0 || (restrictions & any) != 0);
    }

    std::uint64_t least_count, least_dropped, all, any;
    Duration youngest, oldest;
    double least_score;
};

/// Who is due, the oldest first.
struct ClientsDue {
    std::vector<Client> list;
    std::optional<KnownClient> behind;
    bool decided = true;  ///< false: a time so near an edge that rounding decides
};

/// When `told` was served, at least at the counter's beginning and at most now.
inline LocalInstant instant_of(std::uint64_t told, const ServerState& state) {
    const auto ago = static_cast<std::int64_t>(served(state, kNow) - told);
    const auto nanoseconds = static_cast<std::int64_t>(__extension__ static_cast<__int128>(ago) * 1'000'000'000 >> 32);
    return std::clamp(kNow - Duration{nanoseconds}, LocalInstant{}, kNow);
}

/// Behind the first of the known ones that was not seen again since, within a millisecond; else behind the time of the
/// first.
inline ClientsDue clients_due(const ClientsWanted& wanted, const ServerState& state) {
    constexpr Duration kRounding = std::chrono::nanoseconds{100};
    ClientsDue due;
    std::pair<LocalInstant, ClientAddress> position{LocalInstant::min(), {}};
    bool found = false;
    for (std::uint64_t i = 0; !found && i < 16; ++i) {
        const auto known = wanted.known.find(i);
        if (known == wanted.known.end() || known->second.address.empty() || known->second.last.empty()) {
            break;
        }
        const LocalInstant seen = instant_of(*timestamp_in(known->second.last), state);
        if (i == 0) {
            due.behind = known->second;
            position.first = seen;
        }
        for (std::size_t k = 0; k < clients().in_order().size(); ++k) {
            const Client& client = clients().in_order()[k];
            const Duration moved = std::chrono::abs(client.last_seen - seen);
            const bool meant = known->second.address.starts_with(clients().addresses()[k]);
            due.decided = due.decided && !(meant && std::chrono::abs(moved - std::chrono::milliseconds{1}) < kRounding);
            if (meant && moved <= std::chrono::milliseconds{1}) {
                found = true;
                due.behind = known->second;
                position = {client.last_seen, client.address};
            }
        }
    }
    const ClientsFilter filter{wanted};
    for (const Client& client : clients().in_order()) {
        due.decided =
            due.decided && (found || !due.behind || std::chrono::abs(client.last_seen - position.first) > kRounding);
        if (std::pair{client.last_seen, client.address} > position && filter.leaves(client)) {
            due.list.push_back(client);
        }
    }
    return due;
}

}  // namespace tokimori
