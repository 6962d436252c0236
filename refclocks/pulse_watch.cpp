#include "refclocks/pulse_watch.h"

#include <utility>

#include "refclocks/stamp_uncertainty.h"

namespace tokimori {
namespace {

// The end of a pulse comes within this time.
constexpr Duration kPulse = std::chrono::seconds{1};

}  // namespace

PulseWatch::PulseWatch(RetriedDevice& device, PulseWatchSettings settings)
    : device_{device}, settings_{std::move(settings)} {}

void PulseWatch::restart() {
    judge_.restart();
    edges_seen_ = false;
    remark_.clear();
}

void PulseWatch::silent() {
    const bool edges_seen = std::exchange(edges_seen_, false);
    device_.watch().tell(false, edges_seen ? settings_.place +
                                                 " has edges, but not one a second: is it the receiver's pulse "
                                                 "output, and is that set to one pulse a second?"
                                           : settings_.place +
                                                 " is open, but no pulse comes: has the receiver a fix, and is its "
                                                 "pulse output connected?");
}

void PulseWatch::note_edge(LocalInstant at, bool pulse) {
    if (pulse) {
        last_pulse_ = at;
        edges_seen_ = false;
    } else if (!last_pulse_ || at - *last_pulse_ > kPulse) {
        edges_seen_ = true;
    }
}

void PulseWatch::take(const PulseEdge& edge) {
    const PulseJudge::Verdict verdict = judge_.judge(edge);
    note_edge(edge.at, verdict.pulse);
    if (verdict.pulse || judge_.inverted()) {
        device_.heard();
    }
    if (verdict.lost > 0) {
        device_.sink().observe(LostPulses{device_.source(), edge.at, verdict.lost});
    }
    if (verdict.rejection) {
        device_.watch().reject(*verdict.rejection);
    }
    if (judge_.inverted()) {
        device_.watch().tell(false, "the pulses of " + settings_.place + " seem inverted, edge = \"" +
                                        settings_.configured_edge + "\" ends them: set edge = \"" +
                                        settings_.opposite_edge + '"');
    } else if (verdict.pulse) {
        device_.watch().succeeded();
        device_.watch().tell(true, settings_.place + " gives one pulse a second" + remark_);
        device_.sink().observe(
            Pulse{.source = device_.source(), .at = edge.at, .uncertainty = kKernelStampUncertainty});
    }
}

}  // namespace tokimori
