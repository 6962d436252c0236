#pragma once

#include <optional>
#include <string>
#include <utility>

#include "refclocks/pulse_judge.h"
#include "refclocks/retried_device.h"

namespace tokimori {

/// What a pulse device is called in sentences.
struct PulseWatchSettings {
    std::string place;            ///< "/dev/pps0"
    std::string configured_edge;  ///< the word in the configuration: "assert"
    std::string opposite_edge;    ///< "clear"
};

/// What every pulse device has in common: its edges are judged and reported, its state goes into sentences.
class PulseWatch {
public:
    /// `device` is the one whose part this is.
    PulseWatch(RetriedDevice& device, PulseWatchSettings settings);

    /// The device is being opened: a beat has to be found. The seconds since the last pulse count as lost.
    void restart();
    /// Said of a working device in addition; kept until the next `restart`.
    void remark(std::string text) { remark_ = std::move(text); }
    void take(const PulseEdge& edge);
    /// No pulse came for long: says so.
    void silent();

private:
    void note_edge(LocalInstant at, bool pulse);

    RetriedDevice& device_;
    const PulseWatchSettings settings_;
    PulseJudge judge_;
    std::string remark_;
    std::optional<LocalInstant> last_pulse_;
    bool edges_seen_ = false;  // that are no part of a pulse, since it was said to be silent
};

}  // namespace tokimori
