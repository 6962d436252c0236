#pragma once

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

    /// The device is being opened; edges are judged from the beginning.
    void restart();
    /// Said of a working device in addition; kept until the next `restart`.
    void remark(std::string text) { remark_ = std::move(text); }
    void take(const PulseEdge& edge);
    /// No pulse came for long: says so and opens the device anew.
    void silent();

private:
    RetriedDevice& device_;
    const PulseWatchSettings settings_;
    PulseJudge judge_;
    std::string remark_;
    bool edges_seen_ = false;  // since it was opened
};

}  // namespace tokimori
