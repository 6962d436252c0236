#pragma once

#include <memory>
#include <string>

#include "refclocks/counter.h"
#include "refclocks/device_watch.h"
#include "refclocks/edge_source.h"
#include "refclocks/refclock.h"

namespace boost::asio {
class io_context;
}

namespace tokimori {

/// Which GPIO line carries the pulses.
struct GpioPpsSettings {
    std::string chip;           ///< name, label or path; empty: the first chip that has a line of this name
    std::string line;           ///< name, or number on its chip
    bool falling_edge = false;  ///< the second begins with the falling edge, not the rising edge
    DevicePatience patience = {};
    std::shared_ptr<EdgeSource> hardware = nullptr;  ///< a test's; nullptr: the line `line` of `chip`
};

/// Pulses on a GPIO line, without a kernel driver for them (libgpiod). Both edges are heard, so that a wrong
/// `falling_edge` is noticed. Stamps are CLOCK_MONOTONIC: steps of the host's clock do not matter. Edges that nobody
/// fetched for two seconds are lost pulses.
class GpioPpsRefclock : public Refclock {
public:
    /// `io`, `counter` and `sink` must outlive the object.
    GpioPpsRefclock(boost::asio::io_context& io, Counter& counter, ObservationSink& sink, SourceId source,
                    const GpioPpsSettings& settings);
    ~GpioPpsRefclock() override;

    void start() override;
    void stop() override;

private:
    class Listener;
    std::unique_ptr<Listener> listener_;
};

}  // namespace tokimori
