#include "server/ntp/responder.h"

#include <algorithm>
#include <functional>
#include <numeric>
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

Verdict verdict_on(Trailer trailer) {
    switch (trailer) {
        case Trailer::kNone:
            return Verdict::kAnswered;
        case Trailer::kMalformed:
            return Verdict::kMalformed;
        default:
            return Verdict::kUnauthenticated;
    }
}

Verdict verdict_on_header(std::span<const std::byte> octets, std::uint16_t source_port) {
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
    return verdict_on(classify_trailer(octets, version));
}

Verdict verdict_on(const Request& request) {
    if (!request.from_unicast || request.source_port == 0) {
        return Verdict::kForbiddenSource;
    }
    if (request.octets.empty()) {
        return Verdict::kTooShort;
    }
    // Before the length: a control message may be shorter than a header.
    switch (mode_of(request.octets[0])) {
        case NtpMode::kControl:
            return Verdict::kControl;
        case NtpMode::kPrivate:
            return Verdict::kPrivate;
        default:
            return verdict_on_header(request.octets, request.source_port);
    }
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

/// The leap indicator of the scale at `departure`.
LeapIndicator tell_time(NtpHeader& header, const ServerState& state, LocalInstant arrival, LocalInstant departure) {
    const TaiInstant transmit = state.model.tai_at(departure);
    const TaiInstant receive = std::min(state.model.tai_at(arrival), transmit);
    const auto stamps = state.scale.stamps(std::min(state.reference, transmit), receive, transmit);
    header.root_dispersion = ntp_short_from(state.root_dispersion_at(departure));
    header.reference = stamps.reference;
    header.receive = stamps.receive;
    header.transmit = stamps.transmit;
    return stamps.leap;
}

ReferenceId refid_of(std::uint32_t octets) {
    return {static_cast<std::uint8_t>(octets >> 24), static_cast<std::uint8_t>(octets >> 16),
            static_cast<std::uint8_t>(octets >> 8), static_cast<std::uint8_t>(octets)};
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

std::span<std::byte, kHeaderSize> header_of(Reply& reply) {
    return std::span(reply.octets).first<kHeaderSize>();
}

}  // namespace

std::string_view verdict_name(Verdict verdict) {
    static constexpr std::array<std::string_view, kVerdictCount> kNames = {
        "answered", "too_short", "bad_length", "bad_version",     "not_a_request",
        "control",  "private",   "malformed",  "unauthenticated", "forbidden_source"};
    return kNames[static_cast<std::size_t>(verdict)];
}

std::uint64_t ServerCounts::received() const {
    return std::accumulate(verdicts.begin(), verdicts.end(), std::uint64_t{0});
}

ServerCounts& ServerCounts::operator+=(const ServerCounts& other) {
    std::ranges::transform(verdicts, other.verdicts, verdicts.begin(), std::plus{});
    std::ranges::transform(versions, other.versions, versions.begin(), std::plus{});
    return *this;
}

Verdict Responder::answer(const Request& request, const ServerState& state, Reply& reply) {
    const Verdict verdict = verdict_on(request);
    note(verdict, request.octets);
    if (verdict != Verdict::kAnswered) {
        return verdict;
    }
    const NtpHeader asked = read_header(request.octets.first<kHeaderSize>());
    NtpHeader header;
    header.version = asked.version;
    header.mode = reply_mode(request.octets[0], request.source_port);
    header.poll = asked.poll;
    header.precision = std::max(state.precision, kFinestPrecision);
    header.origin = asked.transmit;
    write_header(header, header_of(reply));
    reply.size = kHeaderSize;
    reply.arrival = request.arrival;
    return verdict;
}

void Responder::stamp(Reply& reply, const ServerState& state, LocalInstant departure) {
    NtpHeader header = read_header(header_of(reply));
    const bool synchronised = state.synchronised_at(departure) && state.stratum < kUnsynchronisedStratum;
    tell_state(header, state, synchronised);
    if (!synchronised && !state.ever_synchronised) {
        tell_no_time(header);
    } else {
        const LeapIndicator leap = tell_time(header, state, reply.arrival, departure);
        header.leap = synchronised ? leap : LeapIndicator::kUnsynchronised;
        if (const auto mark = state.scale.smear_mark_at(state.model.tai_at(departure)); mark && synchronised) {
            header.refid = refid_of(*mark);
        }
        fill_fractions(header, random_bits());
    }
    write_header(header, header_of(reply));
}

ServerCounts Responder::counts() const {
    ServerCounts counts;
    const auto read = [](const Tally& tally) { return tally.load(std::memory_order_relaxed); };
    std::ranges::transform(verdicts_, counts.verdicts.begin(), read);
    std::ranges::transform(versions_, counts.versions.begin(), read);
    return counts;
}

void Responder::note(Verdict verdict, std::span<const std::byte> octets) {
    // One thread writes, so that nothing has to be locked.
    const auto count = [](Tally& tally) {
        tally.store(tally.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    };
    count(verdicts_[static_cast<std::size_t>(verdict)]);
    if (verdict == Verdict::kAnswered || verdict == Verdict::kMalformed || verdict == Verdict::kUnauthenticated) {
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
