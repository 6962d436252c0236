#include "server/ntp/responder.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace tokimori {
namespace {

constexpr std::uint8_t kNewestVersion = 4;
constexpr std::uint16_t kNtpPort = 123;

/// What we reply with; kReserved if the packet asks for nothing.
NtpMode reply_mode(std::byte first_octet, std::uint16_t source_port) {
    switch (mode_of(first_octet)) {
        case NtpMode::kClient:
            return NtpMode::kServer;
        case NtpMode::kSymmetricActive:
            return NtpMode::kSymmetricPassive;
        case NtpMode::kReserved:
            // NTPv1 had no modes; port 123 would be another server, not a client.
            return version_of(first_octet) == 1 && source_port != kNtpPort ? NtpMode::kServer : NtpMode::kReserved;
        default:
            return NtpMode::kReserved;
    }
}

/// Whether the form is right; a MAC is looked at later, as it costs most.
Verdict verdict_on(Trailer trailer) {
    switch (trailer) {
        case Trailer::kNone:
        case Trailer::kAuthenticator:
            return Verdict::kAnswered;
        case Trailer::kMalformed:
            return Verdict::kMalformed;
        default:
            return Verdict::kUnauthenticated;
    }
}

Verdict verdict_on_header(std::span<const std::byte> octets, std::uint16_t source_port, Tail& tail) {
    if (octets.size() < kHeaderSize) {
        return Verdict::kTooShort;
    }
    if (octets.size() % 4 != 0) {
        return Verdict::kBadLength;
    }
    const std::uint8_t version = version_of(octets[0]);
    if (version == 0 || version > kNewestVersion) {
        return Verdict::kBadVersion;
    }
    if (reply_mode(octets[0], source_port) == NtpMode::kReserved) {
        return Verdict::kNotARequest;
    }
    tail = read_tail(octets, version);
    return verdict_on(tail.kind);
}

// ntpq asks once for every source of a billboard.
constexpr RateLimit kQueryLimit{std::chrono::milliseconds{100}, 40, 0, {}};
constexpr std::size_t kQueriers = 256;

/// What was asked for time, whatever came of it.
constexpr bool is_request(Verdict verdict) {
    switch (verdict) {
        case Verdict::kAnswered:
        case Verdict::kMalformed:
        case Verdict::kUnauthenticated:
        case Verdict::kRateLimited:
        case Verdict::kKissed:
            return true;
        default:
            return false;
    }
}

constexpr std::size_t kTimestampSize = sizeof(NtpTimestamp);

// One thread writes, so that nothing has to be locked.
void count(std::atomic<std::uint64_t>& tally) {
    tally.store(tally.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

std::span<std::byte, kHeaderSize> header_of(Reply& reply) {
    return std::span(reply.octets).first<kHeaderSize>();
}

/// LI=3, the version, poll and origin that were asked with, and nothing else yet.
void begin_reply(std::span<const std::byte, kHeaderSize> asked, NtpMode mode, std::span<std::byte, kHeaderSize> reply) {
    constexpr std::byte kUnsynchronised{0xC0};
    constexpr std::byte kVersion{0x38};
    std::memset(reply.data(), 0, reply.size());
    reply[0] = kUnsynchronised | (asked[0] & kVersion) | static_cast<std::byte>(mode);
    reply[kPollAt] = asked[kPollAt];
    std::memcpy(&reply[kOriginAt], &asked[kTransmitAt], kTimestampSize);
}

void kiss(const ReferenceId& code, std::span<std::byte, kHeaderSize> reply) {
    std::memcpy(&reply[kRefidAt], code.data(), code.size());
    std::memcpy(&reply[kReceiveAt], &reply[kOriginAt], kTimestampSize);
    std::memcpy(&reply[kTransmitAt], &reply[kOriginAt], kTimestampSize);
}

}  // namespace

Responder::Responder(HashKey secret, std::size_t clients, int ipv6_prefix)
    : rules_{std::make_shared<AccessRules>()},
      clients_{clients, ipv6_prefix, secret},
      interleaved_{secret},
      queriers_{kQueriers, ipv6_prefix, secret},
      random_state_{siphash(secret, clients + 1) | 1} {}

Verdict Responder::answer(const Request& request, const ServerState& state, Reply& reply) {
    Extras extras;
    const Verdict verdict = judge(request, extras);
    note(verdict, request.octets);
    if (!has_reply(verdict)) {
        return verdict;
    }
    reply.timeless = verdict == Verdict::kKissed;
    reply.key = extras.key;
    begin_reply(request.octets.first<kHeaderSize>(), reply_mode(request.octets[0], request.source_port),
                header_of(reply));
    reply.interleaved.client = 0;
    const auto asked = request.octets.first<kHeaderSize>();
    if (reply.timeless) {
        kiss(extras.kiss, header_of(reply));
    } else if (offers_interleaved_ && InterleavedMode::may_be_asked_by(asked)) {
        reply.interleaved = interleaved_.begin({asked, request.source, state, request.arrival}, header_of(reply));
    }
    reply.size = kHeaderSize;
    reply.arrival = request.arrival;
    return verdict;
}

// ntpd's order: who, then what, then how often.
Verdict Responder::judge(const Request& request, Extras& extras) {
    if (!request.from_unicast || request.source_port == 0) {
        return Verdict::kForbiddenSource;
    }
    const Rights& rights = rules_->for_time(request.source, request.source_port);
    if (rights.has(AccessFlag::kIgnore)) {
        return Verdict::kDenied;
    }
    if (request.octets.empty()) {
        return Verdict::kTooShort;
    }
    // Before the length: a control message may be shorter than a header.
    switch (mode_of(request.octets[0])) {
        case NtpMode::kControl:
            return judge_query(request);
        case NtpMode::kPrivate:
            return Verdict::kPrivate;
        default:
            return judge_request(request, rights, extras);
    }
}

Verdict Responder::judge_query(const Request& request) {
    const Rights& rights = rules_->for_query(request.source, request.source_port);
    if (rights.has(AccessFlag::kIgnore) || rights.has(AccessFlag::kNoQuery)) {
        return Verdict::kControl;
    }
    const Sighting sighting{.client = queriers_.find(request.source), .at = request.arrival};
    return queriers_.note(sighting, &kQueryLimit) == Allowance::kServe ? Verdict::kQueried : Verdict::kControl;
}

Verdict Responder::judge_request(const Request& request, const Rights& rights, Extras& extras) {
    if (rights.unlisted) {
        note_unlisted(request.source);
    }
    if (rights.has(AccessFlag::kNoServe)) {
        return Verdict::kDenied;
    }
    Tail tail;
    Verdict verdict = verdict_on_header(request.octets, request.source_port, tail);
    if (verdict == Verdict::kAnswered) {
        verdict = judge_rate(request, rights, extras);
    }
    // After the limits: nobody shall make us compute as often as he likes.
    return verdict == Verdict::kAnswered ? judge_key(request, rights, tail.authenticator, extras) : verdict;
}

Verdict Responder::judge_key(const Request& request, const Rights& rights, std::size_t authenticator,
                             Extras& extras) const {
    if (authenticator == 0) {
        return rights.has(AccessFlag::kNoTrust) ? Verdict::kUnauthenticated : Verdict::kAnswered;
    }
    const Key* const key = keys_ != nullptr ? keys_->find(key_identifier(request.octets, authenticator)) : nullptr;
    if (key == nullptr || !is_signed_by(*key, request.octets, authenticator)) {
        return Verdict::kUnauthenticated;
    }
    extras.key = key;
    return Verdict::kAnswered;
}

Verdict Responder::judge_rate(const Request& request, const Rights& rights, Extras& extras) {
    const bool denied = rights.has(AccessFlag::kDeny) || rights.has(AccessFlag::kRestrict);
    const Sighting sighting{.client = request.client.name != 0 ? request.client : clients_.find(request.source),
                            .at = request.arrival,
                            .first_octet = request.octets[0],
                            .stratum = std::to_integer<std::uint8_t>(request.octets[1]),
                            .port = request.source_port,
                            .denied = denied};
    const Allowance allowance =
        clients_.note(sighting, denied || rights.has(AccessFlag::kLimited) ? &rights.limit : nullptr);
    if (denied && allowance == Allowance::kServe) {
        extras.kiss = reference_id(rights.has(AccessFlag::kDeny) ? "DENY" : "RSTR");
        return Verdict::kKissed;
    }
    if (denied) {
        return Verdict::kDenied;
    }
    if (allowance == Allowance::kKiss && rights.has(AccessFlag::kKod)) {
        extras.kiss = reference_id("RATE");
        return Verdict::kKissed;
    }
    return allowance == Allowance::kServe ? Verdict::kAnswered : Verdict::kRateLimited;
}

void Responder::stamp(Reply& reply, const Departure& departure, Duration later) {
    if (reply.timeless) {
        return;
    }
    departure.stamp(header_of(reply), {reply.arrival, random_bits(), later});
    if (reply.interleaved.client != 0) {
        interleaved_.stamp(header_of(reply), departure.at() + later, reply.interleaved);
    }
    if (reply.key != nullptr) {
        reply.size = sign(*reply.key, reply.octets, kHeaderSize);
    }
}

ServerCounts Responder::counts() const {
    ServerCounts counts;
    const auto read = [](const Tally& tally) { return tally.load(std::memory_order_relaxed); };
    std::ranges::transform(verdicts_, counts.verdicts.begin(), read);
    std::ranges::transform(versions_, counts.versions.begin(), read);
    counts.clients_replaced = clients_.replaced();
    counts.unlisted = read(unlisted_);
    const std::uint64_t last = read(last_unlisted_);
    counts.last_unlisted = ClientAddress{0, last}.is_v4() ? ClientAddress{0, last} : ClientAddress{last, 0};
    return counts;
}

void Responder::note(Verdict verdict, std::span<const std::byte> octets) {
    count(verdicts_[static_cast<std::size_t>(verdict)]);
    if (is_request(verdict)) {
        count(versions_[version_of(octets[0])]);
    }
}

void Responder::note_unlisted(const ClientAddress& source) {
    last_unlisted_.store(source.is_v4() ? source.low : source.high, std::memory_order_relaxed);
    count(unlisted_);
}

std::uint64_t Responder::random_bits() {
    random_state_ ^= random_state_ << 13;
    random_state_ ^= random_state_ >> 7;
    random_state_ ^= random_state_ << 17;
    return random_state_;
}

}  // namespace tokimori
