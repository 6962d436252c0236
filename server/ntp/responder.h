#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "server/clock/server_state.h"
#include "server/ntp/packet.h"

namespace tokimori {

/// What became of a datagram. One counter each.
enum class Verdict : std::uint8_t {
    kAnswered,
    kTooShort,         ///< under 48 octets
    kBadLength,        ///< not a multiple of four
    kBadVersion,       ///< 0, or above 4
    kNotARequest,      ///< modes 2, 4, 5; mode 0 but of version 1 from a port other than 123
    kControl,          ///< mode 6, whatever its length and version
    kPrivate,          ///< mode 7, whatever its length and version; never answered
    kMalformed,        ///< extension fields that do not fit
    kUnauthenticated,  ///< a MAC we have no key for, a crypto-NAK, MS-SNTP
    kForbiddenSource,  ///< port 0, our own address, broadcast, multicast
};
inline constexpr std::size_t kVerdictCount = 10;

/// The word for `verdict` in metrics: lower case with underscores, such as "too_short".
std::string_view verdict_name(Verdict verdict);

/// What responders have counted since they began.
struct ServerCounts {
    std::array<std::uint64_t, kVerdictCount> verdicts{};
    std::array<std::uint64_t, 5> versions{};  ///< by NTP version 1 … 4: what was a request, whatever came of it

    std::uint64_t of(Verdict verdict) const { return verdicts[static_cast<std::size_t>(verdict)]; }
    /// All datagrams.
    std::uint64_t received() const;
    ServerCounts& operator+=(const ServerCounts& other);
};

/// A datagram and how it came.
struct Request {
    std::span<const std::byte> octets;
    LocalInstant arrival;
    std::uint16_t source_port = 0;
    bool from_unicast = true;  ///< the source may be answered: a unicast address, not one of ours with our own port
};

/// Room for a reply. Keys and NTS will need more than a header.
struct Reply {
    std::array<std::byte, 1280> octets{};
    std::size_t size = 0;
    LocalInstant arrival;
};

/// The NTP server, RFC 5905 section 9.2 (fast_xmit): a request and the published state in, a reply out. No state per
/// client, no allocation, no clock, no exception. One per worker.
class Responder {
public:
    /// `seed` of the random bits below the precision; each worker has its own.
    explicit Responder(std::uint64_t seed = 1) : random_state_{seed | 1} {}

    /// Decides, and on `kAnswered` fills `reply` but for the time: unstamped, it says LI=3 and tells none. Never longer
    /// than the request. Of the request only octet 0, poll and the transmit timestamp matter.
    Verdict answer(const Request& request, const ServerState& state, Reply& reply);

    /// The last touch before sending at `departure`: leap indicator, stratum, refid, root delay, root dispersion and
    /// the timestamps, all as of that instant. May be called again if sending was late. `state` need not be the one of
    /// `answer`. Receive and transmit are filled with random bits below the precision `answer` announced (RFC 5905
    /// section 6), each moved by less than 2^precision, and receive < transmit, neither zero nor equal to origin.
    void stamp(Reply& reply, const ServerState& state, LocalInstant departure);

    /// What was counted so far. Any thread may ask; nobody waits.
    ServerCounts counts() const;

private:
    /// Written by the thread that answers, read by any.
    using Tally = std::atomic<std::uint64_t>;

    void note(Verdict verdict, std::span<const std::byte> octets);
    std::uint64_t random_bits();

    std::array<Tally, kVerdictCount> verdicts_{};
    std::array<Tally, 5> versions_{};
    std::uint64_t random_state_;
};

}  // namespace tokimori
