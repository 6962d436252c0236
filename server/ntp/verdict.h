#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "server/ntp/client_address.h"

namespace tokimori {

/// What became of a datagram. One counter each.
enum class Verdict : std::uint8_t {
    kAnswered,
    kTooShort,         ///< under 48 octets
    kBadLength,        ///< not a multiple of four
    kBadVersion,       ///< 0, or above 4
    kNotARequest,      ///< modes 2, 4, 5; mode 0 but of version 1 from a port other than 123
    kControl,          ///< mode 6 from somebody who may not ask so, or asks too often
    kPrivate,          ///< mode 7, whatever its length and version; never answered
    kMalformed,        ///< extension fields that do not fit
    kUnauthenticated,  ///< a MAC we have no key for, a crypto-NAK, MS-SNTP; no MAC where one is asked for
    kForbiddenSource,  ///< port 0, our own address, broadcast, multicast
    kDenied,           ///< a rule of access keeps this source away
    kRateLimited,      ///< asks too often
    kKissed,           ///< denied or too often, and told so by a kiss code (RFC 5905 section 7.4)
    kQueried,          ///< mode 6 from somebody who may ask so
};
inline constexpr std::size_t kVerdictCount = 14;

/// The word for `verdict` in metrics: lower case with underscores, such as "too_short".
std::string_view verdict_name(Verdict verdict);

/// True where there is a reply to be stamped and sent.
constexpr bool has_reply(Verdict verdict) {
    return verdict == Verdict::kAnswered || verdict == Verdict::kKissed;
}

/// What responders have counted since they began.
struct ServerCounts {
    std::array<std::uint64_t, kVerdictCount> verdicts{};
    std::array<std::uint64_t, 5> versions{};       ///< by NTP version 1 … 4: what was a request, whatever came of it
    std::array<std::uint64_t, 4> first_version{};  ///< those of version 1, by their mode
    std::uint64_t denied_kisses = 0;               ///< of `kKissed`: denied by a rule of access, not too often
    std::uint64_t clients_replaced = 0;            ///< clients that were forgotten to make room for others
    std::uint64_t unlisted = 0;     ///< requests denied only because no network of the policy holds the source
    ClientAddress last_unlisted{};  ///< the last of these sources; of IPv6 the first 64 bits

    std::uint64_t of(Verdict verdict) const { return verdicts[static_cast<std::size_t>(verdict)]; }
    /// All datagrams.
    std::uint64_t received() const;
    ServerCounts& operator+=(const ServerCounts& other);
};

}  // namespace tokimori
