#pragma once

#include <unistd.h>

#include <optional>
#include <string>

namespace boost::system {
class error_code;
}

namespace tokimori {

/// A serial port that was opened, or the sentence why not, with the remedy.
struct SerialPort {
    int descriptor = -1;  ///< −1 where it could not be opened; the caller's to close
    std::string fault;
};

enum class SerialDirection { kReadOnly, kBoth };

/// Opens `device` for raw bytes, 8 bits without parity, whatever its modem lines say, without blocking. `baud`: 2400 …
/// 921600, as in <termios.h>. What lay in the port is forgotten.
SerialPort open_serial_port(const std::string& device, unsigned baud, SerialDirection direction);

/// What an operator reads where an open port cannot be waited for.
std::string serial_port_unwatched(const std::string& device, const std::string& error);

/// Lets `reader`, a closed descriptor of Asio, have that of `device`. Where it cannot be waited for, it is closed: the
/// sentence why.
template <typename Reader, typename Error = boost::system::error_code>
std::optional<std::string> hand_over_serial_port(Reader& reader, int descriptor, const std::string& device) {
    Error error;
    reader.assign(descriptor, error);
    if (!error) {
        return std::nullopt;
    }
    ::close(descriptor);
    return serial_port_unwatched(device, error.message());
}

/// What an operator reads where nothing at all is heard from an open port, and where the port is lost while it is read.
std::string serial_port_silent(const std::string& device, unsigned baud);
std::string serial_port_lost(const std::string& device, const std::string& error);

}  // namespace tokimori
