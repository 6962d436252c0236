#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <string>

#include "refclocks/counter.h"
#include "refclocks/refclock.h"

namespace boost::asio {
class io_context;
}

namespace tokimori {

/// Which serial port to listen to, and how fast. Nobody configures the span; tests are less patient.
struct NmeaSettings {
    std::string device = {};                    ///< "/dev/ttyAMA0"; a pseudo-terminal will do
    unsigned baud = 9600;                       ///< one of `nmea_bauds`
    std::chrono::milliseconds silence{10'000};  ///< without a sentence: the receiver counts as not working
};

/// The speeds a serial port may have: 4800 … 921600.
std::span<const unsigned> nmea_bauds();

/// A GPS receiver on a serial port that speaks NMEA 0183, without gpsd: labels and satellites. It is only listened to,
/// never told anything; another program may hold the port for the pulses on its DCD line.
class NmeaRefclock : public Refclock {
public:
    /// `io`, `counter` and `sink` must outlive the object.
    NmeaRefclock(boost::asio::io_context& io, Counter& counter, ObservationSink& sink, SourceId source,
                 NmeaSettings settings);
    ~NmeaRefclock() override;

    void start() override;
    void stop() override;

private:
    class Port;
    std::shared_ptr<Port> port_;
};

}  // namespace tokimori
