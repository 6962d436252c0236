#include <cstdlib>
#include <vector>

#include "server/ntp/client_exchange.h"
#include "server/ntp/key_ring.h"

using namespace tokimori;

namespace {

constexpr NtpTimestamp kNonce{0x0123'4567'89AB'CDEF};
constexpr std::size_t kOrigin = 24;

void require(bool right) {
    if (!right) {
        std::abort();
    }
}

// Whatever is accepted is an answer to this request, of a server that can be followed, and bounded.
void check(const JudgedReply& judged, Duration away) {
    if (judged.verdict == ReplyVerdict::kForeign) {
        return;
    }
    require(judged.header.origin == kNonce && judged.header.mode == NtpMode::kServer);
    if (judged.verdict != ReplyVerdict::kAccepted) {
        return;
    }
    const ServerMeasurement& measurement = judged.measurement;
    require(judged.header.stratum >= 1 && judged.header.stratum <= 14);
    require(judged.header.leap != LeapIndicator::kUnsynchronised && judged.header.refid[0] != 254);
    require(measurement.delay >= Duration::zero() && measurement.delay <= away);
    require(measurement.uncertainty > measurement.delay / 2 && measurement.uncertainty < std::chrono::seconds{1});
}

}  // namespace

/// The first octet says how long the reply was on its way and whether a key is asked for; the rest is the reply, as it
/// is and with the right origin.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    static const KeyRing kRing = parse_keys("1 SHA1 secret\n").ring.value();
    const Key* const key = (data[0] & 1U) != 0 ? kRing.find(1) : nullptr;
    const Duration away = std::chrono::milliseconds{8} * (data[0] >> 1U);
    const std::vector<ReferenceId> ourselves{{192, 0, 2, 1}};
    const AskedServer asked{kNonce, key, LocalInstant{std::chrono::hours{1}}, ourselves};
    const auto* const octets = reinterpret_cast<const std::byte*>(data);
    std::vector<std::byte> packet(octets + 1, octets + size);
    check(judge_reply(packet, asked, asked.sent + away), away);
    for (std::size_t i = 0; i < 8 && kOrigin + i < packet.size(); ++i) {
        packet[kOrigin + i] = static_cast<std::byte>(kNonce.bits >> (56 - 8 * i));
    }
    check(judge_reply(packet, asked, asked.sent + away), away);
    return 0;
}
