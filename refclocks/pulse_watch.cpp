#include "refclocks/pulse_watch.h"

#include "refclocks/stamp_uncertainty.h"

namespace tokimori {

PulseWatch::PulseWatch(RetriedDevice& device, PulseWatchSettings settings)
    : device_{device}, settings_{std::move(settings)} {}

void PulseWatch::restart() {
    judge_.restart();
    edges_seen_ = false;
    remark_.clear();
}

// A device that went away does not always say so: it is opened anew.
void PulseWatch::silent() {
    device_.reopen();
    device_.watch().tell(false, edges_seen_ ? settings_.place +
                                                  " has edges, but not one a second: is it the receiver's pulse "
                                                  "output, and is that set to one pulse a second?"
                                            : settings_.place +
                                                  " is open, but no pulse comes: has the receiver a fix, and is its "
                                                  "pulse output connected?");
}

void PulseWatch::take(const PulseEdge& edge) {
    const PulseJudge::Verdict verdict = judge_.judge(edge);
    edges_seen_ = true;
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
