#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "refclocks/counter.h"
#include "refclocks/device_timer.h"
#include "refclocks/device_watch.h"
#include "refclocks/refclock.h"

namespace boost::asio {
class io_context;
}
namespace boost::system {
class error_code;
}

namespace tokimori {

/// What all drivers of devices have in common: the device is opened again for ever, what was begun in one opening does
/// nothing in the next, and nothing is observed after `stop`. A device is a class of this one, always held by a
/// shared_ptr, which its handlers keep alive. Clock thread only.
class RetriedDevice : public std::enable_shared_from_this<RetriedDevice> {
public:
    using Error = boost::system::error_code;

    /// `io`, `counter` and `sink` must outlive the time between `start` and `stop`.
    RetriedDevice(boost::asio::io_context& io, Counter& counter, ObservationSink& sink, SourceId source,
                  DevicePatience patience = {});
    RetriedDevice(const RetriedDevice&) = delete;
    RetriedDevice& operator=(const RetriedDevice&) = delete;
    virtual ~RetriedDevice() = default;

    /// Opens the device, at once and whenever it is lost.
    void start();
    /// Closes it. Nothing is observed any more.
    void stop();

    /// Opens it anew at once.
    void reopen();
    /// It is gone, or cannot be used: says why, and opens it again after a pause.
    void lose(const std::string& sentence);
    /// Something of use was heard; from now on it may be silent for as long as its patience says.
    void heard();

    /// Its state and what is dropped.
    DeviceWatch& watch() { return watch_; }
    /// Where everything else goes.
    ObservationSink& sink() { return gate_; }
    Counter& counter() { return counter_; }
    SourceId source() const { return source_; }

protected:
    /// Opens the device and begins to listen to it. nullopt where that worked, else the sentence why not.
    virtual std::optional<std::string> open_device() = 0;
    /// Ends all that `open_device` began, or tried to begin.
    virtual void close_device() = 0;
    /// Nothing of use was heard for long; told again and again.
    virtual void silent() = 0;

    /// Tells one opening from the next. What was begun in one that is not under way any more does nothing.
    std::uint64_t opening() const { return opening_; }
    bool is_under_way(std::uint64_t opening) const { return running_ && opening == opening_; }

    /// A handler for Asio: `step(error, results…)`, if this opening is still under way then and nobody cancelled it.
    template <typename Self, typename... Results>
    auto in_this_opening(void (Self::*step)(const Error&, Results...)) {
        return [self = std::static_pointer_cast<Self>(shared_from_this()), step, opening = opening_](
                   const Error& error, const auto&... results) {
            if (self->is_under_way(opening) && !was_cancelled(error)) {
                ((*self).*step)(error, results...);
            }
        };
    }

    /// Calls `step` after `span`, unless `timer` is set anew or the device is closed before.
    template <typename Self>
    void after(DeviceTimer& timer, Duration span, void (Self::*step)()) {
        timer.set(span, [self = std::static_pointer_cast<Self>(shared_from_this()), step, opening = opening_] {
            if (self->is_under_way(opening)) {
                ((*self).*step)();
            }
        });
    }

private:
    /// Lets observations through while the device is running.
    struct Gate : ObservationSink {
        explicit Gate(ObservationSink& where) : sink{where} {}
        void observe(const Observation& observation) override;

        ObservationSink& sink;
        bool open = false;
    };

    static bool was_cancelled(const Error& error);

    void open();
    void close();
    void fall_silent();
    void open_after(Duration pause);

    Counter& counter_;
    const SourceId source_;
    const DevicePatience patience_;
    Gate gate_;
    DeviceWatch watch_;
    DeviceTimer pause_;
    DeviceTimer silence_;
    std::uint64_t opening_ = 0;
    bool running_ = false;
};

}  // namespace tokimori
