#pragma once

#include <cstdint>
#include <optional>

#include "refclocks/observation.h"
#include "server/clock/reason.h"

namespace tokimori {

/// How the clock is doing. Words of RFC 5905 and of people.
enum class ClockState : std::uint8_t {
    kNeverSynchronised,
    kSynchronised,
    kHoldover,        ///< no source is followed; the clock goes on by itself, within its bound
    kUnsynchronised,  ///< it was, and cannot vouch for the time any more
};

/// What a person may want to know of a source.
struct SourceReport {
    SourceId source = 0;
    Reason reason = Reason::kSilent;
    bool from_pulses = false;
    Duration offset{};  ///< reference − ours, of its line now
    Duration jitter{};
    Duration distance{};                                    ///< root distance; 0 where it shows no line
    std::optional<Duration> sentence_delay = std::nullopt;  ///< as learned
    std::optional<LocalInstant> last_heard = std::nullopt;
    bool week_mended = false;
    std::optional<Satellites> satellites = std::nullopt;
};

}  // namespace tokimori
