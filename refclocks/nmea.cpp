#include "refclocks/nmea.h"

#include <errno.h>
#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "refclocks/nmea_receiver.h"
#include "refclocks/retried_device.h"

namespace tokimori {
namespace {

namespace asio = boost::asio;
using Error = boost::system::error_code;

struct Speed {
    unsigned baud;
    speed_t code;
};
constexpr std::array kSpeeds{Speed{4800, B4800},     Speed{9600, B9600},     Speed{19200, B19200},
                             Speed{38400, B38400},   Speed{57600, B57600},   Speed{115200, B115200},
                             Speed{230400, B230400}, Speed{460800, B460800}, Speed{921600, B921600}};

// A UART hands over up to this many bytes at once, a USB adapter waits up to 16 ms for more; then we must be scheduled.
constexpr std::int64_t kFifoBytes = 16;
constexpr std::int64_t kBitsPerByte = 10;
constexpr Duration kHandOver = std::chrono::milliseconds{20};

Duration uncertainty_at(unsigned baud) {
    return kHandOver + Duration{kFifoBytes * kBitsPerByte * 1'000'000'000 / std::int64_t{baud}};
}

// Bytes as they come, whatever the modem lines say.
bool set_raw(int port, unsigned baud) {
    const auto* const speed =
        std::find_if(kSpeeds.begin(), kSpeeds.end() - 1, [baud](const Speed& s) { return s.baud == baud; });
    termios line{};
    if (::tcgetattr(port, &line) != 0) {
        return false;
    }
    ::cfmakeraw(&line);
    line.c_cflag |= CLOCAL | CREAD;
    line.c_cflag &= ~(CRTSCTS | CSTOPB);
    line.c_iflag |= IGNPAR;
    line.c_cc[VMIN] = 1;
    line.c_cc[VTIME] = 0;
    ::cfsetispeed(&line, speed->code);
    ::cfsetospeed(&line, speed->code);
    if (::tcsetattr(port, TCSANOW, &line) != 0) {
        return false;
    }
    // What lies there is of nobody knows when.
    return ::tcflush(port, TCIFLUSH) == 0;
}

std::string remedy_for(int error) {
    switch (error) {
        case ENOENT:
        case ENXIO:
        case ENODEV:
            return "plug the receiver in, or configure the device that it has";
        case EACCES:
        case EPERM:
            return "put this user into the group dialout";
        case EBUSY:
            return "end the program that uses it, such as gpsd or a console";
        case ENOTTY:
            return "it is no serial port: configure the device of the receiver";
        default:
            return "check the device and its cable";
    }
}

}  // namespace

std::span<const unsigned> nmea_bauds() {
    static constexpr std::array kBauds{4800U, 9600U, 19200U, 38400U, 57600U, 115200U, 230400U, 460800U, 921600U};
    static_assert(kBauds.size() == kSpeeds.size());
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
        const int port = ::open(settings_.device.c_str(), O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
        if (port < 0 || !set_raw(port, settings_.baud)) {
            const int error = errno;
            if (port >= 0) {
                ::close(port);
            }
            return "the serial port " + settings_.device + " cannot be used (" +
                   std::generic_category().message(error) + "): " + remedy_for(error) + "; trying again";
        }
        port_.assign(port);
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
                                : "nothing comes from " + at + ": check the receiver, its cable and its power");
    }

    void read() { port_.async_read_some(asio::buffer(bytes_), in_this_opening(&Port::received)); }

    void received(const Error& error, std::size_t count) {
        if (error) {
            lose("the serial port " + settings_.device + " was lost (" + error.message() +
                 "): check the cable of the receiver, or plug it in again; trying again");
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
