#include "refclocks/serial_port.h"

#include <errno.h>
#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <system_error>

namespace tokimori {
namespace {

struct Speed {
    unsigned baud;
    speed_t code;
};
constexpr std::array kSpeeds{Speed{2400, B2400},     Speed{4800, B4800},     Speed{9600, B9600},
                             Speed{19200, B19200},   Speed{38400, B38400},   Speed{57600, B57600},
                             Speed{115200, B115200}, Speed{230400, B230400}, Speed{460800, B460800},
                             Speed{921600, B921600}};

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

SerialPort open_serial_port(const std::string& device, unsigned baud, SerialDirection direction) {
    const int access = direction == SerialDirection::kBoth ? O_RDWR : O_RDONLY;
    const int port = ::open(device.c_str(), access | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (port >= 0 && set_raw(port, baud)) {
        return {port, {}};
    }
    const int error = errno;
    if (port >= 0) {
        ::close(port);
    }
    return {-1, "the serial port " + device + " cannot be used (" + std::generic_category().message(error) +
                    "): " + remedy_for(error) + "; trying again"};
}

std::string serial_port_unwatched(const std::string& device, const std::string& error) {
    return "the serial port " + device + " cannot be waited for (" + error + "); trying again";
}

std::string serial_port_silent(const std::string& device, unsigned baud) {
    return "nothing comes from " + device + " at " + std::to_string(baud) +
           " baud: check the receiver, its cable and its power";
}

std::string serial_port_lost(const std::string& device, const std::string& error) {
    return "the serial port " + device + " was lost (" + error +
           "): check the cable of the receiver, or plug it in again; trying again";
}

}  // namespace tokimori
