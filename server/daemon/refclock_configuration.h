#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "leap/calendar.h"
#include "leap/instant.h"
#include "leap/leap_table.h"
#include "refclocks/jjy_serial_model.h"
#include "refclocks/jjy_station.h"
#include "refclocks/simulated_sky.h"

namespace tokimori {

/// Which edge of a pulse begins the second: "assert" and "rising", or "clear" and "falling".
enum class LeadingEdge : std::uint8_t { kUp, kDown };

/// Whether a line is high (normal) or low while its signal is on.
enum class LinePolarity : std::uint8_t { kAuto, kNormal, kInverted };

/// One `[[refclock]]`, or one `[[upstream]]`, whose driver is "upstream". Keys of drivers other than `driver` are
/// absent.
struct RefclockConfiguration {
    std::string driver;  ///< "gpsd", "pps-kernel", … as in the table of settings
    std::string name;    ///< unique; the identity of the source through a reload
    std::optional<std::string> refid;
    Duration offset{};              ///< added to the reference
    std::optional<Duration> delay;  ///< the sentence delay, where the operator knows it; else learned
    bool prefer = false;
    bool noselect = false;
    bool trust = false;
    unsigned poll = 0;                ///< log2 of the least seconds between points of its line, 0 … 10
    unsigned filter = 1;              ///< how many samples make a point, 1 … 64
    std::optional<unsigned> stratum;  ///< of the source itself, 0 … 14; absent: 10 for local, 0 for all others
    std::string device;  ///< gpsd: only this one, empty: any; pps-kernel, nmea, jjy-serial: the file of the device
    // gpsd, upstream
    std::string host = "localhost";
    std::uint16_t port = 2947;  ///< of an upstream server 123
    bool pps = false;
    // pps-kernel, pps-gpio, jjy-gpio
    LeadingEdge edge = LeadingEdge::kUp;
    std::string chip;  ///< empty: the first that has a line of that name
    std::string line;  ///< name or number
    // nmea
    unsigned baud = 9600;
    // jjy-gpio
    JjyStation station = JjyStation::kAuto;
    LinePolarity polarity = LinePolarity::kAuto;
    std::optional<double> latitude;  ///< degrees
    std::optional<double> longitude;
    std::optional<Duration> receiver_delay;
    // jjy-serial
    JjyModel model = JjyModel::kTristateJjy01;
    // shm
    unsigned unit = 0;
    // sock
    std::string path;
    // upstream
    bool iburst = true;
    unsigned minpoll = 8;   ///< log2 s, 3 … 12
    unsigned maxpoll = 10;  ///< likewise, not below `minpoll`
    std::uint32_t key = 0;  ///< 0: none
    // simulated
    std::optional<UtcTime> start;  ///< absent: the host's clock
    Duration jitter{300};
    double frequency_error_ppm = 0.0;
    LeapKind leap = LeapKind::kNone;
    bool pulses = true;            ///< emit pulses
    bool labels = true;            ///< emit labels
    std::vector<SkyFault> script;  ///< what goes wrong, and when

    friend bool operator==(const RefclockConfiguration&, const RefclockConfiguration&) = default;
};

}  // namespace tokimori
