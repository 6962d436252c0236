#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>

#include "leap/instant.h"
#include "refclocks/observation.h"

namespace tokimori {

/// All clocks of the host, read together: nanoseconds of each, as close to one instant as the bracket shows.
struct ClockReading {
    std::int64_t raw = 0;        ///< CLOCK_MONOTONIC_RAW: our counter
    std::int64_t monotonic = 0;  ///< CLOCK_MONOTONIC: what GPIO edges are stamped in
    std::int64_t realtime = 0;   ///< CLOCK_REALTIME: what PPS, sockets and other daemons stamp in
    std::int64_t boottime = 0;   ///< CLOCK_BOOTTIME: tells of a suspend
    std::int64_t width = 0;      ///< how far apart the first and the last of the readings were

    LocalInstant local() const { return LocalInstant{Duration{raw}}; }
    /// How long the host had slept since its boot, while the counter stood still: up to `width` too long.
    Duration asleep() const { return Duration{boottime - monotonic}; }
};

/// Reads the host's clocks: the narrowest of a few brackets. With what follows the only caller of `clock_gettime` in
/// the product.
ClockReading read_host_clocks();

/// The same for a batch of packets: where reading a clock takes long on this host, a wide bracket is not tried again.
ClockReading read_host_clocks_for_packets();

/// The counter now: one call, for the packet path.
LocalInstant read_host_counter();

/// The smallest step of the counter as log2 seconds (RFC 5905 precision), measured; −30 … −6.
int measure_host_precision();

/// The instant that a stamp means, or why nobody can tell.
struct StampedInstant {
    std::optional<LocalInstant> at = std::nullopt;
    /// Only where `at` is not set. kStale: more than 2 s old. kClockStepped: in the future, or the stamp's clock was
    /// stepped, or may have been, between the stamp and now.
    Rejection::Reason refusal = Rejection::Reason::kClockStepped;
};

/// The host's counter, and the one place where stamps of other clocks become instants of it. What counts is a stamp's
/// age (`that clock now − stamp`); so it does not matter what that clock shows, only that it was not stepped in
/// between. Readings of the last seconds are kept, so that the age is measured in the counter's seconds even where the
/// other clock is slewed. Not thread-safe: one per thread.
class Counter {
public:
    /// Reads by `reader`; tests pass their own. `now()` then is that reader's `raw`.
    explicit Counter(std::function<ClockReading()> reader = read_host_clocks);

    LocalInstant now() const { return read().local(); }
    ClockReading read() const { return reader_(); }

    /// Reads all clocks and remembers it. To be called about once a second, and around every change of a clock's rate:
    /// between two readings that clock is taken for a straight line. What was read.
    ClockReading keep();

    static constexpr std::int64_t kOldestStamp = 2'000'000'000;  ///< ns

    /// Stamps of CLOCK_REALTIME a moment ago, judged by one reading of all clocks: for a batch of packets.
    class RealtimeStamps {
    public:
        /// The instant of each stamp. nullopt where CLOCK_REALTIME was stepped since the last batch, or the stamp lies
        /// in the future or is more than 2 s old.
        std::optional<LocalInstant> at(std::int64_t stamp) const {
            const std::int64_t age = realtime_ - stamp;
            if (age >= 0 && age <= kOldestStamp) {
                return LocalInstant{Duration{raw_ - age}};
            }
            return at_the_edge(age);
        }

        /// When the clocks were read.
        LocalInstant now() const { return LocalInstant{Duration{raw_}}; }

        /// How long the host had slept since its boot by then.
        Duration asleep() const { return asleep_; }

    private:
        friend class Counter;
        std::optional<LocalInstant> at_the_edge(std::int64_t age) const;

        std::int64_t realtime_ = 0;
        std::int64_t raw_ = 0;
        Duration asleep_{};
    };
    RealtimeStamps realtime_stamps();

    /// A stamp of CLOCK_REALTIME, POSIX nanoseconds, at most 2 s old, interpolated between the two readings about it.
    StampedInstant from_realtime(std::int64_t stamp);

    /// A stamp of CLOCK_MONOTONIC, which nobody steps; likewise. nullopt: it is too old.
    std::optional<LocalInstant> from_monotonic(std::int64_t stamp);

    /// CLOCK_REALTIME now, POSIX nanoseconds, with the counter of the same instant. For what imitates the host's date
    /// (a simulated sky), never for time we serve.
    struct HostDate {
        LocalInstant local;
        std::int64_t posix = 0;
    };
    HostDate host_date() const;

    /// How long the host has slept since its boot, while the counter stood still.
    Duration asleep() const;

    /// True if the host slept between two answers of `asleep`: the counter stood still while time went on.
    static bool slept_between(Duration before, Duration after);

private:
    // As many as cover the oldest stamp when every reading of the ring is a tenth of a second from the next.
    static constexpr std::size_t kReadings = 32;

    const ClockReading& kept(std::size_t age) const { return ring_[(next_ + kReadings - 1 - age) % kReadings]; }
    void push(const ClockReading& reading);
    void push_if_telling(const ClockReading& reading);
    std::optional<LocalInstant> interpolated(std::int64_t stamp, std::int64_t ClockReading::*clock,
                                             const ClockReading& now) const;
    bool may_lie_before_a_step(std::int64_t stamp, const ClockReading& now) const;

    std::function<ClockReading()> reader_;
    std::array<ClockReading, kReadings> ring_{};
    std::size_t next_ = 0;  // where the next reading goes
    std::size_t size_ = 0;
    // Before the first batch: too wide for any step to show.
    ClockReading last_batch_{.width = std::numeric_limits<std::int64_t>::max() / 2};
};

}  // namespace tokimori
