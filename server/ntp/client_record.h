#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "leap/instant.h"
#include "server/ntp/client_address.h"
#include "server/ntp/random_bits.h"
#include "server/ntp/rate_meter.h"
#include "server/ntp/sighting.h"

namespace tokimori {

/// What is known of one client. Of IPv6 the prefix that clients are counted by, the rest zero.
struct Client {
    ClientAddress address;
    LocalInstant first_seen;  ///< to the second
    LocalInstant last_seen;
    std::uint32_t requests = 0;
    std::uint32_t limited = 0;  ///< of them, over the limit and not answered
    std::uint32_t refused = 0;  ///< of them, denied by a rule of access
    Duration interval{};        ///< between its requests of late, to about a tenth; 0: unknown
    std::byte first_octet{};    ///< of its last request: leap indicator, version, mode
    std::uint8_t stratum = 0;   ///< that it claimed then
    std::uint16_t port = 0;     ///< from which it asked then
};

/// Where a client is, or will be, in the table.
struct ClientKey {
    std::uint64_t name = 0;   ///< the second half of its address, in disguise; never 0
    std::uint64_t high = 0;   ///< the first half
    std::uint32_t one = 0;    ///< the first place of the set in which it is looked for first
    std::uint32_t other = 0;  ///< and of the other one
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

    /// Notes a request. False if it is over the limit; then `over_limit` says what is to be done.
    [[gnu::always_inline]] bool note(Sighting sighting, const RateMeter& meter) {
        const std::uint64_t account = account_;
        const std::int64_t now = sighting.at().time_since_epoch().count();
        const auto before = static_cast<std::int64_t>(last_);
        const auto requests = static_cast<std::uint32_t>(account);
        put(traits_, learned(traits_, sighting, requests, now - before));
        put(last_, static_cast<std::uint64_t>(now));
        // A leaky bucket kept as one number: how long it would take to pay for what was served.
        const std::int64_t paid = (now >> RateMeter::kTickShift) - (before >> RateMeter::kTickShift);
        const auto owed = std::max<std::int64_t>(std::int64_t{high_of(account)} - std::max<std::int64_t>(paid, 0), 0);
        std::uint32_t counted = 0;
        counted = __builtin_add_overflow(requests, 1U, &counted) ? kMost : counted;
        if (owed > meter.tolerance) [[unlikely]] {
            put(account_, static_cast<std::uint64_t>(owed) << 32 | counted);
            return false;
        }
        put(account_, static_cast<std::uint64_t>(owed + meter.increment) << 32 | counted);
        return true;
    }

    /// Of a request over the limit, at `now`: one in `meter.leak` is served, which of them nobody can know.
    Allowance over_limit(const RateMeter& meter, LocalInstant now, RandomBits& random);

    /// Whether it may be told something that is nothing but news to it; then it was.
    bool is_time_to_kiss(const RateMeter& meter, LocalInstant now);

    /// Whether it asked for more than its limit of late, and has not paid for it by waiting.
    bool at_its_limit(LocalInstant now) const;

    /// What a reader sees; of the address only the first half.
    Client client() const;

private:
    /// Written as an atomic, so that others may read it; who writes it reads it as it is.
    using Word = std::uint64_t;
    static constexpr std::uint32_t kMost = ~std::uint32_t{0};
    static_assert(kLongestDebt.count() >> RateMeter::kTickShift <= kMost);
    static constexpr int kFloatShift = 15;

    static constexpr std::uint32_t high_of(Word word) { return static_cast<std::uint32_t>(word >> 32); }
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
        return (traits & (~std::uint64_t{0} << kRowShift)) | sighting.told() | static_cast<std::uint32_t>(interval);
    }

    bool is_lucky(unsigned leak, RandomBits& random);

    // Of the traits: interval, port, head; of requests over the limit how many so far in their row, and
    // which of it is served; when the client was last told off, in 4 s, modulo 256.
    static constexpr int kRowShift = 48;
    static constexpr int kLuckyShift = 52;
    static constexpr int kKissedShift = 56;

    Word high_ = 0;     ///< the first half of the address; the name gives the other
    Word last_ = 0;     ///< ns: when it was last seen
    Word account_ = 0;  ///< at `last_`, what it had asked for beyond the pace of its limit (GCRA), in ticks; requests
    Word traits_ = 0;
};

}  // namespace tokimori
