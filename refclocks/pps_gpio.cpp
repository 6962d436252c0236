#include "refclocks/pps_gpio.h"

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <utility>

#include "refclocks/pulse_watch.h"

namespace tokimori {
namespace {

// A line that chatters does not keep the thread from its other work.
constexpr int kBatchesAtOnce = 8;

std::string place_of(const GpioPpsSettings& settings) {
    return "GPIO line " + settings.line + (settings.chip.empty() ? "" : " of " + settings.chip);
}

PulseWatchSettings watch_settings(const GpioPpsSettings& settings) {
    PulseWatchSettings watch{place_of(settings), "rising", "falling"};
    if (settings.falling_edge) {
        std::swap(watch.configured_edge, watch.opposite_edge);
    }
    return watch;
}

}  // namespace

class GpioPpsRefclock::Listener : public RetriedDevice {
public:
    Listener(boost::asio::io_context& io, Counter& counter, ObservationSink& sink, SourceId source,
             const GpioPpsSettings& settings)
        : RetriedDevice{io, counter, sink, source, settings.patience},
          pulses_{*this, watch_settings(settings)},
          place_{place_of(settings)},
          falling_edge_{settings.falling_edge},
          line_{settings.hardware ? settings.hardware : make_gpio_edge_source(settings.chip, settings.line)},
          descriptor_{io} {}

private:
    std::optional<std::string> open_device() override {
        pulses_.restart();
        std::optional<std::string> fault = line_->open();
        if (fault) {
            return fault;
        }
        boost::system::error_code error;
        descriptor_.assign(line_->descriptor(), error);
        if (error) {
            return place_ + " cannot be waited for (" + error.message() + "); trying again";
        }
        await_edges();
        heard();
        return std::nullopt;
    }

    // The descriptor is the line's to close.
    void close_device() override {
        if (descriptor_.is_open()) {
            descriptor_.release();
        }
        line_->close();
    }

    void silent() override { pulses_.silent(); }

    void await_edges() {
        descriptor_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                               in_this_opening(&Listener::take_waiting));
    }

    void take_waiting(const Error& error) {
        if (error) {
            lose_line();
            return;
        }
        const std::uint64_t waiting = opening();
        for (int batch = 0; batch < kBatchesAtOnce && is_under_way(waiting); ++batch) {
            std::array<LineEdge, 16> edges{};
            const std::optional<std::size_t> count = line_->read(edges);
            if (!count) {
                lose_line();
                return;
            }
            for (std::size_t i = 0; i < *count; ++i) {
                take_one(edges[i]);
            }
            if (*count == 0) {
                break;
            }
        }
        if (is_under_way(waiting)) {
            await_edges();
        }
    }

    void lose_line() { lose(place_ + " is gone: plug the device in again that carries it"); }

    void take_one(const LineEdge& edge) {
        const std::optional<LocalInstant> at = counter().from_monotonic(edge.monotonic);
        const bool configured = edge.rising != falling_edge_;
        if (at) {
            pulses_.take({*at, configured});
        } else if (configured) {
            watch().reject(Rejection::Reason::kStale);
        }
    }

    PulseWatch pulses_;
    const std::string place_;
    const bool falling_edge_;
    const std::shared_ptr<EdgeSource> line_;
    boost::asio::posix::stream_descriptor descriptor_;
};

GpioPpsRefclock::GpioPpsRefclock(boost::asio::io_context& io, Counter& counter, ObservationSink& sink, SourceId source,
                                 const GpioPpsSettings& settings)
    : listener_{std::make_shared<Listener>(io, counter, sink, source, settings)} {}

GpioPpsRefclock::~GpioPpsRefclock() {
    listener_->stop();
}

void GpioPpsRefclock::start() {
    listener_->start();
}

void GpioPpsRefclock::stop() {
    listener_->stop();
}

}  // namespace tokimori
