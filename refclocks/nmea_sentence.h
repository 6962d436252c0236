#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "leap/calendar.h"
#include "leap/instant.h"
#include "refclocks/observation.h"

namespace tokimori {

/// RMC: date, time, and whether the receiver vouches for them.
struct RmcSentence {
    std::optional<UtcTime> time;  ///< two digits of the year are 1980 … 2079; absent where the receiver knows none
    bool valid = false;           ///< status A, and the mode neither estimated, manual, simulated nor none
};

/// ZDA: date and time with the whole year; sent with and without a fix.
struct ZdaSentence {
    std::optional<UtcTime> time;
};

/// GGA: time of day and quality of the fix.
struct GgaSentence {
    std::optional<Duration> time_of_day;  ///< 0 … 86401 s; an inserted second is counted on from 23:59:59
    bool valid = false;                   ///< a fix that is measured: quality 1 … 5
    int used = 0;                         ///< satellites; receivers may stop counting at 12
};

/// GSA: whether there is a fix.
struct GsaSentence {
    bool valid = false;  ///< two or three dimensions
};

/// GSV: satellites of one system, told again in each sentence of a group.
struct GsvSentence {
    std::string talker;  ///< "GP", "GL"
    int visible = 0;
};

/// What one line said. `monostate`: well-formed, but nothing of ours. A `Rejection::Reason`: not to be believed.
using NmeaSentence =
    std::variant<std::monostate, Rejection::Reason, RmcSentence, ZdaSentence, GgaSentence, GsaSentence, GsvSentence>;

/// Reads one line of NMEA 0183 without its newline; a trailing carriage return does not matter, nor what stands before
/// the last `$` (binary messages have no lines). The checksum is required. Pure; any bytes may come.
NmeaSentence read_nmea(std::string_view line);

}  // namespace tokimori
