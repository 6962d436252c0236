#include "web/served_time.h"

#include <algorithm>

namespace tokimori::web {
namespace {

using std::chrono::nanoseconds;

constexpr std::int64_t kBillion = 1'000'000'000;
constexpr std::int64_t kFrom1900To1970 = 2'208'988'800;
constexpr std::int64_t kEra = std::int64_t{1} << 32U;
constexpr std::chrono::seconds kLongest{5};
// A better answer than the newest is kept so long: the next one must come before it is too old.
constexpr std::chrono::seconds kKept{3};
// The counter of a host may be so wrong, in parts per million.
constexpr int kDrift = 200;

std::uint64_t big_endian(std::span<const std::uint8_t> octets) {
    std::uint64_t value = 0;
    for (const std::uint8_t octet : octets) {
        value = value << 8U | octet;
    }
    return value;
}

// The first bit is clear from 2036 on (RFC 4330, section 3).
UnixNanoseconds unix_time(std::uint64_t timestamp) {
    const auto seconds = static_cast<std::int64_t>(timestamp >> 32U);
    const std::uint64_t fraction = (timestamp & 0xFFFF'FFFFU) * static_cast<std::uint64_t>(kBillion);
    const std::int64_t era = seconds < kEra / 2 ? kEra : 0;
    return (seconds + era - kFrom1900To1970) * kBillion + static_cast<std::int64_t>(fraction >> 32U);
}

}  // namespace

std::array<std::uint8_t, 48> ntp_request(std::uint64_t random) {
    std::array<std::uint8_t, 48> octets{0x23};
    for (std::size_t i = 0; i < 8; ++i) {
        octets[40 + i] = static_cast<std::uint8_t>(random >> (56 - 8 * i));
    }
    return octets;
}

std::optional<NtpAnswer> read_ntp_answer(std::span<const std::uint8_t> octets, std::uint64_t random) {
    constexpr unsigned kServer = 4;
    if (octets.size() < 48 || (octets[0] & 7U) != kServer || big_endian(octets.subspan(24, 8)) != random) {
        return std::nullopt;
    }
    const bool synchronised = octets[0] >> 6U != 3 && octets[1] >= 1 && octets[1] <= 15;
    return NtpAnswer{unix_time(big_endian(octets.subspan(32, 8))), unix_time(big_endian(octets.subspan(40, 8))),
                     synchronised};
}

void ServedTime::hear(const NtpAnswer& answer, Instant asked, Instant heard) {
    if (!answer.synchronised) {
        anchor_.reset();
        return;
    }
    const nanoseconds way = std::max(heard - asked - nanoseconds{answer.sent - answer.received}, nanoseconds::zero());
    const Anchor fresh{heard, answer.sent + way.count() / 2, way / 2};
    const bool apart = anchor_ && std::abs(anchor_->time + nanoseconds{heard - anchor_->at}.count() - fresh.time) >
                                      (doubt_at(*anchor_, heard) + fresh.doubt).count();
    if (!anchor_ || apart || fresh.doubt <= doubt_at(*anchor_, heard) || heard - anchor_->at >= kKept) {
        anchor_ = fresh;
    }
}

std::optional<UnixNanoseconds> ServedTime::at(Instant now) const {
    if (!anchor_ || now - anchor_->at > kLongest) {
        return std::nullopt;
    }
    return anchor_->time + nanoseconds{now - anchor_->at}.count();
}

nanoseconds ServedTime::doubt_at(const Anchor& anchor, Instant now) {
    return anchor.doubt + (now - anchor.at) * kDrift / 1'000'000;
}

}  // namespace tokimori::web
