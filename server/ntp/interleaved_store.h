#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "leap/instant.h"
#include "leap/ntp_timestamp.h"
#include "server/ntp/client_address.h"
#include "server/ntp/siphash.h"

namespace tokimori {

/// A reply that was sent to a client in interleaved mode (RFC 9769 section 2): by its receive timestamp the client will
/// ask for the transmit timestamp.
struct SentReply {
    std::uint64_t client = 0;  ///< as of `InterleavedStore::client_of`; 0: nobody
    NtpTimestamp receive;
    NtpTimestamp transmit;
    LocalInstant departed;
};

/// When replies left, for the clients that will ask for it in their next requests. All memory, 64 KiB, is taken in the
/// constructor; every call looks at one set of eight places, found by a keyed hash of the client's address. Where that
/// is full the oldest reply makes room; for a client that has half of the set, the oldest of its own. What no longer
/// finds a place costs its client one reply in basic mode, and nothing else. One thread.
class InterleavedStore {
public:
    static constexpr std::size_t kPlaces = 2048;
    static constexpr std::size_t kMostOfOneClient = 4;

    /// `key` is secret, so that nobody can choose addresses that share a set.
    explicit InterleavedStore(HashKey key);

    /// The name under which a client's replies are kept; its port does not count (RFC 9109 clients change it). Not 0.
    std::uint64_t client_of(const ClientAddress& address) const;

    /// Whether a reply to `client` with this receive timestamp is kept.
    bool holds(std::uint64_t client, NtpTimestamp receive) const;

    /// Where a reply is kept, and the lower half of its receive timestamp.
    using Ticket = std::uint64_t;

    /// Keeps a reply, in the place of one that has the same client and receive timestamp.
    Ticket keep(const SentReply& reply);

    /// The reply of a ticket, to be corrected; nullptr if it made room for another meanwhile.
    SentReply* find(Ticket ticket);

    /// What was kept under this receive timestamp, and forgets it: it must not be used twice. nullopt: nothing was.
    std::optional<SentReply> take(std::uint64_t client, NtpTimestamp receive);

private:
    static constexpr std::size_t kWays = 8;
    using Set = std::array<SentReply, kWays>;

    std::size_t set_of(std::uint64_t client) const { return client % (kPlaces / kWays); }
    std::size_t place_for(const SentReply& reply) const;

    HashKey key_;
    std::unique_ptr<Set[]> sets_;
};

}  // namespace tokimori
