#include "server/ntp/client_table.h"

#include <algorithm>
#include <bit>
#include <limits>

namespace tokimori {
namespace {

constexpr RateLimit kShared{std::chrono::milliseconds{1}, 1000, 5, std::chrono::seconds{1}};
constexpr std::uint32_t kMost = std::numeric_limits<std::uint32_t>::max();
constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;
constexpr std::int64_t kOwedUnit = 10'000;
constexpr std::int64_t kKissUnit = 4 * kNanosecondsPerSecond;
constexpr std::size_t kNowhere = std::numeric_limits<std::size_t>::max();

using Word = std::atomic<std::uint64_t>;

std::uint64_t get(const Word& word) {
    return word.load(std::memory_order_relaxed);
}

void put(Word& word, std::uint64_t value) {
    word.store(value, std::memory_order_relaxed);
}

constexpr std::uint64_t pack(std::uint64_t high, std::uint64_t low) {
    return high << 32 | low;
}

constexpr std::uint32_t high_of(std::uint64_t word) {
    return static_cast<std::uint32_t>(word >> 32);
}

constexpr std::uint32_t low_of(std::uint64_t word) {
    return static_cast<std::uint32_t>(word);
}

constexpr std::uint32_t one_more(std::uint32_t count) {
    return count == kMost ? kMost : count + 1;
}

std::int64_t nanoseconds_of(LocalInstant at) {
    return at.time_since_epoch().count();
}

/// About 256 · log2(microseconds + 1), by a straight line between powers of two.
std::uint16_t coded(std::int64_t interval) {
    const auto microseconds = static_cast<std::uint64_t>(std::max<std::int64_t>(interval, 0)) / 1000 + 1;
    const int exponent = static_cast<int>(std::bit_width(microseconds)) - 1;
    const std::uint64_t mantissa = exponent >= 8 ? microseconds >> (exponent - 8) : microseconds << (8 - exponent);
    return static_cast<std::uint16_t>(static_cast<std::uint64_t>(exponent) << 8 | (mantissa & 0xFFU));
}

Duration decoded(std::uint16_t code) {
    const int exponent = code >> 8;
    const std::uint64_t mantissa = 0x100U | (code & 0xFFU);
    const std::uint64_t microseconds = exponent >= 8 ? mantissa << (exponent - 8) : mantissa >> (8 - exponent);
    return std::chrono::microseconds{static_cast<std::int64_t>(microseconds) - 1};
}

/// A keyed hash for each packet: twice a product with a secret, folded. Who hears nothing of its results cannot choose
/// addresses that meet; a set that is crowded all the same is what `place_for` is for.
std::uint64_t scattered(std::uint64_t name, const HashKey& key) {
    __extension__ using Wide = unsigned __int128;
    const auto folded = [](std::uint64_t a, std::uint64_t b) {
        const Wide product = static_cast<Wide>(a) * (b | 1);
        return static_cast<std::uint64_t>(product >> 64) ^ static_cast<std::uint64_t>(product);
    };
    constexpr std::uint64_t kFirst = 0x9E37'79B9'7F4A'7C15;  // any odd numbers of many bits
    constexpr std::uint64_t kSecond = 0xD1B5'4A32'D192'ED03;
    return folded(folded(name ^ key.first ^ kFirst, key.second ^ kSecond), key.first ^ kFirst);
}

/// The last word of a record, taken apart.
struct Traits {
    std::uint16_t interval = 0;
    std::uint16_t port = 0;
    std::uint8_t first_octet = 0;
    std::uint8_t stratum = 0;
    std::uint8_t row = 0;     ///< of requests over the limit: low half how many so far, high half which is served
    std::uint8_t kissed = 0;  ///< when it was last told off, in 4 s, modulo 256

    static Traits from(std::uint64_t word) { return std::bit_cast<Traits>(word); }
    std::uint64_t word() const { return std::bit_cast<std::uint64_t>(*this); }
    unsigned in_row() const { return row & 0xFU; }
    unsigned lucky() const { return row >> 4U; }
};

/// One more in the row of `leak`; true if it is the lucky one. A new row begins with a new draw.
bool is_lucky(Traits& traits, unsigned leak, std::uint64_t random) {
    const bool begins = traits.in_row() == 0 || traits.in_row() >= leak;
    const unsigned lucky = begins ? static_cast<unsigned>(random % leak) + 1 : traits.lucky();
    const unsigned in_row = begins ? 1 : traits.in_row() + 1;
    traits.row = static_cast<std::uint8_t>(lucky << 4U | in_row);
    return in_row == lucky;
}

bool is_time_to_kiss(Traits& traits, Duration pause, LocalInstant now) {
    const auto moment = static_cast<std::uint8_t>(nanoseconds_of(now) / kKissUnit);
    const auto since = static_cast<std::uint8_t>(moment - traits.kissed);
    if (since < pause.count() / kKissUnit || since == 0) {
        return false;
    }
    traits.kissed = moment;
    return true;
}

void learn(Traits& traits, const Sighting& sighting, std::uint32_t requests, std::int64_t since) {
    constexpr int kWeight = 4;
    const std::uint16_t code = coded(since);
    traits.interval =
        requests <= 1 ? code : static_cast<std::uint16_t>(traits.interval + (code - traits.interval) / kWeight);
    traits.port = sighting.port;
    traits.first_octet = std::to_integer<std::uint8_t>(sighting.first_octet);
    traits.stratum = sighting.stratum;
}

}  // namespace

ClientTable::ClientTable(std::size_t clients, int ipv6_prefix, HashKey key)
    : sets_{(clients + kWays - 1) / kWays},
      v6_{{}, std::clamp(ipv6_prefix, 32, 128)},
      key_{key},
      names_{std::make_unique<Set[]>(sets_)},
      records_{std::make_unique<Record[]>(sets_ * kWays)},
      random_state_{siphash(key, clients) | 1} {}

ClientKey ClientTable::find(const ClientAddress& address) const {
    if (sets_ == 0) {
        return {};
    }
    const ClientAddress counted = address.is_v4() ? address : Prefix{address, v6_.length}.first();
    ClientKey key{.name = counted.low ^ mixed(counted.high), .high = counted.high};
    key.name += key.name == 0 ? 1 : 0;
    const std::uint64_t hash = scattered(key.name, key_);
    key.one = static_cast<std::uint32_t>((hash >> 32) * sets_ >> 32);
    key.other = static_cast<std::uint32_t>((hash & kMost) * sets_ >> 32);
    __builtin_prefetch(&names_[key.one]);
    __builtin_prefetch(&names_[key.other]);
    return key;
}

Allowance ClientTable::note(const Sighting& sighting, const RateLimit* limit) {
    if (sets_ == 0) {
        return Allowance::kServe;
    }
    Record* record = find_in(sighting.client.one, sighting.client);
    if (record == nullptr && (record = find_in(sighting.client.other, sighting.client)) == nullptr) {
        record = place_for(sighting);
    }
    return judge(*record, sighting, record == &shared_ && limit != nullptr ? &kShared : limit);
}

ClientTable::Record* ClientTable::find_in(std::uint32_t set, const ClientKey& client) {
    const auto& names = names_[set].names;
    for (std::size_t way = 0; way < kWays; ++way) {
        Record& record = records_[set * kWays + way];
        if (get(names[way]) == client.name && get(record.high) == client.high) {
            return &record;
        }
    }
    return nullptr;
}

ClientTable::Record* ClientTable::place_for(const Sighting& sighting) {
    const ClientKey& client = sighting.client;
    const std::uint32_t emptier = free_places(client.other) > free_places(client.one) ? client.other : client.one;
    std::size_t place = kNowhere;
    if (free_places(emptier) > 0) {
        look_for_oldest(emptier, sighting.at, place);
    } else {
        look_for_oldest(client.one, sighting.at, place);
        look_for_oldest(client.other, sighting.at, place);
    }
    if (place == kNowhere) {
        return &shared_;
    }
    take_place(place, sighting);
    return &records_[place];
}

std::size_t ClientTable::free_places(std::uint32_t set) const {
    const auto& names = names_[set].names;
    return static_cast<std::size_t>(
        std::count_if(names.begin(), names.end(), [](const Word& name) { return get(name) == 0; }));
}

// An empty place was last seen at the beginning of time.
void ClientTable::look_for_oldest(std::uint32_t set, LocalInstant now, std::size_t& oldest) const {
    const auto last_of = [this](std::size_t place) { return static_cast<std::int64_t>(get(records_[place].last)); };
    for (std::size_t way = 0; way < kWays; ++way) {
        const std::size_t place = set * kWays + way;
        if (get(names_[set].names[way]) == 0) {
            oldest = place;
            return;
        }
        if (!at_its_limit(records_[place], now) && (oldest == kNowhere || last_of(place) < last_of(oldest))) {
            oldest = place;
        }
    }
}

bool ClientTable::at_its_limit(const Record& record, LocalInstant now) const {
    const std::int64_t owed = std::int64_t{high_of(get(record.owed))} * kOwedUnit;
    return Traits::from(get(record.traits)).in_row() != 0 &&
           static_cast<std::int64_t>(get(record.last)) + owed > nanoseconds_of(now);
}

void ClientTable::take_place(std::size_t place, const Sighting& sighting) {
    Word& name = names_[place / kWays].names[place % kWays];
    Record& record = records_[place];
    const std::uint64_t replaced = replaced_.load(std::memory_order_relaxed) + (get(name) != 0 ? 1 : 0);
    replaced_.store(replaced, std::memory_order_relaxed);
    const auto now = nanoseconds_of(sighting.at);
    Traits traits;
    traits.kissed = static_cast<std::uint8_t>(now / kKissUnit - 128);
    // Readers see the old client, nobody, or the new one: never one under the other's name.
    name.store(0, std::memory_order_release);
    record.high.store(sighting.client.high, std::memory_order_release);
    record.last.store(static_cast<std::uint64_t>(now), std::memory_order_release);
    record.owed.store(0, std::memory_order_release);
    record.seen.store(pack(static_cast<std::uint64_t>(now / kNanosecondsPerSecond), 0), std::memory_order_release);
    record.traits.store(traits.word(), std::memory_order_release);
    record.refused.store(0, std::memory_order_release);
    name.store(sighting.client.name, std::memory_order_release);
}

// A leaky bucket kept as one number (GCRA): how long it would take to pay for what was served.
Allowance ClientTable::judge(Record& record, const Sighting& sighting, const RateLimit* limit) {
    const std::uint64_t account = get(record.owed);
    const std::uint32_t requests = low_of(account);
    const std::int64_t since = nanoseconds_of(sighting.at) - static_cast<std::int64_t>(get(record.last));
    Traits traits = Traits::from(get(record.traits));
    if (requests > 0) {
        learn(traits, sighting, requests, since);
    } else {
        learn(traits, sighting, 1, 0);
    }
    std::int64_t owed = 0;
    Allowance allowance = Allowance::kServe;
    if (limit != nullptr) {
        const std::int64_t paid = std::max<std::int64_t>(since, 0) / kOwedUnit;
        owed = std::max(std::int64_t{high_of(account)} - paid, std::int64_t{0});
        const std::int64_t price = std::max<std::int64_t>(limit->interval.count() / kOwedUnit, 1);
        if (owed <= (limit->burst - 1) * price) {
            owed += price;
        } else if (limit->leak > 0 && is_lucky(traits, static_cast<unsigned>(limit->leak), random_bits())) {
            // The bucket is empty again: whoever hammers on gets no more by the clock than by luck.
            owed = limit->burst * price;
        } else {
            const std::uint64_t seen = get(record.seen);
            put(record.seen, pack(high_of(seen), one_more(low_of(seen))));
            allowance = is_time_to_kiss(traits, limit->kiss, sighting.at) ? Allowance::kKiss : Allowance::kDrop;
        }
    }
    put(record.owed, pack(static_cast<std::uint64_t>(std::min<std::int64_t>(owed, kMost)), one_more(requests)));
    put(record.last, static_cast<std::uint64_t>(nanoseconds_of(sighting.at)));
    put(record.traits, traits.word());
    if (sighting.denied) {
        put(record.refused, one_more(low_of(get(record.refused))));
    }
    return allowance;
}

std::optional<Client> ClientTable::at(std::size_t place) const {
    const Word& name = names_[place / kWays].names[place % kWays];
    const std::uint64_t before = name.load(std::memory_order_acquire);
    if (before == 0) {
        return std::nullopt;
    }
    const Client client = client_of(before, records_[place]);
    return name.load(std::memory_order_acquire) == before ? std::optional{client} : std::nullopt;
}

void ClientTable::for_each(const std::function<void(const Client&)>& visit) const {
    for (std::size_t place = 0; place < places(); ++place) {
        if (const auto client = at(place)) {
            visit(*client);
        }
    }
}

Client ClientTable::client_of(std::uint64_t name, const Record& record) const {
    const auto read = [](const Word& word) { return word.load(std::memory_order_acquire); };
    const std::uint64_t high = read(record.high);
    const std::uint64_t seen = read(record.seen);
    const Traits traits = Traits::from(read(record.traits));
    Client client;
    client.address = {high, name ^ mixed(high)};
    client.first_seen = LocalInstant{std::chrono::seconds{high_of(seen)}};
    client.last_seen = LocalInstant{Duration{static_cast<std::int64_t>(read(record.last))}};
    client.requests = low_of(read(record.owed));
    client.limited = low_of(seen);
    client.refused = low_of(read(record.refused));
    client.interval = client.requests > 1 ? decoded(traits.interval) : Duration::zero();
    client.first_octet = static_cast<std::byte>(traits.first_octet);
    client.stratum = traits.stratum;
    client.port = traits.port;
    return client;
}

std::uint64_t ClientTable::random_bits() {
    random_state_ ^= random_state_ << 13;
    random_state_ ^= random_state_ >> 7;
    random_state_ ^= random_state_ << 17;
    return random_state_ >> 16;
}

}  // namespace tokimori
