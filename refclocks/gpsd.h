#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "refclocks/counter.h"
#include "refclocks/device_watch.h"
#include "refclocks/refclock.h"

namespace boost::asio {
class io_context;
}

namespace tokimori {

/// How long a connection to gpsd is waited for. Nobody configures this; tests are less patient.
struct GpsdPatience {
    std::chrono::milliseconds connect{5'000};  ///< for an answer to one address
    DevicePatience device = {};                ///< its pauses and, once connected, its silence are without a report
    std::chrono::milliseconds dead{30'000};    ///< without a byte: the connection is made anew
};

/// Where gpsd is and what to take from it.
struct GpsdSettings {
    std::string host = "localhost";  ///< a name or a numeric address; only other names than "localhost" need a resolver
    std::uint16_t port = 2947;
    std::string device = {};  ///< only reports of this device (path); empty: of one at a time, whichever has the time
    bool pps = false;         ///< also take gpsd's PPS reports as pulses; only of a gpsd on this host
    GpsdPatience patience = {};
};

/// A GPS receiver through gpsd (JSON protocol, gpsd 3.22 and newer): labels, and with `pps` pulses. Connects without
/// blocking, reconnects for ever; it does not matter who is started first. A `host` that is a name other than
/// "localhost" is looked up by Asio's resolver, which runs a thread of its own.
class GpsdRefclock : public Refclock {
public:
    /// `io`, `counter` and `sink` must outlive the object.
    GpsdRefclock(boost::asio::io_context& io, Counter& counter, ObservationSink& sink, SourceId source,
                 GpsdSettings settings);
    ~GpsdRefclock() override;

    void start() override;
    void stop() override;

private:
    class Connection;
    std::shared_ptr<Connection> connection_;
};

}  // namespace tokimori
