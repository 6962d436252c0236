#include "server/ntp/interleaved_mode.h"

#include <algorithm>
#include <cstdlib>

namespace tokimori {
namespace {

constexpr std::byte kVersionAndMode{0x3F};
constexpr std::byte kVersion4Client{0x23};

// The present line, followed back to when a reply left, differs from the one of then by what was learned of the
// crystal.
constexpr std::int64_t kLearnedPart = 1'000'000;
constexpr Duration kHalfALeap = std::chrono::milliseconds(500);
// How much the kernel's stamp may differ from ours: a queue holds datagrams up.
constexpr Duration kEarliest = std::chrono::milliseconds(-1);
constexpr Duration kLatest = std::chrono::seconds(1);

/// Of 2^-32 s, at most about a second.
std::int64_t units_of(Duration span) {
    return (span.count() << 32) / 1'000'000'000;
}

/// Whether what was served when the reply left is true by what is promised now: no leap second since, and no correction
/// beyond the present bound. A smear is neither. What leaves now could not say that it was worse then.
bool is_still_true(const SentReply& kept, const ServerState& state, LocalInstant now) {
    const TaiInstant then = state.model.tai_at(kept.departed);
    const Duration leap = state.scale.offset_at(state.model.tai_at(now)) - state.scale.offset_at(then);
    const Duration learned = std::chrono::abs(now - kept.departed) / kLearnedPart;
    const std::int64_t bound = units_of(std::min(state.root_distance_at(now) + learned, kHalfALeap));
    const std::int64_t moved = ntp_difference(state.scale.at(then).timestamp, kept.transmit);
    return std::chrono::abs(leap) < kHalfALeap && moved < bound && -moved < bound;
}

}  // namespace

InterleavedReply InterleavedMode::begin(const Asked& asked, std::span<std::byte, kHeaderSize> reply) {
    const NtpTimestamp receive = timestamp_at(asked.header, kReceiveAt);
    if ((asked.header[0] & kVersionAndMode) != kVersion4Client || receive == timestamp_at(asked.header, kTransmitAt)) {
        return {};
    }
    InterleavedReply interleaved{.client = kept_.client_of(asked.source)};
    const auto before = kept_.take(interleaved.client, timestamp_at(asked.header, kOriginAt));
    if (before && before->transmit != receive && is_still_true(*before, asked.state, asked.arrival)) {
        interleaved.departed = before->transmit;
        put_timestamp(reply, kOriginAt, receive);
    }
    return interleaved;
}

void InterleavedMode::stamp(std::span<std::byte, kHeaderSize> reply, LocalInstant departs,
                            InterleavedReply& interleaved) {
    SentReply sent{.client = interleaved.client,
                   .receive = timestamp_at(reply, kReceiveAt),
                   .transmit = timestamp_at(reply, kTransmitAt),
                   .departed = departs};
    if (sent.transmit == NtpTimestamp{}) {
        return;
    }
    const NtpTimestamp other{sent.receive.bits ^ 2};
    if (kept_.holds(sent.client, sent.receive) && other != timestamp_at(reply, kOriginAt)) {
        sent.receive = other;
        put_timestamp(reply, kReceiveAt, other);
    }
    interleaved.ticket = kept_.keep(sent);
    if (interleaved.departed == NtpTimestamp{}) {
        return;
    }
    put_timestamp(reply, kTransmitAt, interleaved.departed);
    // No client believes a reference later than the transmit timestamp.
    if (ntp_difference(timestamp_at(reply, kReferenceAt), interleaved.departed) > 0) {
        put_timestamp(reply, kReferenceAt, interleaved.departed);
    }
}

void InterleavedMode::sent(InterleavedStore::Ticket ticket, LocalInstant departed, const ServerState& state) {
    SentReply* const kept = kept_.find(ticket);
    if (kept == nullptr || departed < kept->departed + kEarliest || departed > kept->departed + kLatest) {
        return;
    }
    const NtpTimestamp transmit{state.scale.at(state.model.tai_at(departed)).timestamp.bits & ~std::uint64_t{1}};
    if (ntp_difference(transmit, kept->receive) > 0 && transmit != NtpTimestamp{}) {
        kept->transmit = transmit;
        kept->departed = departed;
    }
}

}  // namespace tokimori
