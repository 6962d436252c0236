#pragma once

#include <map>
#include <optional>
#include <string>

#include "refclocks/counter.h"
#include "refclocks/device_watch.h"
#include "refclocks/gpsd_report.h"
#include "refclocks/refclock.h"

namespace tokimori {

/// Joins what gpsd says of one second, in several lines and once or more, into one label; passes pulses and satellites
/// on. Whether a date is plausible, and whether several agree, is judged elsewhere. No I/O of its own.
class GpsdReceiver {
public:
    /// `counter`, `watch` and `sink` must outlive the object.
    GpsdReceiver(Counter& counter, DeviceWatch& watch, ObservationSink& sink, SourceId source, bool pps);

    /// gpsd's stamps are of this host's clock (true), or of another host's and mean nothing here (false; the default).
    void set_local(bool local) { local_ = local; }

    /// One report, just arrived.
    void take(const FixReport& report);
    void take(const TimeOffsetReport& report);
    void take(const PulseReport& report);
    void take(const SkyReport& report);

private:
    /// When a second was first named.
    struct Hearing {
        UtcTime time;
        LocalInstant at;
    };
    struct Device {
        std::optional<Hearing> offset;      // by a TOFF
        std::optional<Hearing> sky;         // by a SKY
        std::optional<FixReport> last;      // what the last label was made of
        std::optional<Satellites> current;  // the SKY reports of this second together
        std::optional<Satellites> sent;
    };

    static void hear_sky(const SkyReport& report, LocalInstant now, Device& device);
    Device* device(const std::string& path);
    bool vouched(const FixReport& report, const Device& device) const;
    bool sees_satellites(const Device& device) const;
    std::optional<Label> label(const FixReport& report, Device& device) const;
    void publish(Device& device);

    Counter& counter_;
    DeviceWatch& watch_;
    ObservationSink& sink_;
    SourceId source_;
    bool pps_;
    bool local_ = false;
    std::map<std::string, Device> devices_;
    std::optional<UtcTime> last_pulse_;
};

}  // namespace tokimori
