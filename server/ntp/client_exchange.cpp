#include "server/ntp/client_exchange.h"

#include <algorithm>
#include <cstring>

#include "leap/calendar.h"

namespace tokimori {
namespace {

using namespace std::chrono_literals;

// Every stamp from 1965 to 2101 is of the era that this one lies in the middle of.
constexpr PosixNanoseconds kPivot = 2'000'000'000'000'000'000;
constexpr Duration kFarthest = 1s;
constexpr std::uint8_t kLastUsefulStratum = 14;
// Kernel stamps, and one microsecond in which they are given.
constexpr Duration kStampUncertainty = 6us;
// Two crystals at the opposite ends of what is allowed.
constexpr int kCrystals = 1000;
constexpr std::int64_t kAmbiguousSeconds = 2;
constexpr std::int64_t kHalfDay = kSecondsPerDay / 2;
constexpr ReferenceId kChronySmear{127, 127, 1, 255};
constexpr std::uint8_t kSmearMark = 254;

Duration duration_of(std::int64_t ntp_units) {
    __extension__ using Wide = __int128;
    return Duration{static_cast<std::int64_t>((static_cast<Wide>(ntp_units) * 1'000'000'000) >> 32)};
}

Duration precision_of(const NtpHeader& header) {
    const int power = std::clamp<int>(header.precision, -30, 3);
    return power < 0 ? Duration{1'000'000'000 >> -power} + 1ns : Duration{1'000'000'000LL << power};
}

bool is_code(const NtpHeader& header, const char* code) {
    return header.refid == reference_id(code);
}

ReplyVerdict kiss_of(const NtpHeader& header) {
    if (is_code(header, "RATE")) {
        return ReplyVerdict::kRateExceeded;
    }
    if (is_code(header, "DENY") || is_code(header, "RSTR")) {
        return ReplyVerdict::kAccessDenied;
    }
    // A server that has not heard of the time yet is no kiss.
    const bool waits = is_code(header, "INIT") || is_code(header, "STEP") || header.refid == ReferenceId{};
    return waits ? ReplyVerdict::kUnsynchronised : ReplyVerdict::kOtherKiss;
}

bool is_authentic(std::span<const std::byte> packet, const Tail& tail, const Key* key) {
    return key == nullptr || (tail.kind == Trailer::kAuthenticator && is_signed_by(*key, packet, tail.authenticator));
}

bool is_smeared(const NtpHeader& header) {
    return header.refid[0] == kSmearMark || header.refid == kChronySmear;
}

// The refid of a stratum 1 is a name, and may look like an address.
bool follows_us(const NtpHeader& header, std::span<const ReferenceId> ourselves) {
    return header.stratum >= 2 && std::find(ourselves.begin(), ourselves.end(), header.refid) != ourselves.end();
}

// Whatever the stamps say.
ReplyVerdict verdict_on_header(const NtpHeader& header, std::span<const ReferenceId> ourselves) {
    if (header.stratum == 0) {
        return kiss_of(header);
    }
    if (header.leap == LeapIndicator::kUnsynchronised) {
        return ReplyVerdict::kUnsynchronised;
    }
    if (header.stratum > kLastUsefulStratum) {
        return ReplyVerdict::kUselessStratum;
    }
    if (is_smeared(header)) {
        return ReplyVerdict::kSmeared;
    }
    return follows_us(header, ourselves) ? ReplyVerdict::kFollowsUs : ReplyVerdict::kAccepted;
}

bool is_month_end(std::int64_t second) {
    const auto day = [](std::int64_t s) { return static_cast<UtcDay>(s / kSecondsPerDay); };
    const UtcDay before = day(second - kAmbiguousSeconds);
    return before != day(second + kAmbiguousSeconds) && is_last_day_of_month(before);
}

// LI means the last day of a month; before that it is a stale flag of somebody's. It is raised a day before the event
// at the latest, but not everybody is told of it at midnight.
std::optional<LeapKind> announced_by(LeapIndicator leap, std::int64_t second) {
    if (!is_last_day_of_month(static_cast<UtcDay>(second / kSecondsPerDay))) {
        return std::nullopt;
    }
    if (leap != LeapIndicator::kNone) {
        return leap == LeapIndicator::kInsert ? LeapKind::kInsert : LeapKind::kDelete;
    }
    return second % kSecondsPerDay >= kHalfDay ? std::optional(LeapKind::kNone) : std::nullopt;
}

ReplyVerdict measure(const NtpHeader& header, LocalInstant sent, LocalInstant came, ServerMeasurement& result) {
    const Duration away = came - sent;
    const Duration there = duration_of(ntp_difference(header.transmit, header.receive));
    const Duration precision = precision_of(header);
    const Duration drift = away / kCrystals + 1us;
    const bool backwards = header.transmit == NtpTimestamp{} || header.receive == NtpTimestamp{} ||
                           there < Duration::zero() || away < Duration::zero() ||
                           ntp_difference(header.transmit, header.reference) < 0;
    if (backwards || away - there < -(precision + drift)) {
        return ReplyVerdict::kImpossible;
    }
    result.delay = std::max(away - there, Duration::zero());
    result.local = sent + away / 2;
    result.time = posix_from_ntp(header.receive, kPivot) + (there / 2).count();
    result.uncertainty = result.delay / 2 + duration_from_short(header.root_delay) / 2 +
                         duration_from_short(header.root_dispersion) + precision + drift + kStampUncertainty;
    const std::int64_t second = result.time / 1'000'000'000;
    if (result.uncertainty >= kFarthest) {
        return ReplyVerdict::kTooFar;
    }
    result.leap_at_month_end = announced_by(header.leap, second);
    return is_month_end(second) ? ReplyVerdict::kAmbiguousSecond : ReplyVerdict::kAccepted;
}

}  // namespace

Duration duration_from_short(std::uint32_t value) {
    return Duration{static_cast<std::int64_t>((std::uint64_t{value} * 1'000'000'000U >> 16U) + (value != 0 ? 1U : 0U))};
}

ClientRequest make_request(NtpTimestamp nonce, const Key* key) {
    ClientRequest request;
    NtpHeader header;
    header.leap = LeapIndicator::kNone;
    header.mode = NtpMode::kClient;
    header.transmit = nonce;
    const std::span<std::byte> octets{request.octets};
    write_header(header, octets.first<kHeaderSize>());
    if (key != nullptr) {
        request.size += kKeyIdentifierSize + std::min(digest_size(key->type), kCutDigest);
        sign(*key, octets.first(request.size), kHeaderSize);
    }
    return request;
}

JudgedReply judge_reply(std::span<const std::byte> packet, const AskedServer& asked, LocalInstant came) {
    JudgedReply judged;
    if (packet.size() < kHeaderSize) {
        return judged;
    }
    const NtpHeader header = read_header(packet.first<kHeaderSize>());
    if (header.mode != NtpMode::kServer || header.version < 3 || header.version > 4 || header.origin != asked.nonce) {
        return judged;
    }
    judged.header = header;
    const Tail tail = read_tail(packet, header.version);
    if (!is_authentic(packet, tail, asked.key)) {
        judged.verdict = ReplyVerdict::kNotAuthenticated;
    } else if (tail.kind == Trailer::kMalformed) {
        judged.verdict = ReplyVerdict::kMalformed;
    } else {
        judged.verdict = verdict_on_header(header, asked.ourselves);
    }
    if (judged.verdict == ReplyVerdict::kAccepted) {
        judged.verdict = measure(header, asked.sent, came, judged.measurement);
    }
    return judged;
}

ReferenceId reference_id_of(const ClientAddress& address) {
    ReferenceId refid{};
    if (address.is_v4()) {
        for (std::size_t i = 0; i < refid.size(); ++i) {
            refid[i] = static_cast<std::uint8_t>(address.low >> (24 - 8 * i));
        }
        return refid;
    }
    std::array<std::byte, 16> octets{};
    for (std::size_t i = 0; i < octets.size(); ++i) {
        octets[i] = static_cast<std::byte>((i < 8 ? address.high : address.low) >> (56 - 8 * (i % 8)));
    }
    // The digest of a message behind an empty key is that of the message.
    const auto digest = digest_of(Key{.type = MacType::kMd5}, octets);
    std::memcpy(refid.data(), digest.data(), refid.size());
    return refid;
}

}  // namespace tokimori
