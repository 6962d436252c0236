#include "server/ntp/responder.h"

#include <endian.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace tokimori {
namespace {

constexpr std::uint8_t kNewestVersion = 4;
constexpr std::uint16_t kNtpPort = 123;
constexpr std::uint8_t kUnsynchronisedStratum = 16;
constexpr Duration kMaxDispersion = std::chrono::seconds(16);  // MAXDISP, RFC 5905 section 7.2
constexpr ReferenceId kNeverSet = reference_id("INIT");

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

void tell_state(NtpHeader& header, const ServerState& state, bool synchronised) {
    header.leap = LeapIndicator::kUnsynchronised;  // until the scale has been asked
    header.stratum = synchronised ? state.stratum : 0;
    header.refid = synchronised ? state.refid : kNeverSet;
    header.root_delay = synchronised ? ntp_short_from(state.root_delay) : 0;
}

void tell_no_time(NtpHeader& header) {
    header.root_dispersion = ntp_short_from(kMaxDispersion);
    header.reference = header.receive = header.transmit = NtpTimestamp{};
}

ReferenceId refid_of(std::uint32_t octets) {
    return {static_cast<std::uint8_t>(octets >> 24), static_cast<std::uint8_t>(octets >> 16),
            static_cast<std::uint8_t>(octets >> 8), static_cast<std::uint8_t>(octets)};
}

void tell_time(NtpHeader& header, const ServerState& state, LocalInstant arrival, LocalInstant departure,
               bool synchronised) {
    const TaiInstant transmit = state.model.tai_at(departure);
    const TaiInstant receive = std::min(state.model.tai_at(arrival), transmit);
    const auto stamps = state.scale.stamps(std::min(state.reference, transmit), receive, transmit);
    header.root_dispersion = ntp_short_from(state.root_dispersion_at(departure));
    header.reference = stamps.reference;
    header.receive = stamps.receive;
    header.transmit = stamps.transmit;
    if (!synchronised) {
        return;
    }
    header.leap = stamps.leap;
    if (const auto mark = state.scale.smear_mark_at(transmit)) {
        header.refid = refid_of(*mark);
    }
}

/// The bits below 2^`precision` s. Never more than the fraction, so that filling leaves the second as it is; never
/// fewer than two, so that among the four values there is one beside zero, origin and receive.
std::uint64_t mask_below(std::int8_t precision) {
    const int bits = std::clamp(32 + precision, 2, 32);
    return (std::uint64_t{1} << bits) - 1;
}

/// `bits` with `random` under `mask`, and the nearest value above it (going round) that is not taken.
std::uint64_t filled(std::uint64_t bits, std::uint64_t mask, std::uint64_t random,
                     const std::array<std::uint64_t, 3>& taken) {
    std::uint64_t value = (bits & ~mask) | (random & mask);
    while (std::ranges::find(taken, value) != taken.end()) {
        value = (bits & ~mask) | ((value + 1) & mask);
    }
    return value;
}

void fill_fractions(NtpHeader& header, std::uint64_t random) {
    const std::uint64_t mask = mask_below(header.precision);
    std::uint64_t receive = filled(header.receive.bits, mask, random, {0, header.origin.bits, 0});
    std::uint64_t transmit = filled(header.transmit.bits, mask, random >> 32, {0, header.origin.bits, receive});
    // Order can be lost only where the known bits are equal, and there any order of the filled ones is as true.
    if (((receive ^ transmit) & ~mask) == 0 && receive > transmit) {
        std::swap(receive, transmit);
    }
    std::uint64_t& reference = header.reference.bits;
    if (((reference ^ transmit) & ~mask) == 0) {
        reference = std::min(reference, transmit);
    }
    header.receive.bits = receive;
    header.transmit.bits = transmit;
}

/// Instants are whole nanoseconds, about 2^-30 s: nothing finer is true.
constexpr std::int8_t kFinestPrecision = -30;

constexpr std::size_t kKeyIdentifierSize = 4;

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

std::span<std::byte, kHeaderSize> header_of(Reply& reply) {
    return std::span(reply.octets).first<kHeaderSize>();
}

/// Key identifier and digest behind the header.
void sign(Reply& reply) {
    const auto digest = digest_of(*reply.key, std::span(reply.octets).first<kHeaderSize>());
    const std::uint32_t id = htobe32(reply.key->id);
    std::memcpy(&reply.octets[kHeaderSize], &id, kKeyIdentifierSize);
    std::memcpy(&reply.octets[kHeaderSize + kKeyIdentifierSize], digest.data(), digest_size(reply.key->type));
    reply.size = kHeaderSize + kKeyIdentifierSize + digest_size(reply.key->type);
}

}  // namespace

Responder::Responder(HashKey secret, std::size_t clients, int ipv6_prefix)
    : rules_{std::make_shared<AccessRules>()},
      clients_{clients, ipv6_prefix, secret},
      queriers_{kQueriers, ipv6_prefix, secret},
      random_state_{siphash(secret, clients + 1) | 1} {}

Verdict Responder::answer(const Request& request, const ServerState& state, Reply& reply) {
    Extras extras;
    const Verdict verdict = judge(request, extras);
    note(verdict, request.octets);
    if (!has_reply(verdict)) {
        return verdict;
    }
    const NtpHeader asked = read_header(request.octets.first<kHeaderSize>());
    NtpHeader header;
    header.version = asked.version;
    header.mode = reply_mode(request.octets[0], request.source_port);
    header.poll = asked.poll;
    header.precision = std::max(state.precision, kFinestPrecision);
    header.origin = asked.transmit;
    reply.timeless = verdict == Verdict::kKissed;
    reply.key = extras.key;
    if (reply.timeless) {
        header.refid = extras.kiss;
        header.receive = header.transmit = asked.transmit;
    }
    write_header(header, header_of(reply));
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
    const std::size_t signed_size = request.octets.size() - authenticator;
    const std::size_t digest_at = signed_size + kKeyIdentifierSize;
    if (key == nullptr || !is_digest_of(*key, request.octets.first(signed_size), request.octets.subspan(digest_at))) {
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
                            .port = request.source_port};
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

void Responder::stamp(Reply& reply, const ServerState& state, LocalInstant departure) {
    if (reply.timeless) {
        return;
    }
    NtpHeader header = read_header(header_of(reply));
    const bool synchronised = state.synchronised_at(departure) && state.stratum < kUnsynchronisedStratum;
    tell_state(header, state, synchronised);
    if (!synchronised && !state.ever_synchronised) {
        tell_no_time(header);
    } else {
        tell_time(header, state, reply.arrival, departure, synchronised);
        fill_fractions(header, random_bits());
    }
    write_header(header, header_of(reply));
    if (reply.key != nullptr) {
        sign(reply);
    }
}

ServerCounts Responder::counts() const {
    ServerCounts counts;
    const auto read = [](const Tally& tally) { return tally.load(std::memory_order_relaxed); };
    std::ranges::transform(verdicts_, counts.verdicts.begin(), read);
    std::ranges::transform(versions_, counts.versions.begin(), read);
    counts.clients_replaced = clients_.replaced();
    return counts;
}

void Responder::note(Verdict verdict, std::span<const std::byte> octets) {
    // One thread writes, so that nothing has to be locked.
    const auto count = [](Tally& tally) {
        tally.store(tally.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    };
    count(verdicts_[static_cast<std::size_t>(verdict)]);
    if (is_request(verdict)) {
        count(versions_[version_of(octets[0])]);
    }
}

std::uint64_t Responder::random_bits() {
    random_state_ ^= random_state_ << 13;
    random_state_ ^= random_state_ >> 7;
    random_state_ ^= random_state_ << 17;
    return random_state_;
}

}  // namespace tokimori
