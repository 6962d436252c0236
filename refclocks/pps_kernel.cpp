#include "refclocks/pps_kernel.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <stop_token>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "refclocks/pulse_poll.h"
#include "refclocks/pulse_watch.h"

namespace tokimori {
namespace {

// How long an end of the thread may take, and how old an edge may become that came between two waits.
constexpr std::chrono::milliseconds kWait{250};

PulseWatchSettings watch_settings(const KernelPpsSettings& settings) {
    PulseWatchSettings watch{settings.device, "assert", "clear"};
    if (settings.clear_edge) {
        std::swap(watch.configured_edge, watch.opposite_edge);
    }
    return watch;
}

}  // namespace

class KernelPpsRefclock::Listener : public RetriedDevice {
public:
    Listener(boost::asio::io_context& io, Counter& counter, ObservationSink& sink, SourceId source,
             KernelPpsSettings settings)
        : RetriedDevice{io, counter, sink, source, settings.patience},
          pulses_{*this, watch_settings(settings)},
          io_{io},
          settings_{std::move(settings)},
          device_{settings_.hardware ? settings_.hardware : make_kernel_pps_device(settings_.device)},
          poll_timer_{io} {}

private:
    std::optional<std::string> open_device() override {
        pulses_.restart();
        const PpsOpened opened = device_->open();
        if (!opened.fault.empty()) {
            return opened.fault;
        }
        if (!(settings_.clear_edge ? opened.cleared : opened.asserted)) {
            return missing_edge(opened);
        }
        const std::optional<PpsStamps> before = device_->fetch(std::chrono::milliseconds{0});
        if (!before) {
            return gone();
        }
        seen_ = *before;
        if (!opened.asserted || !opened.cleared) {
            pulses_.remark("; it shows one edge only, so nothing tells whether that is the right one");
        }
        if (!settings_.threads || !opened.can_wait || !start_thread()) {
            poll_ = {};
            look_after(Duration::zero());
        }
        heard();
        return std::nullopt;
    }

    void close_device() override {
        if (thread_.joinable()) {
            thread_.request_stop();
            thread_.join();
        }
        poll_timer_.cancel();
        device_->close();
    }

    void silent() override { pulses_.silent(); }

    std::string missing_edge(const PpsOpened& opened) const {
        const std::string wanted = settings_.clear_edge ? "clear" : "assert";
        const std::string other = settings_.clear_edge ? "assert" : "clear";
        return settings_.device + " does not capture the " + wanted + " edge: " +
               (opened.forbidden ? "give the service CAP_SYS_TIME to switch it on" : "set edge = \"" + other + '"');
    }

    std::string gone() const { return settings_.device + " is gone: plug the receiver in again"; }

    bool start_thread() {
        try {
            thread_ = std::jthread{[this, weak = weak_from_this(), opening = opening(), before = seen_](
                                       const std::stop_token& stop) { wait_for_edges(stop, weak, opening, before); }};
            return true;
        } catch (const std::system_error&) {
            return false;
        }
    }

    // On the thread: touches the device, `io_` and its arguments, nothing else.
    void wait_for_edges(const std::stop_token& stop, const std::weak_ptr<RetriedDevice>& weak, std::uint64_t opening,
                        std::optional<PpsStamps> last) {
        while (last && !stop.stop_requested()) {
            const std::optional<PpsStamps> before = std::exchange(last, device_->fetch(kWait));
            if (last != before) {
                boost::asio::post(io_, [weak, opening, stamps = last] { hand_over(weak, opening, stamps); });
            }
        }
    }

    // On the clock thread.
    static void hand_over(const std::weak_ptr<RetriedDevice>& weak, std::uint64_t opening,
                          const std::optional<PpsStamps>& stamps) {
        if (const std::shared_ptr<RetriedDevice> self = weak.lock()) {
            static_cast<Listener&>(*self).fetched(opening, stamps);
        }
    }

    void fetched(std::uint64_t opening, const std::optional<PpsStamps>& stamps) {
        if (!is_under_way(opening)) {
            return;
        }
        if (stamps) {
            take_new(*stamps);
        } else {
            lose(gone());
        }
    }

    void look() {
        const std::uint64_t looking = opening();
        const std::optional<PpsStamps> stamps = device_->fetch(std::chrono::milliseconds{0});
        if (!stamps) {
            lose(gone());
            return;
        }
        const std::optional<LocalInstant> pulse = take_new(*stamps);
        if (is_under_way(looking)) {
            look_after(poll_.after_look(counter().now(), pulse));
        }
    }

    void look_after(Duration pause) { after(poll_timer_, pause, &Listener::look); }

    /// Hands on the edges that came since the last time, in their order; tells the instant of the configured one.
    std::optional<LocalInstant> take_new(const PpsStamps& stamps) {
        const PpsStamps before = std::exchange(seen_, stamps);
        const bool asserted_first = stamps.asserted.posix <= stamps.cleared.posix;
        std::optional<LocalInstant> configured;
        for (const bool clear : {!asserted_first, asserted_first}) {
            const PpsStamp& stamp = clear ? stamps.cleared : stamps.asserted;
            if (stamp.sequence != (clear ? before.cleared : before.asserted).sequence) {
                const std::optional<LocalInstant> at = take_one(stamp, clear == settings_.clear_edge);
                configured = clear == settings_.clear_edge ? at : configured;
            }
        }
        return configured;
    }

    std::optional<LocalInstant> take_one(const PpsStamp& stamp, bool configured) {
        const StampedInstant stamped = counter().from_realtime(stamp.posix);
        if (stamped.at && configured) {
            pulses_.take({*stamped.at, true, stamp.sequence});
        } else if (stamped.at) {
            pulses_.take({*stamped.at, false});
        } else if (configured) {
            watch().reject(stamped.refusal);
        }
        return stamped.at;
    }

    PulseWatch pulses_;
    boost::asio::io_context& io_;
    const KernelPpsSettings settings_;
    const std::shared_ptr<PpsDevice> device_;
    DeviceTimer poll_timer_;
    PulsePoll poll_;
    PpsStamps seen_;
    std::jthread thread_;
};

KernelPpsRefclock::KernelPpsRefclock(boost::asio::io_context& io, Counter& counter, ObservationSink& sink,
                                     SourceId source, KernelPpsSettings settings)
    : listener_{std::make_shared<Listener>(io, counter, sink, source, std::move(settings))} {}

KernelPpsRefclock::~KernelPpsRefclock() {
    listener_->stop();
}

void KernelPpsRefclock::start() {
    listener_->start();
}

void KernelPpsRefclock::stop() {
    listener_->stop();
}

}  // namespace tokimori
