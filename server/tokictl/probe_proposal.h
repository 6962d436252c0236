#pragma once

#include <string>
#include <vector>

#include "server/tokictl/language.h"
#include "server/tokictl/machine_view.h"

namespace tokimori {

/// A `[[refclock]]` that fits the machine.
struct ProposedSource {
    /// One of its settings, as the file has it: text in quotes.
    struct Key {
        std::string name;
        std::string value;
    };

    std::string driver;
    std::string name;
    std::string device;          ///< what it listens to, for people; of gpsd its receiver
    bool names_seconds = false;  ///< says which second it is
    bool has_pulses = false;     ///< says when it begins
    bool heard = false;          ///< something was seen to come from there
    std::vector<Key> keys;       ///< beside driver and name
};

/// What to write into tokimori.toml. Sources are as they should be once nothing is in the way.
struct Proposal {
    std::vector<ProposedSource> sources;  ///< empty: nothing here says which second it is
    bool has_ipv6 = false;
    bool leaves_clock = false;  ///< another program steers the clock of this machine
};

/// What the machine could hear time with: the best that names seconds, and every device that pulses, or the one that
/// should. Pure.
Proposal propose(const MachineView& view);

/// The first source with seconds, or with pulses; null where there is none.
const ProposedSource* source_of_seconds(const Proposal& proposal);
const ProposedSource* source_of_pulses(const Proposal& proposal);

/// The GPIO line on which pulses should be by what its chip or config.txt says, or by custom: "GPIO18" on a Raspberry
/// Pi, "PPS" elsewhere.
std::string expected_pulse_line(const MachineView& view);

/// The chip and the number of that line; null where no chip is known to have it.
struct FoundLine {
    const GpioChip* chip = nullptr;
    FoundGpioLine line;
};
FoundLine find_line(const MachineView& view, const std::string& name);

/// The serial ports where a receiver may be, the likeliest first.
std::vector<std::string> receiver_ports(const MachineView& view);

/// Whether the port is where a Raspberry Pi's header has a serial port, pins 8 and 10.
bool is_header_port(const MachineView& view, const FoundSerialPort& port);

/// The file, with a remark on what each source is good for; empty where there are no sources.
std::string toml_of(const Proposal& proposal, Language language);

}  // namespace tokimori
