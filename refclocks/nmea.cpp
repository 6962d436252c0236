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
#include <boost/asio/steady_timer.hpp>
#include <string_view>
#include <system_error>
#include <utility>

#include "refclocks/device_watch.h"
#include "refclocks/nmea_receiver.h"

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

class NmeaRefclock::Port : public std::enable_shared_from_this<Port> {
public:
    Port(asio::io_context& io, Counter& counter, ObservationSink& sink, SourceId source, NmeaSettings settings)
        : port_{io},
          timer_{io},
          counter_{counter},
          settings_{std::move(settings)},
          watch_{counter, sink, source},
          receiver_{watch_, sink, source, uncertainty_at(settings_.baud)} {}

    void open() {
        if (!running_) {
            running_ = true;
            watch_.forget();
            begin();
        }
    }

    void close() {
        running_ = false;
        abandon();
    }

private:
    /// Wraps a handler so that it runs only for the port as it is open now.
    template <typename Handler>
    auto while_current(Handler handler) {
        return [self = shared_from_this(), attempt = attempt_, handler](const Error& error, auto&&... rest) {
            if (self->running_ && attempt == self->attempt_ && error != asio::error::operation_aborted) {
                handler(*self, error, rest...);
            }
        };
    }

    void after(std::chrono::milliseconds span, void (Port::*step)()) {
        timer_.expires_after(span);
        timer_.async_wait(while_current([step](Port& self, const Error&) { (self.*step)(); }));
    }

    void abandon() {
        ++attempt_;
        receiver_.stop();
        timer_.cancel();
        Error ignored;
        port_.close(ignored);
    }

    void begin() {
        abandon();
        const int port = ::open(settings_.device.c_str(), O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
        if (port < 0 || !set_raw(port, settings_.baud)) {
            const int error = errno;
            if (port >= 0) {
                ::close(port);
            }
            retry("the serial port " + settings_.device + " cannot be used (" + std::generic_category().message(error) +
                  "): " + remedy_for(error) + "; trying again");
            return;
        }
        port_.assign(port);
        receiver_.start();
        heard_bytes_ = false;
        after(settings_.silence, &Port::silent);
        read();
    }

    void read() {
        port_.async_read_some(
            asio::buffer(bytes_),
            while_current([](Port& self, const Error& error, std::size_t count) { self.received(error, count); }));
    }

    void received(const Error& error, std::size_t count) {
        if (error) {
            retry("the serial port " + settings_.device + " was lost (" + error.message() +
                  "): check the cable of the receiver, or plug it in again; trying again");
            return;
        }
        heard_bytes_ = true;
        const std::uint64_t attempt = attempt_;
        const LocalInstant now = counter_.now();
        if (receiver_.take({bytes_.data(), count}, now) > 0 && running_ && attempt == attempt_) {
            after(settings_.silence, &Port::silent);
            watch_.succeeded();
            watch_.tell(true, "the receiver at " + settings_.device + " speaks NMEA");
        }
        if (running_ && attempt == attempt_) {
            read();
        }
    }

    void silent() {
        after(settings_.silence, &Port::silent);
        const std::string at = settings_.device + " at " + std::to_string(settings_.baud) + " baud";
        watch_.tell(false, std::exchange(heard_bytes_, false)
                               ? "what comes from " + at +
                                     " is no NMEA: check the baud of the receiver, and that no other program reads it"
                               : "nothing comes from " + at + ": check the receiver, its cable and its power");
    }

    void retry(const std::string& sentence) {
        abandon();
        after(watch_.next_pause(), &Port::begin);
        watch_.tell(false, sentence);
    }

    asio::posix::stream_descriptor port_;
    asio::steady_timer timer_;
    Counter& counter_;
    const NmeaSettings settings_;
    DeviceWatch watch_;
    NmeaReceiver receiver_;
    std::array<char, 4096> bytes_{};
    std::uint64_t attempt_ = 0;
    bool heard_bytes_ = false;
    bool running_ = false;
};

NmeaRefclock::NmeaRefclock(asio::io_context& io, Counter& counter, ObservationSink& sink, SourceId source,
                           NmeaSettings settings)
    : port_{std::make_shared<Port>(io, counter, sink, source, std::move(settings))} {}

NmeaRefclock::~NmeaRefclock() {
    port_->close();
}

void NmeaRefclock::start() {
    port_->open();
}

void NmeaRefclock::stop() {
    port_->close();
}

}  // namespace tokimori
