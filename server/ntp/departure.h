#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "server/clock/server_state.h"
#include "server/ntp/packet.h"

namespace tokimori {

/// The moment at which replies leave, and what they all say because of it: leap indicator, stratum, precision, root
/// delay and dispersion, refid, reference and transmit timestamps. Worked out once for all that are sent together.
class Departure {
public:
    /// `state` must outlive the object.
    Departure(const ServerState& state, LocalInstant at);

    /// The last touch to a reply whose version, mode, poll and origin are written: all of the above, and the receive
    /// timestamp for `arrival`. Receive and transmit are filled with `random` bits below the precision (RFC 5905
    /// section 6), each moved by less than 2^precision, and receive < transmit, neither zero nor equal to origin. The
    /// lowest bit tells them apart: 1 in every receive timestamp, 0 in every transmit timestamp.
    /// `later`: 0 … 1 ms; of several replies that are sent one after the other, how long after the first this one
    /// leaves.
    struct Touch {
        LocalInstant arrival;
        std::uint64_t random = 0;
        Duration later{};
    };
    void stamp(std::span<std::byte, kHeaderSize> reply, const Touch& touch) const;

    /// The finest precision that is announced: instants are whole nanoseconds.
    static constexpr std::int8_t kFinestPrecision = -29;

    LocalInstant at() const { return at_; }

private:
    void tell_root(bool synchronised);
    void tell_time();
    std::uint64_t receive_at(LocalInstant arrival) const;

    const ServerState& state_;
    LocalInstant at_;
    TaiInstant transmit_tai_;
    std::byte leap_{};
    std::byte stratum_{};
    std::byte precision_{};
    bool tells_time_ = true;
    bool may_be_later_ = false;         ///< all is the same a millisecond later, but for that
    bool steady_ = true;                ///< TAI to served time is one offset, for late arrivals, too
    std::array<std::byte, 12> root_{};  ///< delay, dispersion, refid as on the wire
    std::uint64_t reference_ = 0;
    std::uint64_t transmit_ = 0;
    std::uint64_t below_precision_ = 0;  ///< mask
    std::int64_t second_ = 0;            ///< TAI ns of the whole served second before that of `transmit_tai_` …
    std::uint64_t second_bits_ = 0;      ///< … and its timestamp
};

}  // namespace tokimori
