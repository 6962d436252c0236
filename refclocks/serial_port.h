#pragma once

#include <string>

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

/// What an operator reads where nothing at all is heard from an open port, and where the port is lost while it is read.
std::string serial_port_silent(const std::string& device, unsigned baud);
std::string serial_port_lost(const std::string& device, const std::string& error);

}  // namespace tokimori
