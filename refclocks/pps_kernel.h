#pragma once

#include <memory>
#include <string>

#include "refclocks/counter.h"
#include "refclocks/device_watch.h"
#include "refclocks/pps_device.h"
#include "refclocks/refclock.h"

namespace boost::asio {
class io_context;
}

namespace tokimori {

/// Which pulses of the kernel to take.
struct KernelPpsSettings {
    std::string device;       ///< "/dev/pps0"
    bool clear_edge = false;  ///< the second begins with the clear edge, not the assert edge
    bool threads = true;      ///< may wait on a thread of its own; else the device is polled
    DevicePatience patience = {};
    std::shared_ptr<PpsDevice> hardware = nullptr;  ///< a test's, for any thread; nullptr: the kernel's `device`
};

/// Pulses that the kernel stamps (RFC 2783, /dev/ppsN). Takes the edges that the device offers; where it offers both, a
/// wrong `clear_edge` is noticed. Waits for edges on a thread of its own, which only hands the stamps over; `stop` does
/// not wait for it: it ends within a quarter of a second, and touches nothing but the device meanwhile.
class KernelPpsRefclock : public Refclock {
public:
    /// `io`, `counter` and `sink` must outlive the object.
    KernelPpsRefclock(boost::asio::io_context& io, Counter& counter, ObservationSink& sink, SourceId source,
                      KernelPpsSettings settings);
    ~KernelPpsRefclock() override;

    void start() override;
    void stop() override;

private:
    class Listener;
    std::shared_ptr<Listener> listener_;
};

}  // namespace tokimori
