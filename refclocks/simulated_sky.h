#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <string_view>
#include <vector>

#include "leap/leap_table.h"
#include "refclocks/observation.h"

namespace tokimori {

/// Something that goes wrong in a simulated sky, from `begin` after launch on.
struct SkyFault {
    enum class Kind : std::uint8_t {
        kNoPulses,     ///< edges are lost, labels go on
        kNoLabels,     ///< labels are lost, edges go on
        kSilence,      ///< nothing at all
        kWrongSecond,  ///< labels are `amount` seconds off
        kWrongWeek,    ///< labels are `amount` weeks off
        kWrongEdge,    ///< edges come `amount` milliseconds late, as from the wrong end of the pulse
    };
    Kind kind = Kind::kSilence;
    Duration begin{};
    Duration length{};
    std::int64_t amount = 0;

    friend bool operator==(const SkyFault&, const SkyFault&) = default;
};

/// Reads one line of a script: `60s no-pulses for 10s`, `2m wrong-second +1 for 30s`, `90s wrong-week -1024 for 1h`,
/// `10s wrong-edge 100 for 1m`. Numbers are whole; units s, m, h. nullopt if it does not read so.
std::optional<SkyFault> parse_sky_fault(std::string_view line);

/// Reads a whole script: such lines, separated by semicolons. An empty script is one without faults.
std::optional<std::vector<SkyFault>> parse_sky_script(std::string_view text);

/// What a simulated sky is made of.
struct SimulatedSkySettings {
    std::optional<UtcTime> start;     ///< UTC shown at launch; absent: the host's clock
    Duration jitter{300};             ///< standard deviation of each edge
    double frequency_error_ppm = 0;   ///< of the host counter, as this sky sees it: positive runs fast
    LeapKind leap = LeapKind::kNone;  ///< announced, and carried out, at the end of the UTC month of the launch
    bool pulses = true;
    bool labels = true;
    std::vector<SkyFault> script;
};

/// A sky that emits what hardware would: edges and sentences, each at its instant. Pure: it is told what the counter
/// and the host's clock show, and says what will be heard next. Repeatable: the same calls give the same noise.
class SimulatedSky {
public:
    /// The counter, and the POSIX nanoseconds that the host's clock shows at that instant.
    struct HostDate {
        LocalInstant local;
        std::int64_t posix = 0;
    };

    SimulatedSky(SimulatedSkySettings settings, SourceId source, HostDate launch);

    /// An observation and when it is heard.
    struct Event {
        LocalInstant due;
        Observation observation;
    };

    /// A second: when it begins, and what is heard of it in order of `due`; nothing where a fault swallowed it.
    struct Second {
        LocalInstant edge;
        std::vector<Event> events;
    };

    /// The first second that begins after `now` and after the last one told.
    Second next_second(HostDate now);

private:
    TaiInstant begin_next_second(HostDate now);
    TaiInstant host_tai(std::int64_t posix) const;
    LocalInstant local_of(TaiInstant tai, HostDate now) const;
    TaiInstant tai_of(HostDate now) const;
    const SkyFault* active(SkyFault::Kind kind, TaiInstant tai) const;
    Label label_of(TaiInstant second, LocalInstant heard) const;
    Duration noise(Duration deviation);

    SimulatedSkySettings settings_;
    SourceId source_;
    LeapTable table_;
    UtcDay leap_day_;
    HostDate launch_;
    TaiInstant launch_tai_;
    TaiInstant last_second_ = TaiInstant::min();
    std::mt19937_64 random_{20260101};
};

}  // namespace tokimori
