#pragma once

#include <cstdint>
#include <optional>

#include "leap/instant.h"
#include "refclocks/observation.h"

namespace tokimori {

/// One edge of a line that should carry one pulse a second.
struct PulseEdge {
    LocalInstant at;
    bool configured = true;  ///< of the direction that the operator says begins the second; else the opposite one
    std::optional<std::uint32_t> sequence =
        std::nullopt;  ///< the device's count of configured edges, where it keeps one; wraps
};

/// Decides which edges are pulses. A pulse comes a whole number of seconds, within a tenth of one, after the last; the
/// first edge only begins the count, and a beat has nothing between its first edges but bounces. A pulse is shorter
/// than the rest of its second: where the line stays on the far side of the configured edge for more than 55 % of a
/// second, that edge is the trailing one and none of it is believed; a square wave is taken as configured. Where only
/// one edge is seen nothing is known of that. Pure.
class PulseJudge {
public:
    struct Verdict {
        bool pulse = false;
        std::optional<Rejection::Reason> rejection = std::nullopt;  ///< kOffBeat or kWrongEdge
        std::int64_t lost = 0;  ///< seconds without an edge since the last one on the beat, however long that is ago
    };

    /// Edges in their order. Those of the opposite direction are only remembered.
    Verdict judge(const PulseEdge& edge);

    /// True from the third second in a row whose configured edge was the trailing one, until three were not.
    bool inverted() const { return inverted_; }

    /// The device was away, and the beat has to be found anew. The outage counts as lost seconds with the first pulse
    /// after it: all of them, a day as 86,399.
    void restart();

private:
    /// An edge, and what had been seen of the line until then.
    struct Mark {
        LocalInstant at;
        Duration far_side{};         ///< total time on the far side of the configured edge
        std::uint64_t opposite = 0;  ///< edges of the opposite direction
    };
    struct Train {
        Mark last;
        int followed = 0;  ///< edges that came a second after the one before
    };

    Verdict on_beat(const Mark& before, const Mark& edge, std::int64_t unseen);
    Verdict off_beat(const Mark& edge);
    Verdict begin_again(const Mark& edge);
    std::optional<Mark> newcomer_before(const Mark& edge);
    std::int64_t unseen_before(const PulseEdge& edge);
    bool is_leading(const Mark& before, const Mark& edge);
    void note_line(const PulseEdge& edge);

    std::optional<Mark> last_;                ///< the last edge on the beat
    std::optional<LocalInstant> away_since_;  ///< where there is none any more: until when all seconds are counted
    std::optional<Train> newcomer_;           ///< edges off the beat that may become a new one
    std::optional<std::uint32_t> sequence_;
    std::optional<LocalInstant> far_since_;
    Mark line_;
    int wrong_ = 0;  ///< seconds in a row that speak for the opposite edge; 3 at most
    bool inverted_ = false;
};

}  // namespace tokimori
