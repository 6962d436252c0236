#pragma once

#include <optional>
#include <string>
#include <vector>

/// The parts of a machine that concern time.
namespace tokimori {

/// Who may use a file of the machine, or shared memory.
struct Access {
    unsigned owner = 0;
    unsigned group = 0;
    unsigned mode = 0;  ///< the nine permission bits
    std::string group_name{};
};

/// Whether something happens where time could be heard, as far as two looks within about a second tell.
enum class Activity { kUnknown, kSilent, kActive };

/// A GPIO line that has a name or is in use.
struct FoundGpioLine {
    unsigned number = 0;
    std::string name{};
    std::string consumer{};  ///< who uses it; may be empty although `used`
    bool used = false;
};

/// /dev/gpiochipN.
struct GpioChip {
    std::string device{};
    Access access{};
    bool readable = false;  ///< by whoever looks; else nothing below is known
    std::string label{};
    unsigned line_count = 0;
    std::vector<FoundGpioLine> lines{};
};

/// /dev/ppsN.
struct FoundPpsDevice {
    std::string device{};
    Access access{};
    std::string source{};  ///< who makes its pulses: a serial port, or a driver such as "pps@12.-1"
    Activity pulses = Activity::kUnknown;
};

/// A serial port that has hardware behind it.
struct FoundSerialPort {
    std::string device{};
    std::vector<std::string> aliases{};  ///< other names in /dev that lead to it, such as /dev/serial0
    Access access{};
    bool usb = false;
    bool kernel_console = false;  ///< the kernel writes its messages to it
    bool login = false;           ///< a program such as agetty has it as its terminal
    bool listened = false;        ///< somebody asked to listen to it
    std::optional<int> baud{};    ///< the speed at which a receiver was heard
};

/// A unit of NTP shared memory that exists.
struct SharedMemoryUnit {
    int unit = 0;
    Access access{};
    Activity records = Activity::kUnknown;
};

struct GpsdDevice {
    std::string path{};
    std::string driver{};  ///< empty until gpsd understands what it hears
    bool active = false;   ///< gpsd has it open
};

enum class GpsdState {
    kAbsent,
    kOff,       ///< installed, but neither running nor waited for
    kOnDemand,  ///< its socket waits for the first client to start it
    kMute,      ///< something is there, but does not answer as gpsd does
    kAnswers,
};

struct Gpsd {
    GpsdState state = GpsdState::kAbsent;
    int port = 2947;
    std::string release{};
    std::vector<GpsdDevice> devices{};      ///< as it answers
    std::vector<std::string> configured{};  ///< DEVICES of /etc/default/gpsd
};

/// A running program that keeps time, or steers the clock.
struct TimeService {
    std::string name{};
    int process = 0;
    std::string unit{};  ///< of systemd, without ".service"
};

/// What only a Raspberry Pi has.
struct RaspberryPi {
    std::string model{};
    bool configuration_known = false;      ///< config.txt could be read
    std::optional<unsigned> pulse_line{};  ///< the GPIO line of dtoverlay=pps-gpio there
};

}  // namespace tokimori
