#include "refclocks/pps_kernel.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "refclocks/pulse_poll.h"
#include "refclocks/pulse_watch.h"

namespace tokimori {
namespace {

// How long the thread may outlive its opening, and how old an edge may become that came between two waits.
constexpr std::chrono::milliseconds kWait{250};

/// One end of a pair of sockets; each message is what a device holds. No message follows where that
/// is gone.
class MessageEnd {
public:
    explicit MessageEnd(int descriptor) : descriptor_{descriptor} {}
    ~MessageEnd() { ::close(descriptor_); }
    MessageEnd(const MessageEnd&) = delete;
    MessageEnd& operator=(const MessageEnd&) = delete;

    /// False once the other end is closed.
    bool send(const PpsStamps& stamps) const {
        return ::send(descriptor_, &stamps, sizeof stamps, MSG_NOSIGNAL) == sizeof stamps;
    }
    bool has_reader() const {
        pollfd end{descriptor_, 0, 0};
        return ::poll(&end, 1, 0) == 0;
    }

private:
    int descriptor_;
};

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
          settings_{std::move(settings)},
          messages_{io},
          poll_timer_{io} {}

private:
    std::optional<std::string> open_device() override {
        pulses_.restart();
        device_ = settings_.hardware ? settings_.hardware : make_kernel_pps_device(settings_.device);
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
        Error ignored;
        messages_.close(ignored);
        poll_timer_.cancel();
        device_.reset();
    }

    // Not opened anew: every fetch finds out whether it is still there.
    void silent() override { pulses_.silent(); }

    std::string missing_edge(const PpsOpened& opened) const {
        const std::string wanted = settings_.clear_edge ? "clear" : "assert";
        const std::string other = settings_.clear_edge ? "assert" : "clear";
        return settings_.device + " does not capture the " + wanted + " edge: " +
               (opened.forbidden ? "give the service CAP_SYS_TIME to switch it on" : "set edge = \"" + other + '"');
    }

    std::string gone() const { return settings_.device + " is gone: plug the receiver in again"; }

    // The thread is not joined: that would keep the clock thread waiting for an edge. It ends when nobody reads what it
    // says any more.
    bool start_thread() {
        std::array<int, 2> ends{};
        if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) {
            return false;
        }
        const auto says = std::make_shared<const MessageEnd>(ends[1]);
        Error error;
        messages_.assign(ends[0], error);
        if (error) {
            ::close(ends[0]);
            return false;
        }
        try {
            std::thread{[says, device = device_, before = seen_] { wait_for_edges(*says, *device, before); }}.detach();
        } catch (const std::system_error&) {
            messages_.close(error);
            return false;
        }
        read();
        return true;
    }

    // On the thread: touches its arguments, nothing else. It has the device to itself.
    static void wait_for_edges(const MessageEnd& says, PpsDevice& device, PpsStamps last) {
        bool wanted = true;
        while (wanted) {
            const std::optional<PpsStamps> now = device.fetch(kWait);
            wanted = now && (*now == last ? says.has_reader() : says.send(*now));
            last = now.value_or(last);
        }
    }

    void read() {
        messages_.async_read_some(boost::asio::buffer(&message_, sizeof message_),
                                  in_this_opening(&Listener::heard_of));
    }

    void heard_of(const Error& error, std::size_t) {
        const std::uint64_t reading = opening();
        if (error) {
            lose(gone());
            return;
        }
        take_new(message_);
        if (is_under_way(reading)) {
            read();
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
    const KernelPpsSettings settings_;
    std::shared_ptr<PpsDevice> device_;               // of this opening
    boost::asio::posix::stream_descriptor messages_;  // of a thread that waits
    PpsStamps message_;
    DeviceTimer poll_timer_;
    PulsePoll poll_;
    PpsStamps seen_;
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
