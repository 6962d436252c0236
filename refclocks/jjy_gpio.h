#pragma once

#include <memory>
#include <optional>
#include <string>

#include "refclocks/counter.h"
#include "refclocks/device_watch.h"
#include "refclocks/edge_source.h"
#include "refclocks/jjy_station.h"
#include "refclocks/refclock.h"

namespace boost::asio {
class io_context;
}

namespace tokimori {

/// A long-wave receiver module on a GPIO line.
struct JjyGpioSettings {
    /// Without the time: it counts as not working, and says what is heard. Poor reception comes and goes.
    static constexpr std::chrono::minutes kSilence{3};

    std::string chip;  ///< name, label or path; empty: the first chip that has a line of this name
    std::string line;  ///< name, or number on its chip
    JjyStation station = JjyStation::kAuto;
    std::optional<bool> inverted = std::nullopt;  ///< the line is low while the carrier is strong; absent: found out
    std::optional<JjySite> site = std::nullopt;
    std::optional<Duration> receiver_delay = std::nullopt;  ///< from antenna to line; absent: 60 ± 60 ms
    DevicePatience patience = {.silence = kSilence};
    std::shared_ptr<EdgeSource> hardware = nullptr;  ///< a test's; nullptr: the line `line` of `chip`
};

/// Long-wave JJY: pulses and, a minute late, labels with the leap seconds that the station announces. Its state says
/// which stops the station plans.
class JjyGpioRefclock : public Refclock {
public:
    /// `io`, `counter` and `sink` must outlive the object.
    JjyGpioRefclock(boost::asio::io_context& io, Counter& counter, ObservationSink& sink, SourceId source,
                    const JjyGpioSettings& settings);
    ~JjyGpioRefclock() override;

    void start() override;
    void stop() override;

private:
    class Listener;
    std::unique_ptr<Listener> listener_;
};

}  // namespace tokimori
