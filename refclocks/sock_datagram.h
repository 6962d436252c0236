#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <variant>

#include "leap/calendar.h"
#include "leap/instant.h"
#include "refclocks/observation.h"

namespace tokimori {

/// When the host's clock showed `stamp`, it was `time`.
struct SockSample {
    std::int64_t stamp = 0;  ///< CLOCK_REALTIME, POSIX nanoseconds
    UtcTime time;
    std::optional<LeapKind> leap_at_month_end = std::nullopt;
};

/// When the host's clock showed `stamp`, a second began; which, is not told.
struct SockPulse {
    std::int64_t stamp = 0;
};

/// Longest datagram of the protocol, in bytes.
inline constexpr std::size_t kSockBytes = 40;

/// Reads a datagram of chrony's SOCK protocol: 40 bytes, or 32 from a sender whose time has 32 bits. Pure; any bytes
/// may come. A wrong length, magic, leap indicator or fraction is kUnreadable; leap 3 is kNoFix; a time outside
/// 1980 … 2261 is kImpossibleDate. The edge of a pulse is at its stamp: what its offset says of that is of either sign,
/// by the sender.
std::variant<Rejection::Reason, SockSample, SockPulse> read_sock_datagram(std::span<const std::uint8_t> datagram);

}  // namespace tokimori
