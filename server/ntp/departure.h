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

    /// Makes it that of a moment a little later, by the same state, for much less than another one costs. False, and
    /// nothing is changed, where another is needed: `at` is more than a millisecond later than what was worked out
    /// last, or earlier, or between them more changes than the time.
    bool move_to(LocalInstant at);

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
    void tell_root();
    void tell_dispersion();
    LeapIndicator tell_time();
    std::uint64_t receive_at(LocalInstant arrival) const;
    std::uint64_t units_of(Duration span) const;

    const ServerState& state_;
    LocalInstant at_;
    LocalInstant worked_out_at_;
    TaiInstant transmit_tai_;
    std::uint32_t first_word_ = 0;  ///< leap indicator, stratum and precision as on the wire
    bool synchronised_ = false;
    bool tells_time_ = true;
    bool slews_ = false;
    bool even_ = false;  ///< one offset and one leap indicator from seconds ago until some milliseconds from now
    std::uint64_t may_be_later_ = 0;    ///< a mask: all is the same a millisecond later, but for that
    LocalInstant line_begins_;          ///< from then on what is served is a straight line until it leaves
    std::uint64_t pace_ = 0;            ///< its slope
    std::array<std::byte, 12> root_{};  ///< delay, dispersion, refid as on the wire
    std::uint64_t reference_ = 0;
    std::uint64_t reference_block_ = 0;
    std::uint64_t reference_on_wire_ = 0;
    std::uint64_t transmit_ = 0;
    std::uint64_t transmit_worked_out_ = 0;
    std::uint64_t below_precision_ = 0;  ///< mask
};

}  // namespace tokimori
