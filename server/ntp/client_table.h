#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "leap/instant.h"
#include "server/ntp/access_policy.h"
#include "server/ntp/client_address.h"
#include "server/ntp/siphash.h"

namespace tokimori {

/// What is known of one client. Of IPv6 the prefix that clients are counted by, the rest zero.
struct Client {
    ClientAddress address;
    LocalInstant first_seen;  ///< to the second
    LocalInstant last_seen;
    std::uint32_t requests = 0;
    std::uint32_t limited = 0;  ///< of them, over the limit and not answered
    std::uint32_t refused = 0;  ///< of them, denied by a rule of access, over the limit or not
    Duration interval{};        ///< between its requests of late, to about a tenth; 0: unknown
    std::byte first_octet{};    ///< of its last request: leap indicator, version, mode
    std::uint8_t stratum = 0;   ///< that it claimed then
    std::uint16_t port = 0;     ///< from which it asked then
};

/// Where a client is, or will be, in the table.
struct ClientKey {
    std::uint64_t name = 0;  ///< the second half of its address, in disguise; 0: nobody
    std::uint64_t high = 0;  ///< the first half
    std::uint32_t one = 0;
    std::uint32_t other = 0;
};

/// A request as far as the table wants to know it.
struct Sighting {
    ClientKey client = {};
    LocalInstant at = {};
    std::byte first_octet{};
    std::uint8_t stratum = 0;
    std::uint16_t port = 0;
    bool denied = false;  ///< a rule of access turns it down, whatever the limit says
};

/// What the limits say to a request.
enum class Allowance : std::uint8_t {
    kServe,
    kDrop,
    kKiss,  ///< not served, and it is time for a kiss code
};

/// Who asked of late, and who asks too often. All memory is taken in the constructor; every request costs the same,
/// two sets of eight places at most, found by a keyed hash. Where all of these are taken the client that was silent for
/// longest makes room; but not one that is at its limit: then the newcomer shares one limit with its like. One thread
/// writes; any thread may read.
class ClientTable {
public:
    /// Room for `clients` (0: none, nobody is limited); IPv6 clients count as one where `ipv6_prefix` bits, 32 …
    /// 128, are equal. `key` is secret.
    ClientTable(std::size_t clients, int ipv6_prefix, HashKey key);

    /// Where to look, and a hint to the processor that it soon will be looked at.
    ClientKey find(const ClientAddress& address) const;

    /// Notes a request. With `limit` it may be turned down: of the requests over it one in `limit->leak`, the place of
    /// which in each row of as many nobody can know, is served.
    Allowance note(const Sighting& sighting, const RateLimit* limit);

    /// Who has this place of `places()`, if anybody. Any thread: what changes meanwhile is told as it was or as it is.
    std::optional<Client> at(std::size_t place) const;
    /// Calls for each client, in no order. Any thread, as `at`.
    void for_each(const std::function<void(const Client&)>& visit) const;

    /// Clients that made room for others.
    std::uint64_t replaced() const { return replaced_.load(std::memory_order_relaxed); }
    std::size_t places() const { return sets_ * kWays; }

private:
    using Word = std::atomic<std::uint64_t>;
    static constexpr std::size_t kWays = 8;

    /// Of one client; 48 octets, so that a full table is small.
    struct Record {
        Word high;    ///< the first half of the address; the name gives the other
        Word last;    ///< ns: when it was last seen
        Word owed;    ///< at `last`, what it had asked for beyond the pace of its limit (GCRA), in 10 us; requests
        Word seen;    ///< first seen in s; requests turned down
        Word traits;  ///< see Traits
        Word refused;
    };
    /// The names of a set stand in one line of the cache.
    struct alignas(64) Set {
        std::array<Word, kWays> names{};
    };

    Record* find_in(std::uint32_t set, const ClientKey& client);
    Record* place_for(const Sighting& sighting);
    std::size_t free_places(std::uint32_t set) const;
    void take_place(std::size_t place, const Sighting& sighting);
    void look_for_oldest(std::uint32_t set, LocalInstant now, std::size_t& oldest) const;
    bool at_its_limit(const Record& record, LocalInstant now) const;
    Allowance judge(Record& record, const Sighting& sighting, const RateLimit* limit);
    Client client_of(std::uint64_t name, const Record& record) const;
    std::uint64_t mixed(std::uint64_t high) const { return high * (key_.first | 1); }
    std::uint64_t random_bits();

    std::size_t sets_;
    Prefix v6_;  ///< its mask
    HashKey key_;
    std::unique_ptr<Set[]> names_;
    std::unique_ptr<Record[]> records_;
    Record shared_{};  ///< of all who found no place
    Word replaced_{0};
    std::uint64_t random_state_;
};

}  // namespace tokimori
