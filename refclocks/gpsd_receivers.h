#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "refclocks/counter.h"
#include "refclocks/device_watch.h"
#include "refclocks/gpsd_receiver.h"
#include "refclocks/gpsd_report.h"
#include "refclocks/receiver_choice.h"
#include "refclocks/refclock.h"
#include "refclocks/sawtooth_correction.h"

namespace tokimori {

/// The receivers behind one gpsd. One is followed: what it says is passed on, what the others say is not. Pulses are
/// taken from it, or, where it gives none, from a device that gives nothing else; from one device at a time. No I/O of
/// its own.
class GpsdReceivers {
public:
    /// `counter`, `watch` and `sink` must outlive the object. `pps`: pulses are wanted.
    GpsdReceivers(Counter& counter, DeviceWatch& watch, ObservationSink& sink, SourceId source, bool pps);
    GpsdReceivers(const GpsdReceivers&) = delete;
    GpsdReceivers& operator=(const GpsdReceivers&) = delete;

    /// gpsd's stamps are of this host's clock (true), or of another host's and mean nothing here (false; the default).
    void set_local(bool local) { local_ = local; }
    /// What sentences call gpsd: "gpsd 3.22 at localhost:2947".
    void set_name(std::string name) { name_ = std::move(name); }

    /// One report, just arrived.
    void take(const FixReport& report);
    void take(const TimeOffsetReport& report);
    void take(const SkyReport& report);
    void take(const LeapReport& report);
    void take(const PulseReport& report);

    /// gpsd lost a device. True where that is the one that is followed, or none is.
    bool lose(const std::string& device);

private:
    /// What a receiver says comes here first.
    struct Voice : ObservationSink {
        Voice(GpsdReceivers& to, std::string from) : receivers{to}, device{std::move(from)} {}
        void observe(const Observation& observation) override { receivers.hear(device, observation); }

        GpsdReceivers& receivers;
        std::string device;
    };
    struct Device {
        Device(GpsdReceivers& receivers, const std::string& path);

        Voice voice;
        GpsdReceiver receiver;
        LocalInstant since;           // when it was first heard
        LocalInstant heard;           // when it was last heard
        bool tells_the_time = false;  // not of pulses alone
    };

    template <typename Report>
    void pass(const Report& report);
    Device* device(const std::string& path);
    void hear(const std::string& device, const Observation& observation);
    void follow(const ReceiverChoice::Change& change);
    bool may_give_pulses(const std::string& device) const;
    bool gives_the_pulses(const std::string& device);
    void tell_antenna(const ReceiverHealth& health);
    void tell_sawtooth(const std::string& device);
    void tell(const std::string& news);

    Counter& counter_;
    DeviceWatch& watch_;
    ObservationSink& sink_;
    SourceId source_;
    bool pps_;
    bool local_ = false;
    std::string name_ = "gpsd";
    std::map<std::string, Device> devices_;
    ReceiverChoice choice_;
    std::optional<std::string> pulse_device_;
    LocalInstant last_pulse_at_;
    std::optional<UtcTime> last_pulse_;
    SawtoothCorrection sawtooth_;
    ReceiverHealth::Antenna antenna_ = ReceiverHealth::Antenna::kUnknown;
};

}  // namespace tokimori
