#include "refclocks/nmea.h"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <optional>
#include <string_view>
#include <utility>

#include "refclocks/nmea_receiver.h"
#include "refclocks/retried_device.h"
#include "refclocks/serial_port.h"

namespace tokimori {
namespace {

namespace asio = boost::asio;
using Error = boost::system::error_code;

// A UART hands over up to this many bytes at once, a USB adapter waits up to 16 ms for more; then we must be scheduled.
constexpr std::int64_t kFifoBytes = 16;
constexpr std::int64_t kBitsPerByte = 10;
constexpr Duration kHandOver = std::chrono::milliseconds{20};

Duration uncertainty_at(unsigned baud) {
    return kHandOver + Duration{kFifoBytes * kBitsPerByte * 1'000'000'000 / std::int64_t{baud}};
}

}  // namespace

std::span<const unsigned> nmea_bauds() {
    static constexpr std::array kBauds{4800U, 9600U, 19200U, 38400U, 57600U, 115200U, 230400U, 460800U, 921600U};
    return kBauds;
}

class NmeaRefclock::Port : public RetriedDevice {
public:
    Port(asio::io_context& io, Counter& counter, ObservationSink& sink, SourceId source, NmeaSettings settings)
        : RetriedDevice{io, counter, sink, source, {.silence = settings.silence}},
          port_{io},
          settings_{std::move(settings)},
          receiver_{watch(), this->sink(), source, uncertainty_at(settings_.baud)} {}

private:
    std::optional<std::string> open_device() override {
        const SerialPort port = open_serial_port(settings_.device, settings_.baud, SerialDirection::kReadOnly);
        if (port.descriptor < 0) {
            return port.fault;
        }
        if (auto fault = hand_over_serial_port(port_, port.descriptor, settings_.device)) {
            return fault;
        }
        receiver_.restart();
        heard_bytes_ = false;
        heard();
        read();
        return std::nullopt;
    }

    void close_device() override {
        Error ignored;
        port_.close(ignored);
    }

    void silent() override {
        const std::string at = settings_.device + " at " + std::to_string(settings_.baud) + " baud";
        watch().tell(false, std::exchange(heard_bytes_, false)
                                ? "what comes from " + at +
                                      " is no NMEA: check the baud of the receiver, and that no other program reads it"
                                : serial_port_silent(settings_.device, settings_.baud));
    }

    void read() { port_.async_read_some(asio::buffer(bytes_), in_this_opening(&Port::received)); }

    void received(const Error& error, std::size_t count) {
        if (error) {
            lose(serial_port_lost(settings_.device, error.message()));
            return;
        }
        heard_bytes_ = true;
        const std::uint64_t reading = opening();
        if (receiver_.take({bytes_.data(), count}, counter().now()) > 0) {
            heard();
            watch().succeeded();
            watch().tell(true, "the receiver at " + settings_.device + " speaks NMEA");
        }
        if (is_under_way(reading)) {
            read();
        }
    }

    asio::posix::stream_descriptor port_;
    const NmeaSettings settings_;
    NmeaReceiver receiver_;
    std::array<char, 4096> bytes_{};
    bool heard_bytes_ = false;
};

NmeaRefclock::NmeaRefclock(asio::io_context& io, Counter& counter, ObservationSink& sink, SourceId source,
                           NmeaSettings settings)
    : port_{std::make_shared<Port>(io, counter, sink, source, std::move(settings))} {}

NmeaRefclock::~NmeaRefclock() {
    port_->stop();
}

void NmeaRefclock::start() {
    port_->start();
}

void NmeaRefclock::stop() {
    port_->stop();
}

}  // namespace tokimori
