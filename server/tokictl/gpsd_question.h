#pragma once

#include <string>

namespace tokimori {

/// Connects to gpsd on 127.0.0.1, asks for its devices and returns all it said until it named them, or until a second
/// has passed, or 64 KiB. No device is opened by that: nothing is watched. Empty where nobody listens.
std::string ask_gpsd(int port);

}  // namespace tokimori
