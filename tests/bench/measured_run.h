#pragma once

#include <vector>

#include "server/clock/timekeeper.h"
#include "tests/bench/trace.h"

namespace tokimori::bench {

/// What was served half a second after a pulse.
struct Served {
    double error = 0;    ///< served − true, ns
    double bound = 0;    ///< root distance, ns
    double optimal = 0;  ///< error of the best filter that is told the weather; as `error`
    double untold = 0;   ///< error of the best filter that sees the stamps alone
    bool serving = false;
    ClockState state = ClockState::kNeverSynchronised;
};

/// Lets the clock room and two Kalman filters hear the pulses of a trace, numbered by sentences 140 ms later, until
/// `pulses_end`; from then on they go on by themselves. One element per second but the last of the trace.
std::vector<Served> run_on(const Trace& trace, std::size_t pulses_end);

/// What a stretch of a run came to.
struct Figures {
    double rms = 0;
    double optimal_rms = 0;
    double untold_rms = 0;
    double worst = 0;
    double bound_over_error = 0;  ///< median
    std::size_t not_served = 0;
    std::size_t broken_promises = 0;  ///< seconds whose error is outside the bound, while served
};
Figures figures_of(const std::vector<Served>& run, std::size_t from, std::size_t to);

/// The first second from which the error stays within `limit` for a minute; the length of the run if there is none.
std::size_t settled_at(const std::vector<Served>& run, double limit, std::size_t from);

}  // namespace tokimori::bench
