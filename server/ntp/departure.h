#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "server/clock/server_state.h"
#include "server/ntp/packet.h"

namespace tokimori {

/// The moment at which replies leave, and what they all say because of it: leap indicator, stratum, precision, root
/// delay and dispersion, refid, reference and transmit timestamps. Worked out once for all that are sent within a
/// few milliseconds, and moved from one to the next.
class Departure {
public:
    /// `state` must outlive the object.
    Departure(const ServerState& state, LocalInstant at);

    /// Makes it that of a moment a little later, by the same state, for much less than another one costs. False, and
    /// nothing is changed, where another is needed: `at` is more than 4 ms later than what was worked out
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
    /// Short where it can be: on a straight line from arrival to departure, with nothing to beware of.
    [[gnu::always_inline]] void stamp(std::span<std::byte, kHeaderSize> reply, const Touch& touch) const {
        put_octets(reply, 0, (octets_at(reply, 0) & asked()) | told_[0]);
        put_octets(reply, kRootDispersionAt, told_[1]);
        const Duration waited = at_ - touch.arrival;
        const std::uint64_t receive = (transmit_ - units_of(waited, pace_)) & known_;
        const std::uint64_t transmit = (transmit_ + units_of(touch.later, later_pace_)) & known_;
        const std::uint64_t received = htobe64(receive | (touch.random & fill_) | kReceiveTag);
        const std::uint64_t transmitted = htobe64(transmit | (touch.random >> 32 & fill_) | kTransmitTag);
        const std::uint64_t origin = octets_at(reply, kOriginAt);
        const bool is_short = static_cast<std::uint64_t>(waited.count()) < short_way_;
        if (!is_short || receive == transmit) {
            return stamp_the_long_way(reply, touch.arrival, touch.random, touch.later);
        }
        if (received == origin || transmitted == origin) {
            return stamp_the_long_way(reply, touch.arrival, touch.random, touch.later);
        }
        put_octets(reply, kReferenceAt, reference_on_wire_);
        put_octets(reply, kReceiveAt, received);
        put_octets(reply, kTransmitAt, transmitted);
    }

    /// The finest precision that is announced: instants are whole nanoseconds.
    static constexpr std::int8_t kFinestPrecision = -29;

    LocalInstant at() const { return at_; }

private:
    // A pace is how many units of 2^-32 s a nanosecond of the counter is, in parts of 2^-31: that of a second is right
    // to half a unit, and fits.
    static constexpr int kPaceShift = 31;
    // So a client that asks for interleaved mode (RFC 9769), whose origin is a receive timestamp of ours, is known by
    // it.
    static constexpr std::uint64_t kReceiveTag = 1;
    static constexpr std::uint64_t kTransmitTag = 0;

    /// Of a header's first two words what was asked: version, mode and poll.
    static std::uint64_t asked() { return htobe64(0x3F00'FF00'0000'0000); }
    static constexpr std::uint64_t units_of(Duration span, std::uint64_t pace) {
        return static_cast<std::uint64_t>(span.count()) * pace >> kPaceShift;
    }
    void tell_first_word(LeapIndicator leap);
    void tell_root();
    Duration dispersion_at(LocalInstant at) const;
    bool stays(Duration dispersion) const;
    LeapIndicator tell_time();
    bool is_as_ever_for_the_latest(LeapIndicator leap) const;
    void begin_short_way();
    void stamp_the_long_way(std::span<std::byte, kHeaderSize> reply, LocalInstant arrival, std::uint64_t random,
                            Duration later) const;
    std::uint64_t receive_at(LocalInstant arrival) const;

    const ServerState& state_;
    LocalInstant at_;
    LocalInstant worked_out_at_;
    TaiInstant worked_out_tai_;
    bool synchronised_ = false;
    bool tells_time_ = true;
    bool slews_ = false;
    bool even_ = false;  ///< one offset and one leap indicator from seconds ago until some milliseconds from now
    bool dispersion_stays_ = false;        ///< as it is told, as far as it is moved
    std::array<std::uint64_t, 2> told_{};  ///< from the first word to the refid as on the wire, but for what was asked
    LocalInstant line_begins_;             ///< from then on what is served is a straight line until it leaves
    std::uint64_t short_way_ = 0;          ///< ns; who waited for less is stamped the short way
    std::uint64_t pace_ = 0;               ///< the slope of the line
    std::uint64_t later_pace_ = 0;  ///< the same, or 0 where not all is the same a millisecond later but for that
    std::uint64_t reference_ = 0;
    std::uint64_t reference_block_ = 0;
    std::uint64_t reference_on_wire_ = 0;
    std::uint64_t transmit_ = 0;
    std::uint64_t transmit_worked_out_ = 0;
    std::uint64_t known_ = 0;  ///< mask: all but what is below the precision
    std::uint64_t fill_ = 0;   ///< mask: what is below it, but for the lowest bit
};

}  // namespace tokimori
