#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tokimori {

/// Finds NMEA sentences in what comes from a serial port. Pure.
class SentenceFinder {
public:
    /// True once a whole sentence with the right checksum has been among all that was taken so far.
    bool take(std::string_view bytes);

private:
    void end();

    std::string line_;
    bool found_ = false;
};

/// The speed at which a GPS receiver speaks on a serial port: each usual speed is listened to for 1.3 s at most. The
/// port is opened for reading only and nothing is sent; its settings are put back. nullopt where no sentence was heard
/// or the port may not be opened. Bytes that are read are lost to other programs that read the port.
std::optional<int> speed_of_receiver(const std::string& device);

}  // namespace tokimori
