#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "refclocks/counter.h"
#include "refclocks/device_watch.h"
#include "refclocks/jjy_serial_model.h"
#include "refclocks/refclock.h"

namespace boost::asio {
class io_context;
}

namespace tokimori {

/// A receiver on a serial port. Nobody configures the spans; tests are less patient.
struct JjySerialSettings {
    std::string device;  ///< "/dev/ttyUSB0"; a pseudo-terminal will do
    JjyModel model = JjyModel::kTristateJjy01;
    std::chrono::milliseconds poll{16'000};  ///< from question to question, of models that are asked
    DevicePatience patience = {.silence = std::chrono::seconds{60}};
};

/// A receiver of JJY, or of GPS, that tells JST over a serial line: labels. None of them announces leap seconds.
class JjySerialRefclock : public Refclock {
public:
    /// `io`, `counter` and `sink` must outlive the object.
    JjySerialRefclock(boost::asio::io_context& io, Counter& counter, ObservationSink& sink, SourceId source,
                      JjySerialSettings settings);
    ~JjySerialRefclock() override;

    void start() override;
    void stop() override;

private:
    class Port;
    std::shared_ptr<Port> port_;
};

}  // namespace tokimori
