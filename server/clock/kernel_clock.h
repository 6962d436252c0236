#pragma once

#include <cstdint>
#include <optional>

#include "leap/instant.h"
#include "leap/leap_table.h"
#include "leap/ntp_timestamp.h"
#include "server/clock/time_model.h"

namespace tokimori {

/// All clocks of the host at one instant, as the follower is told them; nanoseconds.
struct HostClocks {
    LocalInstant local;             ///< the counter
    PosixNanoseconds realtime = 0;  ///< CLOCK_REALTIME
    std::int64_t monotonic = 0;     ///< CLOCK_MONOTONIC: slewed like CLOCK_REALTIME, never stepped
    std::int64_t boottime = 0;      ///< CLOCK_BOOTTIME: likewise, and goes on while the host sleeps
    Duration width{};               ///< the instant is uncertain by half of this either way
};

/// How fast CLOCK_REALTIME goes against the counter, in the kernel's units (adjtimex(2)).
struct KernelRate {
    static constexpr std::int64_t kNominalTick = 10'000;
    static constexpr std::int64_t kMostFrequency = std::int64_t{500} * 65'536;

    std::int64_t frequency = 0;        ///< 2^-16 ppm; within ±500 ppm
    std::int64_t tick = kNominalTick;  ///< µs in a hundredth of a second; 9000 … 11000

    friend bool operator==(const KernelRate&, const KernelRate&) = default;
};

/// The nearest the kernel can do; the tick is touched only for what the frequency cannot do. Held within ±10 %.
KernelRate kernel_rate_from(Rate rate);
/// The inverse, to 2^-50.
Rate rate_from(const KernelRate& rate);

/// Where the kernel is with a leap second: the states of RFC 1589, as adjtimex(2) returns them.
enum class KernelLeapState : std::uint8_t {
    kOk,
    kInsert,   ///< it will insert a second at the end of its UTC day
    kDelete,   ///< it will leave one out
    kOops,     ///< the inserted second
    kWait,     ///< done; waits for the flag to be cleared
    kUnknown,  ///< not told while unsynchronised
};

/// What the kernel says of its clock. Errors as it counts them: 500 ppm are added as time passes.
struct KernelClock {
    KernelRate rate;
    bool insert = false;          ///< STA_INS
    bool remove = false;          ///< STA_DEL
    bool unsynchronised = true;   ///< STA_UNSYNC
    bool has_other_loop = false;  ///< the kernel's PLL, its PPS or what is left of an adjtime(3) steers too
    KernelLeapState state = KernelLeapState::kUnknown;
    Duration max_error{};  ///< 16 s: the kernel and timedatectl call it unsynchronised
    Duration estimated_error{};
    int tai_minus_utc = 0;
};

/// What shall be made of it. Everything is set each time; only a step, the TAI offset and the end of other loops happen
/// where they are asked for.
struct KernelAdjustment {
    Duration step{};  ///< added to CLOCK_REALTIME at once; whole microseconds
    KernelRate rate;
    bool unsynchronised = true;
    LeapKind leap = LeapKind::kNone;  ///< what the kernel shall do at the end of its UTC day
    Duration max_error{};
    Duration estimated_error{};
    std::optional<int> tai_minus_utc = std::nullopt;
    bool end_other_loops = false;
};

/// The kernel's limit, beyond which everybody calls the clock unsynchronised.
inline constexpr Duration kUnsynchronisedError = std::chrono::seconds{16};

}  // namespace tokimori
