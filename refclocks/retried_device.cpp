#include "refclocks/retried_device.h"

#include <boost/asio/error.hpp>

namespace tokimori {

void RetriedDevice::Gate::observe(const Observation& observation) {
    if (open) {
        sink.observe(observation);
    }
}

RetriedDevice::RetriedDevice(boost::asio::io_context& io, Counter& counter, ObservationSink& sink, SourceId source,
                             DevicePatience patience)
    : counter_{counter},
      source_{source},
      patience_{patience},
      gate_{sink},
      watch_{counter, gate_, source, patience},
      pause_{io},
      silence_{io} {}

void RetriedDevice::start() {
    if (!running_) {
        running_ = gate_.open = true;
        watch_.forget();
        open();
    }
}

void RetriedDevice::stop() {
    if (running_) {
        running_ = gate_.open = false;
        close();
    }
}

void RetriedDevice::reopen() {
    close();
    open_after(Duration::zero());
}

// Told last: whoever hears it may stop the device.
void RetriedDevice::lose(const std::string& sentence) {
    close();
    open_after(watch_.next_pause());
    watch_.tell(false, sentence);
}

void RetriedDevice::heard() {
    if (running_) {
        after(silence_, patience_.silence, &RetriedDevice::fall_silent);
    }
}

bool RetriedDevice::was_cancelled(const Error& error) {
    return error == boost::asio::error::operation_aborted;
}

void RetriedDevice::open() {
    const std::uint64_t opening = opening_;
    const std::optional<std::string> fault = open_device();
    if (fault && is_under_way(opening)) {
        lose(*fault);
    }
}

void RetriedDevice::close() {
    ++opening_;
    pause_.cancel();
    silence_.cancel();
    close_device();
}

void RetriedDevice::open_after(Duration pause) {
    if (running_) {
        after(pause_, pause, &RetriedDevice::open);
    }
}

void RetriedDevice::fall_silent() {
    heard();
    silent();
}

}  // namespace tokimori
