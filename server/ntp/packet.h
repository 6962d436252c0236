#pragma once

#include <endian.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "leap/ntp_timestamp.h"
#include "leap/served_scale.h"
#include "server/clock/server_state.h"

namespace tokimori {

/// Association modes, RFC 5905 figure 10.
enum class NtpMode : std::uint8_t {
    kReserved = 0,
    kSymmetricActive = 1,
    kSymmetricPassive = 2,
    kClient = 3,
    kServer = 4,
    kBroadcast = 5,
    kControl = 6,
    kPrivate = 7,
};

/// The mode in the first octet of any NTP packet, modes 6 and 7 included.
constexpr NtpMode mode_of(std::byte first_octet) {
    return static_cast<NtpMode>(std::to_integer<unsigned>(first_octet) & 7U);
}

/// The version in the first octet of any NTP packet: 0 … 7.
constexpr std::uint8_t version_of(std::byte first_octet) {
    return static_cast<std::uint8_t>(std::to_integer<unsigned>(first_octet) >> 3 & 7U);
}

inline constexpr std::size_t kHeaderSize = 48;

/// Where the fields of a header stand, RFC 5905 figure 8.
inline constexpr std::size_t kStratumAt = 1;
inline constexpr std::size_t kPollAt = 2;
inline constexpr std::size_t kPrecisionAt = 3;
inline constexpr std::size_t kRootDelayAt = 4;
inline constexpr std::size_t kRootDispersionAt = 8;
inline constexpr std::size_t kRefidAt = 12;
inline constexpr std::size_t kReferenceAt = 16;
inline constexpr std::size_t kOriginAt = 24;
inline constexpr std::size_t kReceiveAt = 32;
inline constexpr std::size_t kTransmitAt = 40;

/// The 32 bits at `at`; `octets` has room for them, here and below.
inline std::uint32_t word_at(std::span<const std::byte> octets, std::size_t at) {
    std::uint32_t word = 0;
    std::memcpy(&word, &octets[at], sizeof word);
    return be32toh(word);
}

/// The 64 bits at `at` as they lie in memory.
inline std::uint64_t octets_at(std::span<const std::byte> octets, std::size_t at) {
    std::uint64_t word = 0;
    std::memcpy(&word, &octets[at], sizeof word);
    return word;
}

inline void put_octets(std::span<std::byte> octets, std::size_t at, std::uint64_t word) {
    std::memcpy(&octets[at], &word, sizeof word);
}

inline NtpTimestamp timestamp_at(std::span<const std::byte> octets, std::size_t at) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, &octets[at], sizeof bits);
    return {be64toh(bits)};
}

inline void put_word(std::span<std::byte> octets, std::size_t at, std::uint32_t word) {
    word = htobe32(word);
    std::memcpy(&octets[at], &word, sizeof word);
}

inline void put_timestamp(std::span<std::byte> octets, std::size_t at, NtpTimestamp timestamp) {
    const std::uint64_t bits = htobe64(timestamp.bits);
    std::memcpy(&octets[at], &bits, sizeof bits);
}

/// The NTP header, RFC 5905 section 7.3, in host byte order.
struct NtpHeader {
    LeapIndicator leap = LeapIndicator::kUnsynchronised;
    std::uint8_t version = 4;  ///< 0 … 7
    NtpMode mode = NtpMode::kReserved;
    std::uint8_t stratum = 0;           ///< as on the wire: 0 is unspecified
    std::int8_t poll = 0;               ///< log2 seconds
    std::int8_t precision = 0;          ///< log2 seconds
    std::uint32_t root_delay = 0;       ///< short format
    std::uint32_t root_dispersion = 0;  ///< short format
    ReferenceId refid{};
    NtpTimestamp reference;
    NtpTimestamp origin;
    NtpTimestamp receive;
    NtpTimestamp transmit;
};

/// Reads the first 48 octets of a packet.
NtpHeader read_header(std::span<const std::byte, kHeaderSize> octets);

/// Writes 48 octets.
void write_header(const NtpHeader& header, std::span<std::byte, kHeaderSize> octets);

/// What follows the header of a request (RFC 5905 section 7.5, RFC 7822).
enum class Trailer : std::uint8_t {
    kNone,           ///< nothing, or only extension fields (version 4), at most 16 of them
    kAuthenticator,  ///< key identifier and digest, behind extension fields or not
    kCryptoNak,      ///< four zero octets, behind extension fields or not
    kMsSntp,         ///< the forms of MS-SNTP (version 3): a key identifier and a zero digest
    kMalformed,      ///< none of these
};

/// The end of a packet.
struct Tail {
    Trailer kind = Trailer::kMalformed;
    std::size_t authenticator = 0;  ///< octets of key identifier and digest, the last of the packet; 0: there are none
};

/// Looks at everything after the header without trusting a byte of it. `packet` is the whole datagram, at least 48
/// octets. Extension fields are looked for in version 4 only; a last field under 28 octets is malformed (RFC 7822
/// section 7.5). A digest longer than 20 octets is looked for before version 4 only.
Tail read_tail(std::span<const std::byte> packet, std::uint8_t version);

/// Only what kind it is.
inline Trailer classify_trailer(std::span<const std::byte> packet, std::uint8_t version) {
    return read_tail(packet, version).kind;
}

/// The key identifier of a packet that ends with an authenticator of so many octets.
inline std::uint32_t key_identifier(std::span<const std::byte> packet, std::size_t authenticator) {
    return word_at(packet, packet.size() - authenticator);
}

}  // namespace tokimori
