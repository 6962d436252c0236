#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "leap/instant.h"
#include "server/ntp/client_address.h"
#include "server/ntp/client_record.h"

namespace tokimori {

struct Rights;

/// A datagram and how it came.
struct Request {
    std::span<const std::byte> octets;
    LocalInstant arrival;
    std::uint16_t source_port = 0;
    bool from_unicast = true;  ///< the source may be answered: a unicast address, not one of ours with our own port
    ClientAddress source = {};
    ClientKey client = {};           ///< these two as `RequestLookup` finds them
    const Rights* rights = nullptr;  ///< of `source`, for time

    /// Port 0 is nobody's.
    constexpr bool may_be_answered() const { return from_unicast && source_port != 0; }
};

}  // namespace tokimori
