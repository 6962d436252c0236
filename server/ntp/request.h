#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "leap/instant.h"
#include "server/ntp/client_address.h"
#include "server/ntp/client_record.h"

namespace tokimori {

/// A datagram and how it came.
struct Request {
    std::span<const std::byte> octets;
    LocalInstant arrival;
    std::uint16_t source_port = 0;
    bool from_unicast = true;  ///< the source may be answered: a unicast address, not one of ours with our own port
    ClientAddress source = {};
    ClientKey client = {};  ///< what `Responder::find` said of `source`, if it was asked
};

}  // namespace tokimori
