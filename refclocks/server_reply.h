#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "leap/instant.h"

namespace tokimori {

/// What another NTP server says of itself, with each sample from it.
struct ServerFacts {
    std::uint8_t stratum = 0;                     ///< 1 … 14
    std::array<std::uint8_t, 4> refid{};          ///< what it follows
    std::array<std::uint8_t, 4> address_refid{};  ///< how it is called by whoever follows it (RFC 5905 section 7.3)
    std::array<std::uint64_t, 2> address{};       ///< at which it was asked, as of IPv6, the first half first
    std::uint16_t port = 0;                       ///< likewise
    Duration delay{};                             ///< round trip to it
    Duration root_delay{};                        ///< what it claims: round trip from it to the root of its time
    Duration next{};                              ///< when it is asked again, after this sample
};

/// A reply as it came, believed or not: for the record.
struct ServerReply {
    std::uint16_t source = 0;
    LocalInstant sent;
    LocalInstant came;
    std::uint64_t received = 0;     ///< NTP timestamp of the server
    std::uint64_t transmitted = 0;  ///< likewise
    std::uint8_t leap = 0;          ///< as on the wire, and all below
    std::uint8_t version = 0;
    std::uint8_t mode = 0;
    std::uint8_t stratum = 0;
    std::int8_t poll = 0;
    std::int8_t precision = 0;
    Duration root_delay{};
    Duration root_dispersion{};
    std::array<std::uint8_t, 4> refid{};
    std::string address = {};  ///< of the server, numeric
    std::string from = {};     ///< of ours, from which it was asked
};

}  // namespace tokimori
