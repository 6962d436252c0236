#pragma once

#include <memory>

#include "refclocks/counter.h"
#include "refclocks/refclock.h"
#include "refclocks/simulated_sky.h"

namespace boost::asio {
class io_context;
}

namespace tokimori {

/// A receiver without hardware, for demonstrations, rehearsals and tests: reports pulses and labels of a `SimulatedSky`
/// at their instants, like any other driver. What it says is served only where the operator set `lab_mode`.
class SimulatedRefclock : public Refclock {
public:
    /// `io`, `counter` and `sink` must outlive the object.
    SimulatedRefclock(boost::asio::io_context& io, Counter& counter, ObservationSink& sink, SourceId source,
                      SimulatedSkySettings settings);
    ~SimulatedRefclock() override;

    void start() override;
    void stop() override;

private:
    class Player;
    std::shared_ptr<Player> player_;
};

}  // namespace tokimori
