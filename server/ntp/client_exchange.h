#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "leap/leap_table.h"
#include "leap/ntp_timestamp.h"
#include "server/ntp/client_address.h"
#include "server/ntp/mac.h"
#include "server/ntp/packet.h"

namespace tokimori {

/// A request to another server (mode 3, version 4). It says nothing of us: all fields are zero but the transmit
/// timestamp, which is drawn, so that only who saw the request can answer it.
struct ClientRequest {
    std::array<std::byte, kHeaderSize + kKeyIdentifierSize + kCutDigest> octets{};
    std::size_t size = kHeaderSize;

    std::span<const std::byte> packet() const { return std::span{octets}.first(size); }
};

/// `nonce`: drawn anew for each request, not zero. `key`: null for a request that is not authenticated.
ClientRequest make_request(NtpTimestamp nonce, const Key* key);

/// What must be known of a request to judge its reply.
struct AskedServer {
    NtpTimestamp nonce;
    const Key* key = nullptr;                ///< it was authenticated with, and so must be the reply
    LocalInstant sent;                       ///< not later than it left
    std::span<const ReferenceId> ourselves;  ///< by which others call us when they follow us
};

/// What a datagram is that came while a reply was waited for.
enum class ReplyVerdict : std::uint8_t {
    kAccepted,
    kForeign,           ///< no answer to this request, by whomever: it is waited on
    kMalformed,         ///< trailing octets that are nothing
    kNotAuthenticated,  ///< not with our key
    kRateExceeded,      ///< kiss code RATE: ask more seldom
    kAccessDenied,      ///< kiss codes DENY and RSTR: ask no more
    kOtherKiss,         ///< any other kiss code, which is only information
    kUnsynchronised,    ///< LI 3 or stratum 0: it does not know the time itself
    kUselessStratum,    ///< 15 or more: whoever followed it would be unsynchronised
    kTooFar,            ///< root distance with the way to it 1 s or more
    kFollowsUs,         ///< a loop
    kSmeared,           ///< refid 254.x.y.z or chrony's mark: it shows no UTC at the moment
    kImpossible,        ///< its stamps contradict each other
    kAmbiguousSecond,   ///< within 2 s of the end of a month, where a leap second has no name of its own
};

/// What an accepted reply says.
struct ServerMeasurement {
    LocalInstant local;
    PosixNanoseconds time = 0;                  ///< what the server showed at `local`
    Duration delay{};                           ///< round trip
    Duration uncertainty{};                     ///< |error of `time`| ≤ this: half the way, and what the server says
    std::optional<LeapKind> leap_at_month_end;  ///< nullopt: its LI says nothing of it yet
};

struct JudgedReply {
    ReplyVerdict verdict = ReplyVerdict::kForeign;
    NtpHeader header{};               ///< unless foreign
    ServerMeasurement measurement{};  ///< where accepted
};

/// Judges a datagram that came at `came` (not earlier than that), whatever it is. RFC 5905 sections 8 and 9.2, RFC
/// 9109.
JudgedReply judge_reply(std::span<const std::byte> packet, const AskedServer& asked, LocalInstant came);

/// How who follows a server at `address` calls it: the IPv4 address, or the first octets of the MD5 of an IPv6 address.
ReferenceId reference_id_of(const ClientAddress& address);

/// A span in the short format of the wire.
Duration duration_from_short(std::uint32_t value);

}  // namespace tokimori
