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

/// Of units of 2^-32 s, rounded up.
Duration duration_of(std::int64_t units) {
    return Duration{((units >> 2) * 1'000'000'000 >> 30) + 2};
}

/// Of 2^-32 s, at most about a second.
std::int64_t units_of(Duration span) {
    return (span.count() << 32) / 1'000'000'000;
}

/// By how much more than what is promised now may be wrong what was served when the reply left: by what was corrected
/// since, and by what the crystal may have done. nullopt where that is no answer any more: a leap second lies between,
/// or a correction beyond the present bound. A smear is neither.
std::optional<Duration> doubt_of(const SentReply& kept, const ServerState& state, LocalInstant now) {
    const TaiInstant then = state.model.tai_at(kept.departed);
    const Duration leap = state.scale.offset_at(state.model.tai_at(now)) - state.scale.offset_at(then);
    const Duration learned = std::chrono::abs(now - kept.departed) / kLearnedPart;
    const std::int64_t bound = units_of(std::min(state.root_distance_at(now) + learned, kHalfALeap));
    const std::int64_t moved = ntp_difference(state.scale.at(then).timestamp, kept.transmit);
    if (std::chrono::abs(leap) >= kHalfALeap || moved >= bound || -moved >= bound) {
        return std::nullopt;
    }
    const Duration grown = state.model.dispersion_at(now) - state.model.dispersion_at(kept.departed);
    return duration_of(std::abs(moved)) + std::chrono::abs(grown);
}

}  // namespace

InterleavedReply InterleavedMode::begin(const Asked& asked, std::span<std::byte, kHeaderSize> reply) {
    const NtpTimestamp receive = timestamp_at(asked.header, kReceiveAt);
    if ((asked.header[0] & kVersionAndMode) != kVersion4Client || receive == timestamp_at(asked.header, kTransmitAt)) {
        return {};
    }
    InterleavedReply interleaved{.client = kept_.client_of(asked.source)};
    const auto before = kept_.take(interleaved.client, timestamp_at(asked.header, kOriginAt));
    const bool new_to_it = before && before->transmit != receive;
    if (const auto doubt = new_to_it ? doubt_of(*before, asked.state, asked.arrival) : std::nullopt) {
        interleaved.departed = before->transmit;
        interleaved.doubt = *doubt;
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
    const std::uint64_t dispersion =
        std::uint64_t{word_at(reply, kRootDispersionAt)} + ntp_short_from(interleaved.doubt);
    put_word(reply, kRootDispersionAt,
             static_cast<std::uint32_t>(std::min<std::uint64_t>(dispersion, ~std::uint32_t{0})));
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
