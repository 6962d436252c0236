#include "server/ntp/client_table.h"

#include <algorithm>
#include <limits>
#include <new>

namespace tokimori {
namespace {

constexpr RateLimit kShared{std::chrono::milliseconds{1}, 1000, 5, std::chrono::seconds{1}};
constexpr std::size_t kNowhere = std::numeric_limits<std::size_t>::max();

std::uint64_t get(const std::atomic<std::uint64_t>& word) {
    return word.load(std::memory_order_relaxed);
}

// As atomics, so that others may read them; who writes them reads them as they are.
void put(std::uint32_t& word, std::uint32_t value) {
    std::atomic_ref{word}.store(value, std::memory_order_release);
}

std::uint32_t read(const std::uint32_t& word) {
    return std::atomic_ref{const_cast<std::uint32_t&>(word)}.load(std::memory_order_acquire);
}

void count_if(bool happened, std::uint32_t& count) {
    if (happened && count != std::numeric_limits<std::uint32_t>::max()) {
        put(count, count + 1);
    }
}

}  // namespace

ClientTable::ClientTable(std::size_t clients, int ipv6_prefix, HashKey key)
    : sets_{(clients + kWays - 1) / kWays},
      scatter_{key},
      names_{std::make_unique<Set[]>(sets_)},
      finder_{scatter_, {names_.get(), sets_}, std::clamp(ipv6_prefix, 32, Prefix::kBits)},
      records_{std::make_unique<ClientRecord[]>(sets_ * kWays)},
      first_seen_{std::make_unique<std::uint32_t[]>(sets_ * kWays)},
      refusals_{static_cast<Refusals*>(std::calloc(std::max<std::size_t>(sets_, 1) * kWays, sizeof(Refusals)))},
      random_{siphash(key, clients)} {
    if (refusals_ == nullptr) {
        throw std::bad_alloc{};
    }
}

Allowance ClientTable::note_elsewhere(const ClientKey& client, Sighting sighting, const RateLimit* limit, bool denied) {
    ClientRecord* record = find_in(client.other, client);
    if (record == nullptr) {
        record = place_for(client, sighting.at());
    }
    return noted(*record, sighting, record == &shared_ && limit != nullptr ? &kShared : limit, denied);
}

void ClientTable::note_refusal(const ClientRecord& record, Allowance allowance, bool denied) {
    if (&record == &shared_) {
        return;
    }
    Refusals& refusals = refusals_[static_cast<std::size_t>(&record - records_.get())];
    count_if(allowance != Allowance::kServe, refusals.limited);
    count_if(denied, refusals.denied);
}

ClientRecord* ClientTable::find_in(std::uint32_t set, const ClientKey& client) {
    for (std::size_t way = 0; way < kWays; ++way) {
        ClientRecord& record = records_[set * kWays + way];
        if (get(names_[set].names[way]) == client.name && record.has_high(client.high)) {
            return &record;
        }
    }
    return nullptr;
}

ClientRecord* ClientTable::place_for(const ClientKey& client, LocalInstant now) {
    const std::uint32_t emptier = free_places(client.other) > free_places(client.one) ? client.other : client.one;
    std::size_t place = kNowhere;
    if (free_places(emptier) > 0) {
        look_for_oldest(emptier, now, place);
    } else {
        look_for_oldest(client.one, now, place);
        look_for_oldest(client.other, now, place);
    }
    if (place == kNowhere) {
        return &shared_;
    }
    take_place(place, client, now);
    return &records_[place];
}

std::size_t ClientTable::free_places(std::uint32_t set) const {
    const auto& names = names_[set].names;
    return static_cast<std::size_t>(
        std::count_if(names.begin(), names.end(), [](const Word& name) { return get(name) == 0; }));
}

// An empty place was last seen at the beginning of time.
void ClientTable::look_for_oldest(std::uint32_t set, LocalInstant now, std::size_t& oldest) const {
    for (std::size_t way = 0; way < kWays; ++way) {
        const std::size_t place = set * kWays + way;
        if (get(names_[set].names[way]) == 0) {
            oldest = place;
            return;
        }
        if (!records_[place].at_its_limit(now) &&
            (oldest == kNowhere || records_[place].last_seen() < records_[oldest].last_seen())) {
            oldest = place;
        }
    }
}

void ClientTable::take_place(std::size_t place, const ClientKey& client, LocalInstant now) {
    Word& name = names_[place / kWays].names[place % kWays];
    replaced_.store(get(replaced_) + (get(name) != 0 ? 1 : 0), std::memory_order_relaxed);
    // Readers see the old client, nobody, or the new one: never one under the other's name.
    name.store(0, std::memory_order_release);
    records_[place].begin(client.high, now);
    put(first_seen_[place],
        static_cast<std::uint32_t>(std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count()));
    // Who was never refused has no memory for it.
    if (Refusals& refusals = refusals_[place]; refusals.limited != 0 || refusals.denied != 0) {
        put(refusals.limited, 0);
        put(refusals.denied, 0);
    }
    name.store(client.name, std::memory_order_release);
}

std::optional<Client> ClientTable::at(std::size_t place) const {
    const Word& name = names_[place / kWays].names[place % kWays];
    const std::uint64_t before = name.load(std::memory_order_acquire);
    if (before == 0) {
        return std::nullopt;
    }
    Client client = records_[place].client();
    client.first_seen = LocalInstant{std::chrono::seconds{read(first_seen_[place])}};
    client.limited = read(refusals_[place].limited);
    client.refused = read(refusals_[place].denied);
    client.address.low = before ^ scatter_.mask_of(client.address.high);
    return name.load(std::memory_order_acquire) == before ? std::optional{client} : std::nullopt;
}

void ClientTable::for_each(const std::function<void(const Client&)>& visit) const {
    for (std::size_t place = 0; place < places(); ++place) {
        if (const auto client = at(place)) {
            visit(*client);
        }
    }
}

}  // namespace tokimori
