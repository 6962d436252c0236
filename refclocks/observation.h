#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "leap/calendar.h"
#include "leap/instant.h"
#include "leap/leap_table.h"
#include "refclocks/satellite.h"
#include "refclocks/server_reply.h"

namespace tokimori {

/// Which configured source an observation comes from. Given by the daemon, stable as long as the source's
/// `name` stays in the configuration.
using SourceId = std::uint16_t;

/// A second began here, but which? One edge of a pulse per second.
struct Pulse {
    SourceId source = 0;
    LocalInstant at;
    Duration uncertainty{};  ///< bound of what averaging cannot remove: stamping, cable, receiver; ≥ 0
};

/// This second, but when exactly? A report that names the time. `heard` is later than `time` by the source's sentence
/// delay, which nobody has to measure: the labeler learns it where pulses come along.
struct Label {
    SourceId source = 0;
    LocalInstant heard;
    UtcTime time;
    Duration uncertainty{};  ///< bound of the stamping of `heard`; the delay is not part of it; ≥ 0
    std::optional<int> gps_minus_utc = std::nullopt;  ///< seconds, where the receiver says it (18 since 2017)
    std::optional<LeapKind> leap_at_month_end =
        std::nullopt;  ///< what the source announces for the end of its UTC month, if anything
};

/// At this moment it was that time: complete in itself, as from a program that shares what it measured at a pulse. What
/// arrives late by a delay that is not known is a `Label`.
struct OffsetSample {
    SourceId source = 0;
    LocalInstant local;
    UtcTime time;                                              ///< with its fraction
    Duration uncertainty{};                                    ///< bound of what averaging cannot remove; ≥ 0
    std::optional<LeapKind> leap_at_month_end = std::nullopt;  ///< as in `Label`
    std::optional<ServerFacts> server = std::nullopt;          ///< where another NTP server says it
};

/// What the clock of this host shows. Nobody vouches for it: it numbers nothing, and has no voice.
struct HostTime {
    SourceId source = 0;
    LocalInstant local;
    UtcTime time;
};

/// Satellites as the receiver sees them. At most one a second, on change.
struct Satellites {
    static constexpr std::size_t kMostListed = 64;

    SourceId source = 0;
    LocalInstant at;
    int visible = 0;
    int used = 0;
    std::vector<Satellite> list = {};  ///< where the driver knows them; each once, at most `kMostListed`
};

/// What a receiver says of its own hardware, where it does. On change only.
struct ReceiverHealth {
    enum class Antenna : std::uint8_t { kUnknown, kOpen, kShort };  ///< unknown: well, or not told

    SourceId source = 0;
    LocalInstant at;
    Antenna antenna = Antenna::kUnknown;
    std::optional<bool> antenna_powered = std::nullopt;
    int jamming = 0;  ///< 0 (none, or not told) … 255 (severe); a change by less than 32 is none
};

/// One minute of long-wave JJY as it was received, whatever came of it; told when it is over. Bits are letters: 0, 1, ?
/// for what could not be read, and - for seconds that are none: before it was listened to, and Morse.
struct JjyHeard {
    SourceId source = 0;
    LocalInstant at;                                   ///< when it was over, about
    UtcSecond minute = {};                             ///< that it is, as counted from those before
    std::string frame = {};                            ///< a letter a second, M for markers: 60, or 61 or 59
    std::optional<bool> hour_parity = std::nullopt;    ///< PA1 is right; absent: it could not be read
    std::optional<bool> minute_parity = std::nullopt;  ///< PA2, likewise
    std::string leap_bits = {};                        ///< LS1, LS2; empty in minutes 15 and 45, which have none
    std::string stop_bits = {};                        ///< ST1 … ST6, which only those have
    std::string_view fault = {};  ///< what is wrong with it as a whole, a word of `jjy_fault_code`; empty: nothing
    int agreeing = 0;             ///< minutes in a row, up to this one, that said what they should
};

/// Another receiver speaks for this source from now on. What was learned of the one before does not hold for it: how
/// late its sentences are, where its pulses lie.
struct ReceiverChange {
    SourceId source = 0;
    LocalInstant at;
};

/// The state of a device in words: absent, busy, forbidden, gone, back. Not the end of anything: the driver retries
/// for ever. Sent on change only.
struct DeviceState {
    SourceId source = 0;
    LocalInstant at;
    bool working = false;
    std::string sentence;  ///< one English sentence for the operator, with the remedy where there is one
};

/// Something a source said that cannot be believed, dropped by the driver.
struct Rejection {
    enum class Reason : std::uint8_t {
        kUnreadable,      ///< not the protocol, wrong checksum, too long
        kNoFix,           ///< the receiver itself does not vouch for it
        kImpossibleDate,  ///< no such date or time
        kClockStepped,    ///< the host's clock was stepped between stamp and reading
        kStale,           ///< old: left over from an earlier run, told twice, or held up on the way
        kOffBeat,         ///< a pulse that does not come whole seconds after the others: doubled, late, noise
        kWrongEdge,       ///< a pulse's trailing edge, where the leading one was configured wrong
    };
    SourceId source = 0;
    LocalInstant at;
    Reason reason = Reason::kUnreadable;
};

/// Seconds that passed without a pulse, told when pulses go on.
struct LostPulses {
    SourceId source = 0;
    LocalInstant at;  ///< of the pulse that ended the gap
    std::int64_t count = 0;
};

/// All that a reference clock can say. May arrive minutes late and out of order.
using Observation = std::variant<Pulse, Label, OffsetSample, Satellites, ReceiverHealth, JjyHeard, ReceiverChange,
                                 DeviceState, Rejection, LostPulses, ServerReply, HostTime>;

}  // namespace tokimori
