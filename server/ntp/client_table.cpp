#include "server/ntp/client_table.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <new>
#include <span>

namespace tokimori {
namespace {

constexpr RateMeter kShared{RateLimit{std::chrono::milliseconds{1}, 1000, 5, std::chrono::seconds{1}}};
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

void count_one(std::uint32_t& count) {
    if (count != std::numeric_limits<std::uint32_t>::max()) {
        put(count, count + 1);
    }
}

}  // namespace

ClientTable::ClientTable(std::size_t clients, int ipv6_prefix, HashKey key)
    : ClientTable{std::bit_ceil(std::max(clients, kWays)), clients != 0, ipv6_prefix, key} {}

ClientTable::ClientTable(std::size_t room, bool remembers, int ipv6_prefix, HashKey key)
    : places_{remembers ? room : 0},
      scatter_{key},
      names_{new (kLine) Word[room]{}},
      finder_{scatter_, {names_.get(), room}, std::clamp(ipv6_prefix, 32, Prefix::kBits)},
      records_{std::make_unique<ClientRecord[]>(room)},
      first_seen_{std::make_unique<std::uint32_t[]>(room)},
      refusals_{static_cast<Refusals*>(std::calloc(room, sizeof(Refusals)))},
      random_{siphash(key, places_)} {
    if (refusals_ == nullptr) {
        throw std::bad_alloc{};
    }
}

Allowance ClientTable::note_elsewhere(const ClientKey& client, Sighting sighting, const RateMeter& meter) {
    if (places_ == 0) {
        return Allowance::kServe;
    }
    ClientRecord* const found = find_in(client.other, client);
    ClientRecord& record = found != nullptr ? *found : place_for(client, sighting.at());
    const bool limited_with_others = &record == &shared_ && meter.increment != 0;
    const RateMeter& counted = limited_with_others ? kShared : meter;
    return record.note(sighting, counted) ? Allowance::kServe : over_limit(record, sighting.at(), counted);
}

Allowance ClientTable::note_at_length(const ClientKey& client, Sighting sighting, const RateMeter& meter,
                                      ClientRecord* over) {
    return over != nullptr ? over_limit(*over, sighting.at(), meter) : note_elsewhere(client, sighting, meter);
}

Allowance ClientTable::over_limit(ClientRecord& record, LocalInstant now, const RateMeter& meter) {
    const Allowance allowance = record.over_limit(meter, now, random_);
    if (Refusals* const refusals = refusals_of(record); refusals != nullptr && allowance != Allowance::kServe) {
        count_one(refusals->limited);
    }
    return allowance;
}

bool ClientTable::note_denied(const ClientKey& client, Sighting sighting, const RateMeter& meter) {
    ClientRecord* found = find_in(client.one, client);
    found = found != nullptr ? found : find_in(client.other, client);
    ClientRecord& record = found != nullptr ? *found : place_for(client, sighting.at());
    record.note(sighting, {});
    if (Refusals* const refusals = refusals_of(record)) {
        count_one(refusals->denied);
    }
    return record.is_time_to_kiss(meter, sighting.at());
}

ClientTable::Refusals* ClientTable::refusals_of(const ClientRecord& record) {
    return &record == &shared_ ? nullptr : &refusals_[static_cast<std::size_t>(&record - records_.get())];
}

ClientRecord* ClientTable::find_in(std::uint32_t first, const ClientKey& client) {
    for (std::size_t place = first; place < first + kWays; ++place) {
        if (get(names_[place]) == client.name && records_[place].has_high(client.high)) {
            return &records_[place];
        }
    }
    return nullptr;
}

// In the set that is looked into first as long as it is not half full: so most are found at once.
ClientRecord& ClientTable::place_for(const ClientKey& client, LocalInstant now) {
    if (places_ == 0) {
        return shared_;
    }
    const std::size_t free = free_places(client.one);
    const bool goes_elsewhere = free < kWays / 2 && free_places(client.other) > free;
    std::size_t place = kNowhere;
    if (goes_elsewhere || free > 0) {
        look_for_oldest(goes_elsewhere ? client.other : client.one, now, place);
    } else {
        look_for_oldest(client.one, now, place);
        look_for_oldest(client.other, now, place);
    }
    if (place == kNowhere) {
        return shared_;
    }
    take_place(place, client, now);
    return records_[place];
}

std::size_t ClientTable::free_places(std::uint32_t first) const {
    const std::span names{&names_[first], kWays};
    return static_cast<std::size_t>(std::ranges::count_if(names, [](const Word& name) { return get(name) == 0; }));
}

// An empty place was last seen at the beginning of time.
void ClientTable::look_for_oldest(std::uint32_t first, LocalInstant now, std::size_t& oldest) const {
    for (std::size_t place = first; place < first + kWays; ++place) {
        if (get(names_[place]) == 0) {
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
    Word& name = names_[place];
    Word& counter = get(name) != 0 ? replaced_ : known_;
    counter.store(get(counter) + 1, std::memory_order_relaxed);
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
    const Word& name = names_[place];
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
