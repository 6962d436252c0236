#include "server/daemon/client_order.h"

#include <algorithm>
#include <array>
#include <functional>
#include <limits>
#include <numeric>
#include <optional>
#include <tuple>

namespace tokimori {
namespace {

/// Where a client stands, and where it is. The least stands first.
struct Standing {
    std::uint64_t rank = 0;
    std::uint64_t then = 0;  ///< among equals
    std::uint32_t place = 0;
    std::uint32_t table = 0;

    friend bool operator<(const Standing& a, const Standing& b) {
        return std::tie(a.rank, a.then, a.place, a.table) < std::tie(b.rank, b.then, b.place, b.table);
    }
};

constexpr std::uint64_t kLast = std::numeric_limits<std::uint64_t>::max();

std::uint64_t latest_first(LocalInstant at) {
    return kLast - static_cast<std::uint64_t>(at.time_since_epoch().count());
}

std::uint64_t rank_of(const Client& client, ClientOrder order) {
    switch (order) {
        case ClientOrder::kLastSeen:
            return latest_first(client.last_seen);
        case ClientOrder::kFirstSeen:
            return latest_first(client.first_seen);
        case ClientOrder::kReceived:
            return kLast - client.requests;
        case ClientOrder::kLimited:
            return kLast - client.limited;
        case ClientOrder::kRefused:
            return kLast - client.refused;
        case ClientOrder::kInterval:
            return client.interval > Duration::zero() ? static_cast<std::uint64_t>(client.interval.count()) : kLast;
        case ClientOrder::kAddress:
            return client.address.high;
    }
    return kLast;
}

bool matches(const Client& client, std::string_view part) {
    std::array<char, kAddressRoom> room{};
    return part.empty() || address_text(client.address, room).find(part) != std::string_view::npos;
}

/// The first so many of all that are added, at a fixed price for each and in room for twice as many.
class Foremost {
public:
    Foremost(std::size_t count, std::size_t of_all) : count_{count} { kept_.reserve(std::min(2 * count, of_all)); }

    void add(const Standing& standing) {
        if (count_ == 0) {
            return;
        }
        if (kept_.size() == 2 * count_) {
            std::nth_element(kept_.begin(), middle(), kept_.end());
            kept_.resize(count_);
        }
        kept_.push_back(standing);
    }

    /// In order, without the first `first`.
    std::vector<Standing> from(std::size_t first) {
        const auto end = kept_.size() > count_ ? middle() : kept_.end();
        const auto begin = kept_.begin() + static_cast<std::ptrdiff_t>(std::min(first, kept_.size()));
        std::nth_element(kept_.begin(), end, kept_.end());
        std::nth_element(kept_.begin(), begin, end);
        std::sort(begin, end);
        return {begin, end};
    }

private:
    std::vector<Standing>::iterator middle() { return kept_.begin() + static_cast<std::ptrdiff_t>(count_); }

    std::size_t count_;
    std::vector<Standing> kept_;
};

}  // namespace

ClientPage find_clients(const ClientQuestion& question, const std::vector<const ClientTable*>& tables) {
    const auto places = std::transform_reduce(tables.begin(), tables.end(), std::size_t{0}, std::plus{},
                                              [](const ClientTable* table) { return table->places(); });
    ClientPage page;
    Foremost found{std::min(question.first + question.count, places), places};
    for (std::size_t table = 0; table < tables.size(); ++table) {
        for (std::size_t place = 0; place < tables[table]->places(); ++place) {
            const std::optional<Client> client = tables[table]->at(place);
            page.known += client ? 1U : 0U;
            if (client && matches(*client, question.match)) {
                ++page.matching;
                found.add({rank_of(*client, question.order), client->address.low, static_cast<std::uint32_t>(place),
                           static_cast<std::uint32_t>(table)});
            }
        }
    }
    for (const Standing& standing : found.from(question.first)) {
        if (const auto client = tables[standing.table]->at(standing.place)) {
            page.clients.push_back(*client);
        }
    }
    return page;
}

bool may_be_in_address(std::string_view text) {
    return text.find_first_not_of("0123456789abcdefABCDEF.:") == std::string_view::npos;
}

}  // namespace tokimori
