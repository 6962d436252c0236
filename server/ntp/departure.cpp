#include "server/ntp/departure.h"

#include <algorithm>
#include <cstring>

namespace tokimori {
namespace {

constexpr std::uint8_t kUnsynchronisedStratum = 16;
constexpr Duration kMaxDispersion = std::chrono::seconds(16);  // MAXDISP, RFC 5905 section 7.2
constexpr ReferenceId kNeverSet = reference_id("INIT");
constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;
// What waited for longer is worked out the long way.
constexpr Duration kUsualWait = std::chrono::seconds(1);

constexpr Duration kMostLater = std::chrono::milliseconds(1);

// So a client that asks for interleaved mode (RFC 9769), whose origin is a receive timestamp of ours, is known by it.
constexpr std::uint64_t kReceiveTag = 1;
constexpr std::uint64_t kTransmitTag = 0;

/// Of 2^-32 s.
std::uint64_t units_of(Duration span) {
    return (static_cast<std::uint64_t>(span.count()) << 32) / static_cast<std::uint64_t>(kNanosecondsPerSecond);
}

ReferenceId refid_of(std::uint32_t octets) {
    return {static_cast<std::uint8_t>(octets >> 24), static_cast<std::uint8_t>(octets >> 16),
            static_cast<std::uint8_t>(octets >> 8), static_cast<std::uint8_t>(octets)};
}

/// The bits below 2^`precision` s. Never more than the fraction, so that filling leaves the second as it is; never
/// fewer than three, so that even of half the values, and of these the even ones, there is one beside zero and origin.
std::uint64_t mask_below(std::int8_t precision) {
    const int bits = std::clamp(32 + precision, 3, 32);
    return (std::uint64_t{1} << bits) - 1;
}

/// `bits`, which are 0 under `mask`, with `random` under it but for the lowest, which is `tag`; and of such values the
/// nearest above it (going round) that is not taken.
std::uint64_t filled(std::uint64_t bits, std::uint64_t mask, std::uint64_t random, std::uint64_t tag,
                     std::uint64_t origin) {
    std::uint64_t value = bits | (random & (mask - 1)) | tag;
    while (value == 0 || value == origin) {
        value = bits | ((value + 2) & mask);
    }
    return value;
}

}  // namespace

Departure::Departure(const ServerState& state, LocalInstant at)
    : state_{state}, at_{at}, transmit_tai_{state.model.tai_at(at)} {
    const bool synchronised = state.synchronised_at(at) && state.stratum < kUnsynchronisedStratum;
    tells_time_ = synchronised || state.ever_synchronised;
    const std::int8_t precision = std::max(state.precision, kFinestPrecision);
    precision_ = static_cast<std::byte>(precision);
    below_precision_ = mask_below(precision);
    tell_root(synchronised);
    if (tells_time_) {
        tell_time();
    }
    const LeapIndicator leap = synchronised ? state.scale.at(transmit_tai_).leap : LeapIndicator::kUnsynchronised;
    leap_ = static_cast<std::byte>(static_cast<unsigned>(leap) << 6);
    stratum_ = static_cast<std::byte>(synchronised ? state.stratum : 0);
}

void Departure::tell_root(bool synchronised) {
    ReferenceId refid = synchronised ? state_.refid : kNeverSet;
    if (const auto mark = synchronised ? state_.scale.smear_mark_at(transmit_tai_) : std::nullopt) {
        refid = refid_of(*mark);
    }
    const Duration alone = tells_time_ ? state_.root_distance_at(at_) : kMaxDispersion;
    put_word(root_, 0, synchronised ? ntp_short_from(state_.root_delay) : 0);
    put_word(root_, kRootDispersionAt - kRootDelayAt,
             ntp_short_from(synchronised ? state_.root_dispersion_at(at_) : alone));
    std::memcpy(&root_[kRefidAt - kRootDelayAt], refid.data(), refid.size());
}

void Departure::tell_time() {
    const ServedScale& scale = state_.scale;
    const auto stamps = scale.stamps(std::min(state_.reference, transmit_tai_), transmit_tai_, transmit_tai_);
    reference_ = stamps.reference.bits;
    transmit_ = stamps.transmit.bits;
    const Duration change = scale.offset_at(transmit_tai_ + kMostLater) - scale.offset_at(transmit_tai_);
    // Within a smear it is a fraction of a microsecond.
    may_be_later_ = std::chrono::abs(change) < std::chrono::microseconds(1) &&
                    scale.at(transmit_tai_).leap == scale.at(transmit_tai_ + kMostLater).leap;
    steady_ = !scale.smears_within(transmit_tai_ - 2 * kUsualWait, transmit_tai_);
    const std::int64_t served = (transmit_tai_ + scale.offset_at(transmit_tai_)).time_since_epoch().count();
    const std::int64_t fraction = (served % kNanosecondsPerSecond + kNanosecondsPerSecond) % kNanosecondsPerSecond;
    second_ = transmit_tai_.time_since_epoch().count() - fraction - kNanosecondsPerSecond;
    second_bits_ = ntp_from_posix(served - fraction).bits - (std::uint64_t{1} << 32);
}

std::uint64_t Departure::receive_at(LocalInstant arrival) const {
    const TaiInstant receive = std::min(state_.model.tai_at(arrival), transmit_tai_);
    if (!steady_ || transmit_tai_ - receive > kUsualWait) {
        const TaiInstant reference = std::min(state_.reference, transmit_tai_);
        return state_.scale.stamps(reference, receive, transmit_tai_).receive.bits;
    }
    return second_bits_ + units_of(Duration{receive.time_since_epoch().count() - second_});
}

void Departure::stamp(std::span<std::byte, kHeaderSize> reply, const Touch& touch) const {
    reply[0] = (reply[0] & std::byte{0x3F}) | leap_;
    reply[kStratumAt] = stratum_;
    reply[kPrecisionAt] = precision_;
    std::memcpy(&reply[kRootDelayAt], root_.data(), root_.size());
    if (!tells_time_) {
        put_timestamp(reply, kReferenceAt, {});
        put_timestamp(reply, kReceiveAt, {});
        put_timestamp(reply, kTransmitAt, {});
        return;
    }
    const std::uint64_t origin = timestamp_at(reply, kOriginAt).bits;
    std::uint64_t mask = below_precision_;
    const std::uint64_t later = may_be_later_ ? units_of(touch.later) : 0;
    std::uint64_t receive = receive_at(touch.arrival) & ~mask;
    std::uint64_t transmit = (transmit_ + later) & ~mask;
    const bool corrected_just_now = (reference_ & ~mask) == transmit;
    // Order could be lost only where the known bits are equal, and there any order of the filled ones is as true.
    if (receive == transmit) {
        mask >>= 1;
        transmit += mask + 1;
    }
    receive = filled(receive, mask, touch.random, kReceiveTag, origin);
    transmit = filled(transmit, mask, touch.random >> 32, kTransmitTag, origin);
    put_timestamp(reply, kReferenceAt, {corrected_just_now ? std::min(reference_, transmit) : reference_});
    put_timestamp(reply, kReceiveAt, {receive});
    put_timestamp(reply, kTransmitAt, {transmit});
}

}  // namespace tokimori
