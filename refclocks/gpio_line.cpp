#include "refclocks/gpio_line.h"

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

namespace tokimori {
namespace {

// A line that chatters does not keep the thread from its other work.
constexpr int kBatchesAtOnce = 8;

std::string place_of(const GpioLineSettings& settings) {
    return "GPIO line " + settings.line + (settings.chip.empty() ? "" : " of " + settings.chip);
}

}  // namespace

struct GpioLine::Wait {
    boost::asio::posix::stream_descriptor descriptor;
};

GpioLine::GpioLine(boost::asio::io_context& io, Counter& counter, ObservationSink& sink, SourceId source,
                   const GpioLineSettings& settings)
    : RetriedDevice{io, counter, sink, source, settings.patience},
      place_{place_of(settings)},
      tick_{settings.tick},
      line_{settings.hardware ? settings.hardware : make_gpio_edge_source(settings.chip, settings.line)},
      ticker_{io},
      wait_{std::make_unique<Wait>(Wait{boost::asio::posix::stream_descriptor{io}})} {}

GpioLine::~GpioLine() = default;

std::optional<std::string> GpioLine::open_device() {
    user_.opened();
    std::optional<std::string> fault = line_->open();
    if (fault) {
        return fault;
    }
    boost::system::error_code error;
    wait_->descriptor.assign(line_->descriptor(), error);
    if (error) {
        return place_ + " cannot be waited for (" + error.message() + "); trying again";
    }
    await_edges();
    wait_for_tick();
    heard();
    return std::nullopt;
}

// The descriptor is the line's to close.
void GpioLine::close_device() {
    if (wait_->descriptor.is_open()) {
        wait_->descriptor.release();
    }
    ticker_.cancel();
    line_->close();
}

void GpioLine::await_edges() {
    wait_->descriptor.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                                 in_this_opening(&GpioLine::take_waiting));
}

void GpioLine::take_waiting(const Error& error) {
    if (error) {
        lose_line();
    } else if (hand_over()) {
        await_edges();
    }
}

// Whether the line is still open after that.
bool GpioLine::hand_over() {
    const std::uint64_t waiting = opening();
    for (int batch = 0; batch < kBatchesAtOnce && is_under_way(waiting); ++batch) {
        std::array<LineEdge, 16> edges{};
        const std::optional<std::size_t> count = line_->read(edges);
        if (!count) {
            lose_line();
            return false;
        }
        for (std::size_t i = 0; i < *count; ++i) {
            user_.edge(counter().from_monotonic(edges[i].monotonic), edges[i].rising);
        }
        if (*count == 0) {
            break;
        }
    }
    return is_under_way(waiting);
}

void GpioLine::wait_for_tick() {
    if (tick_ > Duration::zero()) {
        after(ticker_, tick_, &GpioLine::tick);
    }
}

void GpioLine::tick() {
    const std::uint64_t ticking = opening();
    if (hand_over()) {
        user_.tick();
    }
    if (is_under_way(ticking)) {
        wait_for_tick();
    }
}

void GpioLine::lose_line() {
    lose(place_ + " is gone: plug the device in again that carries it");
}

}  // namespace tokimori
