#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "leap/instant.h"
#include "tests/sim/crystal.h"

namespace tokimori::bench {

/// What a receiver's pulses look like, and the crystal that stamps them.
struct TraceKind {
    std::string name;
    sim::Oscillator crystal;
    Duration jitter{300};  ///< white, standard deviation
    Duration quantum{20};  ///< of the stamps
};

/// One second of truth, and what was seen of it.
struct TraceSecond {
    LocalInstant begins;  ///< what the counter truly showed when the second began
    LocalInstant stamp;   ///< what the pulse was stamped with
    double known = 0;     ///< counter − TAI in ns since the start that follows from what is no noise
};

/// The seconds of one run; the first begins at TAI `origin`.
struct Trace {
    TraceKind kind;
    TaiInstant origin;
    std::vector<TraceSecond> seconds;

    TaiInstant tai_of(std::size_t second) const { return origin + std::chrono::seconds{second}; }
    /// The counter `part` (0 … 1) of the way into a second. There must be a next one.
    LocalInstant counter_at(std::size_t second, double part) const;
};

Trace make_trace(const TraceKind& kind, std::size_t seconds, std::uint64_t seed);

/// Writes the stamps as text: a line that begins with the crystal's offset in ppm, then per second the error of the
/// counter against TAI at the pulse as stamped, and the true one, both in ns since the start. False where the file
/// cannot be written.
bool write_trace(const Trace& trace, const std::string& path);

}  // namespace tokimori::bench
