#include "server/daemon/refclock_factory.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "refclocks/gpsd.h"
#include "refclocks/simulated.h"

namespace tokimori {
namespace {

std::unique_ptr<Refclock> make_gpsd(const RefclockSurroundings& around, SourceId id, const RefclockConfiguration& c) {
    return std::make_unique<GpsdRefclock>(around.io, around.counter, around.sink, id,
                                          GpsdSettings{c.host, c.port, c.device, c.pps});
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

// One row per driver: adding one is a row here and its keys in the settings table.
struct Driver {
    std::string_view name;
    const char* refid;
    bool laboratory_only;
    bool (*expects_pulses)(const RefclockConfiguration&);
    std::unique_ptr<Refclock> (*make)(const RefclockSurroundings&, SourceId, const RefclockConfiguration&);
};

constexpr std::array kDrivers{
    Driver{"gpsd", "GPS", false, [](const RefclockConfiguration& c) { return c.pps; }, make_gpsd},
    Driver{"simulated", "SIM", true, [](const RefclockConfiguration& c) { return c.pulses; }, make_simulated},
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
    settings.delay = configuration.delay;
    settings.prefer = configuration.prefer;
    settings.noselect = configuration.noselect;
    settings.trust = configuration.trust;
    settings.stratum = static_cast<std::uint8_t>(configuration.stratum);
    settings.laboratory_only = driver.laboratory_only;
    settings.expects_pulses = driver.expects_pulses(configuration);
    return settings;
}

}  // namespace tokimori
