#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include "server/ntp/client_address.h"
#include "server/ntp/client_record.h"
#include "server/ntp/scatter.h"

namespace tokimori {

/// Finds where in a table a client is, or will be: two sets of eight places, by a keyed hash of its address.
class ClientFinder {
public:
    using Word = std::atomic<std::uint64_t>;
    static constexpr std::size_t kWays = 8;

    /// `names`, of as many places as a power of two, must outlive the object; those of a set, which stand in one line
    /// of the cache, begin at a multiple of `kWays`. IPv6 clients count as one where `ipv6_prefix` bits are equal.
    ClientFinder(const Scatter& scatter, std::span<const Word> names, int ipv6_prefix)
        : scatter_{scatter}, names_{names.data()}, sets_{names.size() - kWays}, ipv6_prefix_{ipv6_prefix} {}

    /// Where to look, and a hint to the processor that it soon will be looked at.
    [[gnu::always_inline]] ClientKey operator()(const ClientAddress& address) const {
        ClientAddress counted = address;
        if (ipv6_prefix_ != Prefix::kBits && !address.is_v4()) [[unlikely]] {
            counted = Prefix{address, ipv6_prefix_}.first();
        }
        ClientKey key{.name = counted.low ^ scatter_.mask_of(counted.high), .high = counted.high};
        key.name = std::max<std::uint64_t>(key.name, 1);
        const std::uint64_t hash = scatter_(key.name);
        key.one = static_cast<std::uint32_t>((hash >> 32) & sets_);
        key.other = static_cast<std::uint32_t>(hash & sets_);
        __builtin_prefetch(names_ + key.one);
        __builtin_prefetch(names_ + key.other);
        return key;
    }

private:
    Scatter scatter_;
    const Word* names_;
    std::uint64_t sets_;  ///< a mask: the places at which one begins
    int ipv6_prefix_;
};

}  // namespace tokimori
