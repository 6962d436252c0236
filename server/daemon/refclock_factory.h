#pragma once

#include <memory>

#include "refclocks/counter.h"
#include "refclocks/refclock.h"
#include "server/clock/source_track.h"
#include "server/daemon/configuration.h"
#include "server/daemon/upstream.h"

namespace boost::asio {
class io_context;
}

namespace tokimori {

/// What a driver needs of its surroundings; all must outlive it.
struct RefclockSurroundings {
    boost::asio::io_context& io;
    Counter& counter;
    ObservationSink& sink;
    const UpstreamCommons& upstream;
    bool threads = true;  ///< a driver may have a thread of its own
};

/// The driver that `configuration` names, not yet started. The name must be one of the settings table's.
std::unique_ptr<Refclock> make_refclock(const RefclockSurroundings& surroundings, SourceId id,
                                        const RefclockConfiguration& configuration);

/// What the clock room must know of the same source.
SourceSettings source_settings(SourceId id, const RefclockConfiguration& configuration);

}  // namespace tokimori
