#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "server/clock/server_state.h"
#include "server/ntp/interleaved_store.h"
#include "server/ntp/packet.h"

namespace tokimori {

/// What a reply says and leaves behind because its request asked for interleaved mode.
struct InterleavedReply {
    std::uint64_t client = 0;  ///< who asked, as the store names it; 0: nobody did, and nothing below counts
    NtpTimestamp departed =
        {};            ///< when the reply before left, to be told instead of the time of this one; 0: is not known
    Duration doubt{};  ///< by so much more than the present bound may that be wrong
    InterleavedStore::Ticket ticket = 0;  ///< of the stamped reply, for `InterleavedMode::sent`
};

/// The server's side of interleaved client/server mode, RFC 9769 section 2: a client that names the receive timestamp
/// of a reply is told in the next one when exactly that reply left. Who does not ask meets one comparison. One thread.
class InterleavedMode {
public:
    explicit InterleavedMode(HashKey key) : kept_{key} {}

    /// Whether a request may ask for it: its origin has the mark of a receive timestamp of ours.
    static bool may_be_asked_by(std::span<const std::byte, kHeaderSize> asked) {
        return (asked[kLastOfOrigin] & std::byte{1}) != std::byte{0};
    }

    /// A request, and the state by which it is answered.
    struct Asked {
        std::span<const std::byte, kHeaderSize> header;
        const ClientAddress& source;
        const ServerState& state;
        LocalInstant arrival;
    };

    /// What becomes of such a request. Where the reply before is known, `reply` gets its origin: the receive timestamp
    /// of the request, not its transmit timestamp.
    InterleavedReply begin(const Asked& asked, std::span<std::byte, kHeaderSize> reply);

    /// After the reply was stamped, before it is signed: keeps when it leaves, `departs` and as stamped, and tells when
    /// the one before left. Receive timestamps that are kept for one client are different: where one is taken it is
    /// moved by two units of 2^-32 s.
    void stamp(std::span<std::byte, kHeaderSize> reply, LocalInstant departs, InterleavedReply& interleaved);

    /// When the reply of a ticket left indeed. What cannot be, as before its own arrival, is passed over.
    void sent(InterleavedStore::Ticket ticket, LocalInstant departed, const ServerState& state);

private:
    static constexpr std::size_t kLastOfOrigin = kReceiveAt - 1;

    InterleavedStore kept_;
};

}  // namespace tokimori
