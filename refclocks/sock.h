#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "refclocks/counter.h"
#include "refclocks/refclock.h"

namespace boost::asio {
class io_context;
}

namespace tokimori {

/// Where programs send to. Nobody configures the span; tests are less patient.
struct SockSettings {
    std::string path = {};
    bool late = false;                          ///< its samples are taken when a sentence arrives
    std::chrono::milliseconds silence{10'000};  ///< without a datagram: nobody sends
};

/// A program that sends its measurements by chrony's SOCK protocol: `OffsetSample`s (`Label`s where
/// they are late), or pulses. The socket is made at
/// `path`, mode 0660, in place of an old one that nobody listens to, and taken away by `stop`. Any other file there is
/// left alone.
class SockRefclock : public Refclock {
public:
    /// `io`, `counter` and `sink` must outlive the object.
    SockRefclock(boost::asio::io_context& io, Counter& counter, ObservationSink& sink, SourceId source,
                 SockSettings settings);
    ~SockRefclock() override;

    void start() override;
    void stop() override;

private:
    class Listener;
    std::shared_ptr<Listener> listener_;
};

}  // namespace tokimori
