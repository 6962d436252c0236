#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace tokimori {

/// The last edge of one direction. `sequence` counts them and wraps; 0: there was none yet.
struct PpsStamp {
    std::uint32_t sequence = 0;
    std::int64_t posix = 0;  ///< CLOCK_REALTIME in the interrupt, nanoseconds

    friend bool operator==(const PpsStamp&, const PpsStamp&) = default;
};

/// What a PPS device holds at a moment.
struct PpsStamps {
    PpsStamp asserted;
    PpsStamp cleared;

    friend bool operator==(const PpsStamps&, const PpsStamps&) = default;
};

/// What came of opening a PPS device: which edges it captures now, and whether it can be waited for.
struct PpsOpened {
    bool asserted = false;
    bool cleared = false;
    bool can_wait = false;
    bool forbidden = false;  ///< an edge is offered, but not captured, and the process may not switch it on
    std::string fault = {};  ///< why it could not be opened, with the remedy; empty where it could
};

/// A source of stamped pulses as RFC 2783 has it, closed when it is destroyed. Used by one thread at a time; tests pass
/// their own.
class PpsDevice {
public:
    virtual ~PpsDevice() = default;

    virtual PpsOpened open() = 0;

    /// The stamps after the next edge, or as they are when `timeout` is over; at once where it is zero or the device
    /// cannot wait. nullopt: the device is gone.
    virtual std::optional<PpsStamps> fetch(std::chrono::milliseconds timeout) = 0;
};

/// The kernel's device `path` (<linux/pps.h>, which is RFC 2783 below its C functions). Both edges are captured as far
/// as the device offers them and the process may ask for them; what others set on it stays.
std::unique_ptr<PpsDevice> make_kernel_pps_device(std::string path);

}  // namespace tokimori
