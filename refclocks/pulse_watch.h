#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "refclocks/counter.h"
#include "refclocks/device_watch.h"
#include "refclocks/pulse_judge.h"
#include "refclocks/refclock.h"

namespace boost::asio {
class io_context;
}

namespace tokimori {

/// How long a pulse device is waited for. Nobody configures this; tests are less patient.
struct PulsePatience {
    std::chrono::milliseconds first_pause{500};       ///< after the device was lost or could not be opened; doubles …
    std::chrono::milliseconds longest_pause{10'000};  ///< … up to here, until a pulse comes
    std::chrono::milliseconds silence{10'000};        ///< without a pulse: not working, and opened anew
};

/// What a pulse device is called in sentences, and how it is waited for.
struct PulseWatchSettings {
    std::string place;            ///< "/dev/pps0"
    std::string configured_edge;  ///< the word in the configuration: "assert"
    std::string opposite_edge;    ///< "clear"
    PulsePatience patience = {};
};

/// What every pulse device has in common: it is opened again for ever, its edges are judged and reported, its state
/// goes into sentences. A device is a class of this one, always held by a shared_ptr. Clock thread only.
class PulseWatch : public std::enable_shared_from_this<PulseWatch> {
public:
    /// `io`, `counter` and `sink` must outlive the time between `start` and `stop`.
    PulseWatch(boost::asio::io_context& io, Counter& counter, ObservationSink& sink, SourceId source,
               PulseWatchSettings settings);
    PulseWatch(const PulseWatch&) = delete;
    PulseWatch& operator=(const PulseWatch&) = delete;
    virtual ~PulseWatch();

    void start();
    /// Nothing is observed any more, and the device is closed.
    void stop();

protected:
    /// Opens the device and begins to listen to it. nullopt where that worked, else the sentence why not.
    virtual std::optional<std::string> open_device() = 0;
    /// Ends all that `open_device` began, or tried to begin.
    virtual void close_device() = 0;

    /// Said of a working device in addition; kept until the next.
    void remark(std::string text) { remark_ = std::move(text); }
    void take(const PulseEdge& edge);
    void reject(Rejection::Reason reason);
    /// The device is gone.
    void lose(const std::string& sentence);

    /// Tells one opening of the device from the next. A handler that was begun in an opening that is not under way any
    /// more does nothing.
    std::uint64_t opening() const { return opening_; }
    bool is_under_way(std::uint64_t opening) const { return running_ && opening == opening_; }
    Counter& counter() { return counter_; }

private:
    struct Timers;
    using Action = void (PulseWatch::*)();

    void begin();
    void abandon();
    void await_pulse();
    void silent();
    void state(bool working, const std::string& sentence);
    void report(const Observation& observation);

    Counter& counter_;
    ObservationSink& sink_;
    const SourceId source_;
    const PulseWatchSettings settings_;
    const std::unique_ptr<Timers> timers_;
    PulseJudge judge_;
    std::string remark_;
    DeviceWatch device_;
    std::chrono::milliseconds pause_;
    std::uint64_t opening_ = 0;
    bool edges_seen_ = false;  // since it was opened
    bool running_ = false;
};

}  // namespace tokimori
