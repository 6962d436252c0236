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
constexpr RateMeter kQueryMeter{RateLimit{std::chrono::milliseconds{100}, 40, 0, {}}};
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

// Of a header's first word: LI=3; version and poll.
constexpr std::uint32_t kUnsynchronised = 0xC000'0000;
constexpr std::uint32_t kVersionAndPoll = 0x3800'FF00;

// One thread writes, so that nothing has to be locked.
inline void count(std::atomic<std::uint64_t>& tally) {
    tally.store(tally.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

std::span<std::byte, kHeaderSize> header_of(Reply& reply) {
    return std::span(reply.octets).first<kHeaderSize>();
}

std::span<const std::byte, kHeaderSize> header_of(const Request& request) {
    return request.octets.first<kHeaderSize>();
}

/// A header alone, of a client, of a version we know: what nearly all send.
bool is_plain(std::span<const std::byte> octets) {
    constexpr std::uint64_t kVersionsAndMode =
        std::uint64_t{1} << 0x0B | std::uint64_t{1} << 0x13 | std::uint64_t{1} << 0x1B | std::uint64_t{1} << 0x23;
    return octets.size() == kHeaderSize &&
           (kVersionsAndMode >> (std::to_integer<unsigned>(octets[0]) & 0x3FU) & 1U) != 0;
}

/// A plain reply: LI=3, the version, poll and origin that were asked with, and nothing else that counts yet.
void begin_reply(const Request& request, NtpMode mode, Reply& reply) {
    const auto asked = header_of(request);
    const auto header = header_of(reply);
    // Before octets are written, which might be anything to the compiler.
    const std::uint32_t first_word = word_at(asked, 0) & kVersionAndPoll;
    const std::uint64_t transmit = octets_at(asked, kTransmitAt);
    reply.arrival = request.arrival;
    reply.size = kHeaderSize;
    reply.plain = true;
    put_word(header, 0, kUnsynchronised | first_word | static_cast<std::uint32_t>(mode) << 24);
    put_octets(header, kOriginAt, transmit);
}

void kiss(const ReferenceId& code, std::int8_t poll, std::span<std::byte, kHeaderSize> reply) {
    reply[kPollAt] = static_cast<std::byte>(std::max(static_cast<std::int8_t>(reply[kPollAt]), poll));
    std::memset(&reply[kRootDelayAt], 0, kOriginAt - kRootDelayAt);
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
      random_{siphash(secret, clients + 1)} {}

Verdict Responder::answer_found(const Request& request, const ServerState& state, Reply& reply) {
    const Rights& rights = *request.rights;
    if (!is_plain(request.octets) || !rights.may_have_time()) {
        return answer_at_length(request, state, reply);
    }
    // The short way for what nearly all send; nothing else would come of it by the long one.
    const std::byte first_octet = request.octets[0];
    const Allowance allowance = clients_.note(request.client, sighting_of(request), rights.meter);
    if (allowance != Allowance::kServe) {
        return carry_out(turned_down(allowance, rights), request, state, reply);
    }
    count(plainly_answered_[version_of(first_octet)]);
    const bool may_be_interleaved = InterleavedMode::may_be_asked_by(header_of(request));
    begin_reply(request, NtpMode::kServer, reply);
    if (may_be_interleaved && offers_interleaved_) {
        reply.timeless = false;
        reply.key = nullptr;
        begin_interleaved(request, state, reply);
    }
    return Verdict::kAnswered;
}

[[gnu::noinline]] Verdict Responder::answer_at_length(const Request& request, const ServerState& state, Reply& reply) {
    return carry_out(judge(request, *request.rights), request, state, reply);
}

Verdict Responder::answer(const Request& request, const ServerState& state, Reply& reply) {
    Request found = request;
    lookup()(found);
    return answer_found(found, state, reply);
}

Verdict Responder::carry_out(const Judgement& judgement, const Request& request, const ServerState& state,
                             Reply& reply) {
    note(judgement.verdict, request.octets);
    if (!has_reply(judgement.verdict)) {
        return judgement.verdict;
    }
    begin_reply(request, reply_mode(request.octets[0], request.source_port), reply);
    reply.timeless = judgement.verdict == Verdict::kKissed;
    reply.key = judgement.key;
    reply.size = static_cast<std::uint16_t>(kHeaderSize + judgement.authenticator);
    reply.interleaved.client = 0;
    reply.plain = !reply.timeless && reply.key == nullptr;
    if (reply.timeless) {
        kiss(judgement.kiss, judgement.poll, header_of(reply));
    } else if (InterleavedMode::may_be_asked_by(header_of(request)) && offers_interleaved_) {
        begin_interleaved(request, state, reply);
    }
    return judgement.verdict;
}

void Responder::begin_interleaved(const Request& request, const ServerState& state, Reply& reply) {
    reply.interleaved =
        interleaved_.begin({header_of(request), request.source, state, request.arrival}, header_of(reply));
    reply.plain = reply.plain && reply.interleaved.client == 0;
}

// ntpd's order: who, then what, then how often.
Responder::Judgement Responder::judge(const Request& request, const Rights& rights) {
    if (!request.may_be_answered()) {
        return {Verdict::kForbiddenSource};
    }
    if (rights.has(AccessFlag::kIgnore)) {
        return {Verdict::kDenied};
    }
    if (request.octets.empty()) {
        return {Verdict::kTooShort};
    }
    // Before the length: a control message may be shorter than a header.
    switch (mode_of(request.octets[0])) {
        case NtpMode::kControl:
            return {judge_query(request)};
        case NtpMode::kPrivate:
            return {Verdict::kPrivate};
        default:
            return judge_request(request, rights);
    }
}

Verdict Responder::judge_query(const Request& request) {
    const Rights& rights = rules_->for_query(request.source, request.source_port);
    if (rights.has(AccessFlag::kIgnore) || rights.has(AccessFlag::kNoQuery)) {
        return Verdict::kControl;
    }
    const ClientKey querier = queriers_.find(request.source);
    return queriers_.note(querier, {request.arrival, {}, request.source_port}, kQueryMeter) == Allowance::kServe
               ? Verdict::kQueried
               : Verdict::kControl;
}

Responder::Judgement Responder::judge_request(const Request& request, const Rights& rights) {
    if (rights.unlisted) {
        note_unlisted(request.source);
    }
    if (rights.has(AccessFlag::kNoServe)) {
        return {Verdict::kDenied};
    }
    Tail tail;
    const Verdict verdict = verdict_on_header(request.octets, request.source_port, tail);
    if (verdict != Verdict::kAnswered) {
        return {verdict};
    }
    if (rights.has(AccessFlag::kDeny) || rights.has(AccessFlag::kRestrict)) {
        return judge_denied(request, rights);
    }
    const Allowance allowance = clients_.note(request.client, sighting_of(request), rights.meter);
    // After the limits: nobody shall make us compute as often as he likes.
    return allowance == Allowance::kServe ? judge_key(request, rights, tail.authenticator)
                                          : turned_down(allowance, rights);
}

Responder::Judgement Responder::judge_denied(const Request& request, const Rights& rights) {
    if (!clients_.note_denied(request.client, sighting_of(request), rights.meter)) {
        return {Verdict::kDenied};
    }
    count(denied_kisses_);
    return {Verdict::kKissed, reference_id(rights.has(AccessFlag::kDeny) ? "DENY" : "RSTR")};
}

Responder::Judgement Responder::turned_down(Allowance allowance, const Rights& rights) {
    if (allowance == Allowance::kKiss && rights.has(AccessFlag::kKod)) {
        return {Verdict::kKissed, reference_id("RATE"), rights.meter.poll};
    }
    return {Verdict::kRateLimited};
}

Responder::Judgement Responder::judge_key(const Request& request, const Rights& rights,
                                          std::size_t authenticator) const {
    if (authenticator == 0) {
        return {rights.has(AccessFlag::kNoTrust) ? Verdict::kUnauthenticated : Verdict::kAnswered};
    }
    const Key* const key = keys_ != nullptr ? keys_->find(key_identifier(request.octets, authenticator)) : nullptr;
    if (key == nullptr || !is_signed_by(*key, request.octets, authenticator)) {
        return {Verdict::kUnauthenticated};
    }
    return {.verdict = Verdict::kAnswered, .authenticator = static_cast<std::uint8_t>(authenticator), .key = key};
}

bool Responder::stamp(Reply& reply, const Departure& departure, Duration later) {
    if (reply.plain) {
        departure.stamp(header_of(reply), {reply.arrival, random_.next(), later});
        return false;
    }
    if (!reply.timeless) {
        departure.stamp(header_of(reply), {reply.arrival, random_.next(), later});
        stamp_more(reply, departure.at() + later);
    }
    return reply.departure_matters();
}

void Responder::stamp_more(Reply& reply, LocalInstant at) {
    if (reply.interleaved.client != 0) {
        interleaved_.stamp(header_of(reply), at, reply.interleaved);
    }
    if (reply.key != nullptr) {
        sign(*reply.key, std::span{reply.octets}.first(reply.size), kHeaderSize);
    }
}

ServerCounts Responder::counts() const {
    ServerCounts counts;
    const auto read = [](const Tally& tally) { return tally.load(std::memory_order_relaxed); };
    std::ranges::transform(verdicts_, counts.verdicts.begin(), read);
    std::ranges::transform(versions_, counts.versions.begin(), read);
    for (std::size_t version = 0; version < counts.versions.size(); ++version) {
        const std::uint64_t plainly = read(plainly_answered_[version]);
        counts.versions[version] += plainly;
        counts.verdicts[static_cast<std::size_t>(Verdict::kAnswered)] += plainly;
    }
    std::ranges::transform(first_version_, counts.first_version.begin(), read);
    counts.first_version[static_cast<std::size_t>(NtpMode::kClient)] += read(plainly_answered_[1]);
    counts.denied_kisses = read(denied_kisses_);
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
        if (version_of(octets[0]) == 1) {
            count(first_version_[static_cast<std::size_t>(mode_of(octets[0])) % first_version_.size()]);
        }
    }
}

void Responder::note_unlisted(const ClientAddress& source) {
    last_unlisted_.store(source.is_v4() ? source.low : source.high, std::memory_order_relaxed);
    count(unlisted_);
}

}  // namespace tokimori
