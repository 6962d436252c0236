#pragma once

#include "refclocks/observation.h"

namespace tokimori {

/// Where reference clocks report to. Called on the clock thread only; must return at once and must not throw.
class ObservationSink {
public:
    virtual ~ObservationSink() = default;
    virtual void observe(const Observation& observation) = 0;
};

/// One piece of time hardware, or the program that stands for it. A driver knows its device and nothing else: no
/// stratum, no discipline, no log. Whatever the device does (absent, busy, unplugged, babbling) becomes an observation;
/// the driver tries again for ever. Everything runs on the clock thread.
class Refclock {
public:
    virtual ~Refclock() = default;

    /// Begins to listen. Never blocks, never throws for a device's sake.
    virtual void start() = 0;

    /// What it said last is contested. Who asks for the time may ask again sooner than usual.
    virtual void ask_soon() {}

    /// Ends all activity; no observation comes after it returned.
    virtual void stop() = 0;
};

}  // namespace tokimori
