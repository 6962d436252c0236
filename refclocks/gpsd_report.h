#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "leap/calendar.h"
#include "leap/instant.h"
#include "refclocks/gps_leap.h"
#include "refclocks/observation.h"

namespace tokimori {

/// TPV: what the receiver says of time and fix. `device` is the path as gpsd prints it, empty where it names none; so
/// in all reports.
struct FixReport {
    std::string device;
    std::optional<UtcTime> time;  ///< 23:59:60 keeps its name where gpsd prints it
    int mode = 0;                 ///< 0 unknown, 1 no fix, 2 and 3 a fix
    int status = 0;               ///< 7 time only (surveyed in), 8 simulated; 0 where gpsd does not tell
    std::optional<int> gps_minus_utc = std::nullopt;
    std::optional<std::int64_t> antenna = std::nullopt;        ///< gpsd 3.26 and newer: 2 open, 3 short-circuited
    std::optional<std::int64_t> antenna_power = std::nullopt;  ///< gpsd 3.27 and newer: 1 off, 2 on
    std::optional<std::int64_t> jamming = std::nullopt;        ///< gpsd 3.26 and newer: 1 … 255
};

/// TOFF: the host's clock when the first data of a second arrived.
struct TimeOffsetReport {
    std::string device;
    UtcTime real;            ///< counted in POSIX seconds by gpsd: an inserted second goes by the name of the next one
    std::int64_t clock = 0;  ///< CLOCK_REALTIME of gpsd's host, POSIX nanoseconds
};

/// PPS: the host's clock at an edge.
struct PulseReport {
    std::string device;
    UtcTime real;
    std::int64_t clock = 0;                               ///< as in `TimeOffsetReport`
    Duration uncertainty{};                               ///< from gpsd's `precision`: 1 µs serial, 1 ms USB
    std::optional<std::int64_t> sawtooth = std::nullopt;  ///< `qErr`, ps: by how much the receiver missed the second
};

/// SKY with its satellites. A SKY that brings dilutions alone is no report.
struct SkyReport {
    std::string device;
    std::optional<UtcTime> time;
    int visible = 0;
    int used = 0;
    std::vector<Satellite> list = {};  ///< each once, at most `Satellites::kMostListed`, those in use first
};

/// SUBFRAME with what GPS broadcasts of leap seconds. Any other SUBFRAME is no report.
struct LeapReport {
    std::string device;
    GpsLeapPage page;
};

/// DEVICE and DEVICES: gpsd took a receiver or lost it; without a path and not present: gpsd has none at all.
struct DeviceReport {
    std::string device;
    bool present = false;
};

/// VERSION: gpsd's greeting.
struct VersionReport {
    std::string release;
};

/// What one line of gpsd said. `monostate`: well-formed, but nothing of ours. A `Rejection::Reason`: not to be
/// believed.
using GpsdReport = std::variant<std::monostate, Rejection::Reason, FixReport, TimeOffsetReport, PulseReport, SkyReport,
                                LeapReport, DeviceReport, VersionReport>;

/// Reads the lines of gpsd's JSON protocol (gpsd 3.22 and newer, protocol 3). Pure; any bytes may come. Not
/// thread-safe: it holds the large scratch area of libgps.
class GpsdReportReader {
public:
    GpsdReportReader();
    ~GpsdReportReader();

    /// One line without its newline; a trailing carriage return does not matter.
    GpsdReport read(std::string_view line);

private:
    struct Scratch;
    GpsdReport read_fix(std::string_view line);
    GpsdReport read_sky(std::string_view line);
    template <typename Report>
    GpsdReport read_stamps(std::string_view line, std::uint64_t expected);
    void unpack(std::string_view line);

    std::unique_ptr<Scratch> scratch_;
};

}  // namespace tokimori
