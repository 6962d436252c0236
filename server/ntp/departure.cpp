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
// As long as a slow host answers what came at once.
constexpr Duration kFarthestMove = std::chrono::milliseconds(4);
// By as much a sum of what grows and what shrinks may leave its straight line.
constexpr Duration kRounded{2};

std::uint64_t pace_of(Rate rate, int shift) {
    const std::uint64_t usual = (std::uint64_t{1} << (32 + shift)) / kNanosecondsPerSecond;
    return usual + static_cast<std::uint64_t>(scaled(Duration{static_cast<std::int64_t>(usual)}, rate).count());
}

// Further than a millisecond, in 2^-32 s.
constexpr std::uint64_t kBeyondLatest = 1 << 23;

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
      worked_out_tai_{state.model.tai_at(at)},
      synchronised_{state.synchronised_at(at) && state.stratum < kUnsynchronisedStratum},
      tells_time_{synchronised_ || state.ever_synchronised},
      slews_{at < state.model.slew_end},
      known_{~mask_below(std::max(state.precision, kFinestPrecision))},
      fill_{~known_ - 1} {
    tell_first_word(tells_time_ ? tell_time() : LeapIndicator::kUnsynchronised);
    tell_root();
    begin_short_way();
}

bool Departure::move_to(LocalInstant at) {
    const bool as_ever = even_ && at >= at_ && at - worked_out_at_ <= kFarthestMove &&
                         (at < state_.model.slew_end) == slews_ && (!synchronised_ || state_.synchronised_at(at));
    if (!as_ever) {
        return false;
    }
    at_ = at;
    transmit_ = transmit_worked_out_ + units_of(at - worked_out_at_, pace_);
    if (!dispersion_stays_) {
        tell_root();
    }
    begin_short_way();
    return true;
}

void Departure::tell_first_word(LeapIndicator leap) {
    const LeapIndicator told = synchronised_ ? leap : LeapIndicator::kUnsynchronised;
    const std::uint8_t stratum = synchronised_ ? state_.stratum : std::uint8_t{0};
    const auto precision = static_cast<std::uint8_t>(std::max(state_.precision, kFinestPrecision));
    const std::uint32_t root_delay = synchronised_ ? ntp_short_from(state_.root_delay) : 0;
    told_[0] =
        htobe64(std::uint64_t{static_cast<std::uint32_t>(told) << 30 | std::uint32_t{stratum} << 16 | precision} << 32 |
                root_delay);
}

void Departure::tell_root() {
    ReferenceId refid = synchronised_ ? state_.refid : kNeverSet;
    if (const auto mark = synchronised_ ? state_.scale.smear_mark_at(worked_out_tai_) : std::nullopt) {
        refid = refid_of(*mark);
    }
    const Duration dispersion = dispersion_at(at_);
    std::array<std::byte, sizeof told_[1]> octets{};
    put_word(octets, 0, ntp_short_from(dispersion));
    std::memcpy(&octets[kRefidAt - kRootDispersionAt], refid.data(), refid.size());
    std::memcpy(&told_[1], octets.data(), octets.size());
    dispersion_stays_ = stays(dispersion);
}

Duration Departure::dispersion_at(LocalInstant at) const {
    return synchronised_ ? state_.root_dispersion_at(at) : tells_time_ ? state_.root_distance_at(at) : kMaxDispersion;
}

/// Whether it is told in the same words until another departure is needed: it grows, or shrinks, on a straight line.
bool Departure::stays(Duration dispersion) const {
    const TimeModel& model = state_.model;
    const LocalInstant latest = worked_out_at_ + kFarthestMove;
    const Duration then = dispersion_at(slews_ ? std::min(latest, model.slew_end) : latest);
    const auto [least, most] = std::minmax(dispersion, then);
    return even_ && at_ >= model.anchor_local && ntp_short_from(least - kRounded) == ntp_short_from(most + kRounded);
}

LeapIndicator Departure::tell_time() {
    const ServedScale& scale = state_.scale;
    const TaiInstant now = worked_out_tai_;
    const auto stamps = scale.stamps(std::min(state_.reference, now), now, now);
    reference_ = stamps.reference.bits;
    reference_block_ = reference_ & known_;
    reference_on_wire_ = htobe64(reference_);
    transmit_ = transmit_worked_out_ = stamps.transmit.bits;
    const TimeModel& model = state_.model;
    pace_ = pace_of(model.rate + (slews_ ? model.slew_rate : 0), kPaceShift);
    even_ = scale.is_even(now - 2 * kUsualWait, now + kFarthestMove + 2 * kMostLater);
    line_begins_ = even_ ? std::max(at_ - kUsualWait, slews_ ? LocalInstant::min() : model.slew_end) : at_;
    later_pace_ = even_ || is_as_ever_for_the_latest(stamps.leap) ? pace_ : 0;
    return stamps.leap;
}

/// That nothing changes in a millisecond but the time. Within a smear it is a fraction of a microsecond.
bool Departure::is_as_ever_for_the_latest(LeapIndicator leap) const {
    const ServedScale& scale = state_.scale;
    const TaiInstant latest = worked_out_tai_ + kMostLater;
    const Duration change = scale.offset_at(latest) - scale.offset_at(worked_out_tai_);
    return std::chrono::abs(change) < std::chrono::microseconds(1) && leap == scale.at(latest).leap;
}

// What makes the long way necessary is found out once: no time to tell; a transmit timestamp, of the latest reply, near
// zero or the reference timestamp.
void Departure::begin_short_way() {
    const std::uint64_t block = transmit_ & known_;
    const bool is_clear = tells_time_ && 0 - block > kBeyondLatest && reference_block_ - block > kBeyondLatest;
    short_way_ = is_clear ? static_cast<std::uint64_t>((at_ - line_begins_).count()) + 1 : 0;
}

std::uint64_t Departure::receive_at(LocalInstant arrival) const {
    if (arrival >= line_begins_) {
        return transmit_ - units_of(std::max(at_ - arrival, Duration::zero()), pace_);
    }
    const TaiInstant transmit = state_.model.tai_at(at_);
    const TaiInstant receive = std::min(state_.model.tai_at(arrival), transmit);
    return state_.scale.stamps(transmit, receive, transmit).receive.bits;
}

void Departure::stamp_the_long_way(std::span<std::byte, kHeaderSize> reply, LocalInstant arrival, std::uint64_t random,
                                   Duration later) const {
    if (!tells_time_) {
        put_timestamp(reply, kReferenceAt, {});
        put_timestamp(reply, kReceiveAt, {});
        put_timestamp(reply, kTransmitAt, {});
        return;
    }
    const std::uint64_t origin = timestamp_at(reply, kOriginAt).bits;
    std::uint64_t mask = ~known_;
    std::uint64_t receive = receive_at(arrival) & known_;
    std::uint64_t transmit = (transmit_ + units_of(later, later_pace_)) & known_;
    const bool corrected_just_now = reference_block_ == transmit;
    // Order could be lost only where the known bits are equal, and there any order of the filled ones is as true.
    if (receive == transmit) {
        mask >>= 1;
        transmit += mask + 1;
    }
    receive = filled(receive, mask, random, kReceiveTag, origin);
    transmit = filled(transmit, mask, random >> 32, kTransmitTag, origin);
    put_timestamp(reply, kReferenceAt, {corrected_just_now ? std::min(reference_, transmit) : reference_});
    put_timestamp(reply, kReceiveAt, {receive});
    put_timestamp(reply, kTransmitAt, {transmit});
}

}  // namespace tokimori
