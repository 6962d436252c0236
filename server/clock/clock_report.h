#pragma once

#include <cstdint>
#include <optional>

#include "refclocks/observation.h"
#include "server/clock/reason.h"
#include "server/clock/server_state.h"

namespace tokimori {

/// How the clock is doing. Words of RFC 5905 and of people.
enum class ClockState : std::uint8_t {
    kNeverSynchronised,
    kSynchronised,
    kHoldover,        ///< no source is followed; the clock goes on by itself, within its bound
    kUnsynchronised,  ///< it was, and cannot vouch for the time any more
    kLocal,           ///< nobody vouches for the time: the free counter is served as a last resort
};

/// What a person may want to know of a source.
struct SourceReport {
    SourceId source = 0;
    Reason reason = Reason::kSilent;
    ReferenceId refid{};
    std::uint8_t stratum = 0;  ///< of the source itself
    bool from_pulses = false;
    std::uint8_t reach = 0;            ///< RFC 5905: one bit for each of the last eight polls, the newest is the lowest
    Duration poll{};                   ///< how often it reports, as seen; 0 before that is known
    Duration offset{};                 ///< reference − ours, of its line now
    Duration jitter{};                 ///< standard deviation of its samples about its line
    Duration distance{};               ///< root distance; 0 where it shows no line
    Duration delay{};                  ///< round trip to it; 0 for hardware
    Duration deviation{};              ///< standard deviation of `offset`
    double frequency_ppm = 0.0;        ///< of our clock against it: positive where its line runs faster than ours
    double frequency_bound_ppm = 0.0;  ///< chrony's skew: `frequency_ppm` is known to within this
    std::size_t samples = 0;           ///< that its line is drawn through
    Duration span{};                   ///< from the oldest of them to the newest
    std::uint64_t accepted = 0;        ///< samples since it was configured
    std::uint64_t rejected = 0;        ///< reports that its driver or we did not believe
    std::uint64_t lost_pulses = 0;     ///< seconds without a pulse between others
    std::optional<Duration> last_offset = std::nullopt;  ///< of its newest sample alone, when that was taken
    std::optional<LocalInstant> last_sample = std::nullopt;
    std::optional<Duration> sentence_delay = std::nullopt;  ///< as learned
    std::optional<LocalInstant> last_heard = std::nullopt;
    bool week_mended = false;
    std::optional<Satellites> satellites = std::nullopt;
    std::optional<ReceiverHealth> health = std::nullopt;  ///< where the receiver says something of it
    std::optional<JjyHeard> jjy = std::nullopt;           ///< the last minute, where the source decodes long wave
    std::optional<ServerFacts> server = std::nullopt;     ///< what another server said of itself with its newest sample
};

/// What a person may want to know of the clock itself.
struct ClockReport {
    ClockState state = ClockState::kNeverSynchronised;
    std::optional<SourceId> selected = std::nullopt;  ///< the source that is followed
    bool by_pulses = false;                           ///< it is followed by its pulses
    ServerState server;                               ///< what is served
    bool was_right = false;                           ///< our own line was once; offsets of sources are from that
    std::optional<LocalInstant> last_update = std::nullopt;
    Duration offset{};                 ///< reference − ours at the last update
    Duration jitter{};                 ///< RMS of the offsets of late updates
    double frequency_ppm = 0.0;        ///< of TAI against the counter
    double frequency_bound_ppm = 0.0;  ///< `frequency_ppm` is known to within this
    double wander_ppm = 0.0;           ///< between which limits the frequency moved within the last day
    unsigned revocations = 0;          ///< how often what was served before turned out not to be relied on
    bool disputed = false;             ///< sources contradict each other; the clock goes on by itself
};

}  // namespace tokimori
