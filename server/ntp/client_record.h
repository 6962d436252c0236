#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "leap/instant.h"
#include "server/ntp/access_policy.h"
#include "server/ntp/client_address.h"
#include "server/ntp/random_bits.h"
#include "server/ntp/sighting.h"

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

/// What the limits say to a request.
enum class Allowance : std::uint8_t {
    kServe,
    kDrop,
    kKiss,  ///< not served, and it is time for a kiss code
};

/// What the table keeps of every client, in 32 octets, so that a full one is small. One thread writes; any may read,
/// and sees each word as it was or as it is.
class ClientRecord {
public:
    /// These two for the thread that writes.
    bool has_high(std::uint64_t high) const { return high_ == high; }
    LocalInstant last_seen() const { return LocalInstant{Duration{static_cast<std::int64_t>(last_)}}; }

    /// A client that was not seen before `now`; `high`: of its address.
    void begin(std::uint64_t high, LocalInstant now);

    /// Notes a request. With `limit` it may be turned down, as `ClientTable::note` says.
    [[gnu::always_inline]] Allowance note(Sighting sighting, const RateLimit* limit, RandomBits& random) {
        if (limit != nullptr) {
            return note_limited(sighting, *limit, random);
        }
        put(account_, learn(sighting));
        return Allowance::kServe;
    }

    /// Whether it asked for more than its limit of late, and has not paid for it by waiting.
    bool at_its_limit(LocalInstant now) const;

    /// What a reader sees; of the address only the first half.
    Client client() const;

private:
    /// Written as an atomic, so that others may read it; who writes it reads it as it is.
    using Word = std::uint64_t;
    static constexpr std::uint32_t kMost = ~std::uint32_t{0};
    /// Debts are counted in ticks of 2^14 ns.
    static constexpr int kTickShift = 14;
    static_assert(kLongestDebt.count() >> kTickShift <= kMost);
    static constexpr int kFloatShift = 15;

    static void put(Word& word, std::uint64_t value) { std::atomic_ref{word}.store(value, std::memory_order_relaxed); }

    /// About 256 · log2(nanoseconds), by a straight line between powers of two: what stands above in a float. A
    /// microsecond stands for all that is less: far below it a mean of such codes would mean nothing.
    static std::int32_t coded(std::int64_t interval) {
        const auto nanoseconds = static_cast<float>(interval > 1000 ? interval : 1000);
        return static_cast<std::int32_t>(std::bit_cast<std::uint32_t>(nanoseconds) >> kFloatShift);
    }

    /// The traits after a request that came `since` the one before: a quarter of what is new in intervals counts.
    static std::uint64_t learned(std::uint64_t traits, Sighting sighting, std::uint32_t requests, std::int64_t since) {
        constexpr int kWeight = 2;
        std::int32_t interval = coded(since);
        if (requests > 1) {
            const auto before = static_cast<std::int32_t>(traits & 0xFFFFU);
            interval = before + ((interval - before) >> kWeight);
        }
        return (traits & (~std::uint64_t{0} << kRowShift)) | sighting.told() << kPortShift |
               static_cast<std::uint32_t>(interval);
    }

    /// How many requests there were with this one.
    [[gnu::always_inline]] std::uint32_t learn(Sighting sighting) {
        const auto requests = static_cast<std::uint32_t>(account_);
        const std::int64_t now = sighting.at().time_since_epoch().count();
        put(traits_, learned(traits_, sighting, requests, now - static_cast<std::int64_t>(last_)));
        put(last_, static_cast<std::uint64_t>(now));
        return requests + (requests < kMost ? 1U : 0U);
    }

    Allowance note_limited(Sighting sighting, const RateLimit& limit, RandomBits& random);
    Allowance charge(std::int64_t ticks, const RateLimit& limit, LocalInstant now, RandomBits& random);
    bool is_lucky(unsigned leak, RandomBits& random);
    bool is_time_to_kiss(Duration pause, LocalInstant now);

    // Of the traits: interval, port, head; of requests over the limit how many so far in their row, and
    // which of it is served; when the client was last told off, in 4 s, modulo 256.
    static constexpr int kPortShift = 16;
    static constexpr int kHeadShift = kPortShift + Sighting::kHeadShift;
    static constexpr int kRowShift = 48;
    static constexpr int kLuckyShift = 52;
    static constexpr int kKissedShift = 56;

    Word high_ = 0;     ///< the first half of the address; the name gives the other
    Word last_ = 0;     ///< ns: when it was last seen
    Word account_ = 0;  ///< at `last_`, what it had asked for beyond the pace of its limit (GCRA), in ticks; requests
    Word traits_ = 0;
};

}  // namespace tokimori
