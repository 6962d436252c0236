#include "server/ntp/departure.h"

#include <algorithm>
#include <cstring>

namespace tokimori {
namespace {

constexpr std::uint8_t kUnsynchronisedStratum = 16;
constexpr Duration kMaxDispersion = std::chrono::seconds(16);  // MAXDISP, RFC 5905 section 7.2
constexpr ReferenceId kNeverSet = reference_id("INIT");
constexpr std::uint64_t kNanosecondsPerSecond = 1'000'000'000;
// What waited for longer is worked out the long way.
constexpr Duration kUsualWait = std::chrono::seconds(1);

constexpr Duration kMostLater = std::chrono::milliseconds(1);

// So a client that asks for interleaved mode (RFC 9769), whose origin is a receive timestamp of ours, is known by it.
constexpr std::uint64_t kReceiveTag = 1;
constexpr std::uint64_t kTransmitTag = 0;

// A pace is how many units of 2^-32 s a nanosecond of the counter is, in parts of 2^-31: that of a second is right to
// half a unit, and fits.
constexpr int kPaceShift = 31;
constexpr std::uint64_t kUsualPace = (std::uint64_t{1} << (32 + kPaceShift)) / kNanosecondsPerSecond;

std::uint64_t pace_of(Rate rate) {
    return kUsualPace +
           static_cast<std::uint64_t>(scaled(Duration{static_cast<std::int64_t>(kUsualPace)}, rate).count());
}

const std::uint32_t kAsked = htobe32(0x3F00'FF00);

/// A header's first word as on the wire, but for what was asked: version, mode and poll.
std::uint32_t first_word(LeapIndicator leap, std::uint8_t stratum, std::int8_t precision) {
    return htobe32(static_cast<std::uint32_t>(leap) << 30 | std::uint32_t{stratum} << 16 |
                   static_cast<std::uint8_t>(precision));
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
    : state_{state},
      at_{at},
      worked_out_at_{at},
      transmit_tai_{state.model.tai_at(at)},
      synchronised_{state.synchronised_at(at) && state.stratum < kUnsynchronisedStratum},
      tells_time_{synchronised_ || state.ever_synchronised},
      slews_{at < state.model.slew_end} {
    const std::int8_t precision = std::max(state.precision, kFinestPrecision);
    below_precision_ = mask_below(precision);
    tell_root();
    const LeapIndicator leap = tells_time_ ? tell_time() : LeapIndicator::kUnsynchronised;
    first_word_ = synchronised_ ? first_word(leap, state.stratum, precision)
                                : first_word(LeapIndicator::kUnsynchronised, 0, precision);
}

bool Departure::move_to(LocalInstant at) {
    const bool as_ever = even_ && at >= at_ && at - worked_out_at_ <= kMostLater &&
                         (at < state_.model.slew_end) == slews_ && (!synchronised_ || state_.synchronised_at(at));
    if (!as_ever) {
        return false;
    }
    at_ = at;
    transmit_tai_ = state_.model.tai_at(at);
    transmit_ = transmit_worked_out_ + units_of(at - worked_out_at_);
    tell_dispersion();
    return true;
}

std::uint64_t Departure::units_of(Duration span) const {
    return static_cast<std::uint64_t>(span.count()) * pace_ >> kPaceShift;
}

void Departure::tell_root() {
    ReferenceId refid = synchronised_ ? state_.refid : kNeverSet;
    if (const auto mark = synchronised_ ? state_.scale.smear_mark_at(transmit_tai_) : std::nullopt) {
        refid = refid_of(*mark);
    }
    put_word(root_, 0, synchronised_ ? ntp_short_from(state_.root_delay) : 0);
    std::memcpy(&root_[kRefidAt - kRootDelayAt], refid.data(), refid.size());
    tell_dispersion();
}

void Departure::tell_dispersion() {
    const Duration dispersion = synchronised_ ? state_.root_dispersion_at(at_)
                                : tells_time_ ? state_.root_distance_at(at_)
                                              : kMaxDispersion;
    put_word(root_, kRootDispersionAt - kRootDelayAt, ntp_short_from(dispersion));
}

LeapIndicator Departure::tell_time() {
    const ServedScale& scale = state_.scale;
    const auto stamps = scale.stamps(std::min(state_.reference, transmit_tai_), transmit_tai_, transmit_tai_);
    reference_ = stamps.reference.bits;
    reference_block_ = reference_ & ~below_precision_;
    reference_on_wire_ = htobe64(reference_);
    transmit_ = transmit_worked_out_ = stamps.transmit.bits;
    const TimeModel& model = state_.model;
    pace_ = pace_of(model.rate + (slews_ ? model.slew_rate : 0));
    even_ = scale.is_even(transmit_tai_ - 2 * kUsualWait, transmit_tai_ + 3 * kMostLater);
    if (even_) {
        may_be_later_ = ~std::uint64_t{0};
        line_begins_ = std::max(at_ - kUsualWait, slews_ ? LocalInstant::min() : model.slew_end);
        return stamps.leap;
    }
    const Duration change = scale.offset_at(transmit_tai_ + kMostLater) - scale.offset_at(transmit_tai_);
    // Within a smear it is a fraction of a microsecond.
    const bool as_ever = std::chrono::abs(change) < std::chrono::microseconds(1) &&
                         stamps.leap == scale.at(transmit_tai_ + kMostLater).leap;
    may_be_later_ = as_ever ? ~std::uint64_t{0} : 0;
    line_begins_ = at_;
    return stamps.leap;
}

std::uint64_t Departure::receive_at(LocalInstant arrival) const {
    if (arrival >= line_begins_) {
        return transmit_ - units_of(std::max(at_ - arrival, Duration::zero()));
    }
    const TaiInstant receive = std::min(state_.model.tai_at(arrival), transmit_tai_);
    return state_.scale.stamps(transmit_tai_, receive, transmit_tai_).receive.bits;
}

void Departure::stamp(std::span<std::byte, kHeaderSize> reply, const Touch& touch) const {
    std::uint32_t first = 0;
    std::memcpy(&first, reply.data(), sizeof first);
    first = (first & kAsked) | first_word_;
    std::memcpy(reply.data(), &first, sizeof first);
    std::memcpy(&reply[kRootDelayAt], root_.data(), root_.size());
    if (!tells_time_) {
        put_timestamp(reply, kReferenceAt, {});
        put_timestamp(reply, kReceiveAt, {});
        put_timestamp(reply, kTransmitAt, {});
        return;
    }
    const std::uint64_t origin = timestamp_at(reply, kOriginAt).bits;
    std::uint64_t mask = below_precision_;
    std::uint64_t receive = receive_at(touch.arrival) & ~mask;
    std::uint64_t transmit = (transmit_ + (units_of(touch.later) & may_be_later_)) & ~mask;
    const bool corrected_just_now = reference_block_ == transmit;
    // Order could be lost only where the known bits are equal, and there any order of the filled ones is as true.
    if (receive == transmit) {
        mask >>= 1;
        transmit += mask + 1;
    }
    receive = filled(receive, mask, touch.random, kReceiveTag, origin);
    transmit = filled(transmit, mask, touch.random >> 32, kTransmitTag, origin);
    std::memcpy(&reply[kReferenceAt], &reference_on_wire_, sizeof reference_on_wire_);
    if (corrected_just_now) {
        put_timestamp(reply, kReferenceAt, {std::min(reference_, transmit)});
    }
    put_timestamp(reply, kReceiveAt, {receive});
    put_timestamp(reply, kTransmitAt, {transmit});
}

}  // namespace tokimori
