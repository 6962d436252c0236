#include "server/daemon/refclock_factory.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "refclocks/gpsd.h"
#include "refclocks/jjy_gpio.h"
#include "refclocks/jjy_serial.h"
#include "refclocks/local.h"
#include "refclocks/nmea.h"
#include "refclocks/pps_gpio.h"
#include "refclocks/pps_kernel.h"
#include "refclocks/shm.h"
#include "refclocks/simulated.h"
#include "refclocks/sock.h"
#include "server/daemon/upstream.h"

namespace tokimori {
namespace {

std::unique_ptr<Refclock> make_gpsd(const RefclockSurroundings& around, SourceId id, const RefclockConfiguration& c) {
    return std::make_unique<GpsdRefclock>(around.io, around.counter, around.sink, id,
                                          GpsdSettings{c.host, c.port, c.device, c.pps});
}

std::unique_ptr<Refclock> make_kernel_pps(const RefclockSurroundings& around, SourceId id,
                                          const RefclockConfiguration& c) {
    KernelPpsSettings settings;
    settings.device = c.device;
    settings.clear_edge = c.edge == LeadingEdge::kDown;
    settings.threads = around.threads;
    return std::make_unique<KernelPpsRefclock>(around.io, around.counter, around.sink, id, std::move(settings));
}

std::unique_ptr<Refclock> make_gpio_pps(const RefclockSurroundings& around, SourceId id,
                                        const RefclockConfiguration& c) {
    GpioPpsSettings settings;
    settings.chip = c.chip;
    settings.line = c.line;
    settings.falling_edge = c.edge == LeadingEdge::kDown;
    return std::make_unique<GpioPpsRefclock>(around.io, around.counter, around.sink, id, std::move(settings));
}

std::unique_ptr<Refclock> make_nmea(const RefclockSurroundings& around, SourceId id, const RefclockConfiguration& c) {
    NmeaSettings settings;
    settings.device = c.device;
    settings.baud = c.baud;
    return std::make_unique<NmeaRefclock>(around.io, around.counter, around.sink, id, std::move(settings));
}

std::unique_ptr<Refclock> make_gpio_jjy(const RefclockSurroundings& around, SourceId id,
                                        const RefclockConfiguration& c) {
    JjyGpioSettings settings;
    settings.chip = c.chip;
    settings.line = c.line;
    settings.station = c.station;
    if (c.polarity != LinePolarity::kAuto) {
        settings.inverted = c.polarity == LinePolarity::kInverted;
    }
    if (c.latitude && c.longitude) {
        settings.site = JjySite{*c.latitude, *c.longitude};
    }
    settings.receiver_delay = c.receiver_delay;
    return std::make_unique<JjyGpioRefclock>(around.io, around.counter, around.sink, id, settings);
}

std::unique_ptr<Refclock> make_serial_jjy(const RefclockSurroundings& around, SourceId id,
                                          const RefclockConfiguration& c) {
    JjySerialSettings settings;
    settings.device = c.device;
    settings.model = c.model;
    return std::make_unique<JjySerialRefclock>(around.io, around.counter, around.sink, id, std::move(settings));
}

std::unique_ptr<Refclock> make_shm(const RefclockSurroundings& around, SourceId id, const RefclockConfiguration& c) {
    ShmSettings settings;
    settings.unit = c.unit;
    settings.late = c.delay ? *c.delay > Duration::zero() : shm_is_late(c.unit);
    return std::make_unique<ShmRefclock>(around.io, around.counter, around.sink, id, settings);
}

std::unique_ptr<Refclock> make_sock(const RefclockSurroundings& around, SourceId id, const RefclockConfiguration& c) {
    SockSettings settings;
    settings.path = c.path;
    settings.late = c.delay.value_or(Duration::zero()) > Duration::zero();
    return std::make_unique<SockRefclock>(around.io, around.counter, around.sink, id, std::move(settings));
}

std::unique_ptr<Refclock> make_simulated(const RefclockSurroundings& around, SourceId id,
                                         const RefclockConfiguration& c) {
    SimulatedSkySettings settings;
    settings.start = c.start;
    settings.jitter = c.jitter;
    settings.frequency_error_ppm = c.frequency_error_ppm;
    settings.leap = c.leap;
    settings.pulses = c.pulses;
    settings.labels = c.labels;
    settings.script = c.script;
    return std::make_unique<SimulatedRefclock>(around.io, around.counter, around.sink, id, std::move(settings));
}

std::unique_ptr<Refclock> make_local(const RefclockSurroundings& around, SourceId id, const RefclockConfiguration&) {
    return std::make_unique<LocalRefclock>(around.io, around.counter, around.sink, id);
}

std::unique_ptr<Refclock> make_upstream(const RefclockSurroundings& around, SourceId id,
                                        const RefclockConfiguration& c) {
    UpstreamSettings settings;
    settings.host = c.host;
    settings.port = c.port;
    settings.key = c.key;
    settings.poll = {c.iburst, static_cast<int>(c.minpoll), static_cast<int>(c.maxpoll)};
    return std::make_unique<Upstream>(around.io, around.counter, around.sink, id, std::move(settings), around.upstream);
}

bool always(const RefclockConfiguration&) {
    return true;
}

bool never(const RefclockConfiguration&) {
    return false;
}

// One row per driver: adding one is a row here and its keys in the settings table.
struct Driver {
    std::string_view name;
    const char* refid;
    Kin kin;
    bool laboratory_only;
    bool (*expects_pulses)(const RefclockConfiguration&);
    std::unique_ptr<Refclock> (*make)(const RefclockSurroundings&, SourceId, const RefclockConfiguration&);
    std::optional<Duration> delay = std::nullopt;  ///< of its labels, where the driver itself allows for it
};

constexpr std::array kDrivers{
    Driver{"gpsd", "GPS", Kin::kSatellites, false, [](const RefclockConfiguration& c) { return c.pps; }, make_gpsd},
    Driver{"pps-kernel", "PPS", Kin::kSatellites, false, always, make_kernel_pps},
    Driver{"pps-gpio", "PPS", Kin::kSatellites, false, always, make_gpio_pps},
    Driver{"nmea", "GPS", Kin::kSatellites, false, never, make_nmea},
    Driver{"shm", "SHM", Kin::kUnknown, false, never, make_shm},
    Driver{"sock", "SOCK", Kin::kUnknown, false, never, make_sock},
    Driver{"jjy-gpio", "JJY", Kin::kLongWave, false, always, make_gpio_jjy, Duration::zero()},
    Driver{"jjy-serial", "JJY", Kin::kLongWave, false, never, make_serial_jjy, Duration::zero()},
    Driver{"local", "LOCL", Kin::kUnknown, false, never, make_local},
    Driver{"upstream", "INIT", Kin::kNetwork, false, never, make_upstream},
    Driver{"simulated", "SIM", Kin::kSatellites, true, [](const RefclockConfiguration& c) { return c.pulses; },
           make_simulated},
};

const Driver& driver_of(const RefclockConfiguration& configuration) {
    return *std::find_if(kDrivers.begin(), kDrivers.end() - 1,
                         [&](const Driver& driver) { return driver.name == configuration.driver; });
}

}  // namespace

std::unique_ptr<Refclock> make_refclock(const RefclockSurroundings& surroundings, SourceId id,
                                        const RefclockConfiguration& configuration) {
    return driver_of(configuration).make(surroundings, id, configuration);
}

SourceSettings source_settings(SourceId id, const RefclockConfiguration& configuration) {
    const Driver& driver = driver_of(configuration);
    SourceSettings settings;
    settings.id = id;
    settings.refid = reference_id(configuration.refid ? configuration.refid->c_str() : driver.refid);
    settings.offset = configuration.offset;
    settings.delay = configuration.delay ? configuration.delay : driver.delay;
    settings.prefer = configuration.prefer;
    settings.noselect = configuration.noselect;
    settings.trust = configuration.trust;
    settings.last_resort = driver.name == "local";
    settings.stratum = static_cast<std::uint8_t>(configuration.stratum.value_or(settings.last_resort ? 10 : 0));
    settings.samples_per_point = static_cast<int>(configuration.filter);
    settings.point_interval = std::chrono::seconds{std::int64_t{1} << configuration.poll};
    // The one JJY receiver that listens to satellites.
    const bool by_satellites = configuration.model == JjyModel::kTristateGpsClock01;
    settings.kin = by_satellites ? Kin::kSatellites : driver.kin;
    settings.laboratory_only = driver.laboratory_only;
    settings.expects_pulses = driver.expects_pulses(configuration);
    return settings;
}

}  // namespace tokimori
