#pragma once

#include <memory>

#include "refclocks/counter.h"
#include "refclocks/refclock.h"

namespace boost::asio {
class io_context;
}

namespace tokimori {

/// The clock of the host, which nobody vouches for: tells what it shows, at the start and every 16 s. It is never a
/// sample of the time; what it is good for is the clock room's business. Clock thread only.
class LocalRefclock : public Refclock {
public:
    /// All must outlive the object.
    LocalRefclock(boost::asio::io_context& io, Counter& counter, ObservationSink& sink, SourceId source);
    ~LocalRefclock() override;

    void start() override;
    void stop() override;

private:
    class Teller;
    std::shared_ptr<Teller> teller_;
};

}  // namespace tokimori
