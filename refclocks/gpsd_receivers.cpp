#include "refclocks/gpsd_receivers.h"

#include <chrono>
#include <cstddef>
#include <utility>
#include <variant>

namespace tokimori {
namespace {

using namespace std::chrono_literals;
using Fault = ReceiverChoice::Fault;
using Sign = SawtoothCorrection::Sign;

constexpr std::size_t kMostDevices = 16;
// Of a receiver, something else than a pulse is heard within this time.
constexpr Duration kPulsesAlone = 3s;
// A device that gave no pulse for so long gives way to another.
constexpr Duration kPulsePatience = 5s;
constexpr Duration kForgotten = 60s;

std::string words_for(Fault fault) {
    switch (fault) {
        case Fault::kNoFix:
            return " has no fix, ";
        case Fault::kGone:
            return " is gone, ";
        case Fault::kSilent:
            break;
    }
    return " has fallen silent, ";
}

}  // namespace

GpsdReceivers::Device::Device(GpsdReceivers& receivers, const std::string& path)
    : voice{receivers, path},
      receiver{receivers.counter_, voice, receivers.source_},
      since{receivers.counter_.now()},
      heard{since} {}

GpsdReceivers::GpsdReceivers(Counter& counter, DeviceWatch& watch, ObservationSink& sink, SourceId source, bool pps)
    : counter_{counter}, watch_{watch}, sink_{sink}, source_{source}, pps_{pps} {}

template <typename Report>
void GpsdReceivers::pass(const Report& report) {
    if (Device* const from = device(report.device)) {
        from->tells_the_time = true;
        choice_.hear(report.device, counter_.now());
        from->receiver.take(report);
    }
}

void GpsdReceivers::take(const FixReport& report) {
    pass(report);
}

void GpsdReceivers::take(const TimeOffsetReport& report) {
    if (local_) {
        pass(report);
    }
}

void GpsdReceivers::take(const SkyReport& report) {
    pass(report);
}

void GpsdReceivers::take(const LeapReport& report) {
    pass(report);
}

void GpsdReceivers::take(const PulseReport& report) {
    if (!pps_ || !local_ || device(report.device) == nullptr || !gives_the_pulses(report.device) ||
        last_pulse_ == report.real) {
        return;
    }
    const StampedInstant stamped = counter_.from_realtime(report.clock);
    if (!stamped.at) {
        watch_.reject(stamped.refusal);
        return;
    }
    last_pulse_ = report.real;
    const SawtoothCorrection::Verdict sawtooth = sawtooth_.take(*stamped.at, report.sawtooth);
    if (sawtooth.changed) {
        tell_sawtooth(report.device);
    }
    sink_.observe(Pulse{.source = source_, .at = *stamped.at + sawtooth.correction, .uncertainty = report.uncertainty});
}

bool GpsdReceivers::lose(const std::string& device) {
    choice_.lose(device);
    devices_.erase(device);
    return choice_.followed().value_or(device) == device;
}

// A receiver that is plugged in again may have another name, for years.
GpsdReceivers::Device* GpsdReceivers::device(const std::string& path) {
    const LocalInstant now = counter_.now();
    if (devices_.size() >= kMostDevices && !devices_.contains(path)) {
        std::erase_if(devices_, [now](const auto& entry) { return now - entry.second.heard >= kForgotten; });
    }
    if (devices_.size() >= kMostDevices && !devices_.contains(path)) {
        return nullptr;
    }
    Device& found = devices_.try_emplace(path, *this, path).first->second;
    found.heard = now;
    return &found;
}

void GpsdReceivers::hear(const std::string& device, const Observation& observation) {
    if (std::holds_alternative<Label>(observation)) {
        if (const auto change = choice_.vouch(device, counter_.now())) {
            follow(*change);
        }
    }
    if (choice_.followed() != device) {
        return;
    }
    if (const auto* const rejection = std::get_if<Rejection>(&observation)) {
        watch_.reject(rejection->reason);
        return;
    }
    if (const auto* const health = std::get_if<ReceiverHealth>(&observation)) {
        tell_antenna(*health);
    }
    sink_.observe(observation);
}

void GpsdReceivers::follow(const ReceiverChoice::Change& change) {
    sink_.observe(ReceiverChange{source_, counter_.now()});
    antenna_ = ReceiverHealth::Antenna::kUnknown;
    tell("the receiver " + change.from + words_for(change.fault) + change.to + " is followed now");
    devices_.at(change.to).receiver.repeat();
}

bool GpsdReceivers::may_give_pulses(const std::string& device) const {
    const auto known = devices_.find(device);
    return choice_.followed() == device || (known != devices_.end() && !known->second.tells_the_time &&
                                            counter_.now() - known->second.since >= kPulsesAlone);
}

bool GpsdReceivers::gives_the_pulses(const std::string& device) {
    const LocalInstant now = counter_.now();
    if (!may_give_pulses(device)) {
        return false;
    }
    if (pulse_device_ != device) {
        if (pulse_device_ && now - last_pulse_at_ < kPulsePatience && may_give_pulses(*pulse_device_)) {
            return false;
        }
        pulse_device_ = device;
        sawtooth_.restart();
    }
    last_pulse_at_ = now;
    return true;
}

void GpsdReceivers::tell_antenna(const ReceiverHealth& health) {
    using Antenna = ReceiverHealth::Antenna;
    if (health.antenna == std::exchange(antenna_, health.antenna)) {
        return;
    }
    tell("the antenna of " + choice_.followed().value_or("") +
         (health.antenna == Antenna::kOpen    ? " is open: is it connected, and is its cable whole?"
          : health.antenna == Antenna::kShort ? " is short-circuited: check its cable and its plugs"
                                              : " is well again"));
}

void GpsdReceivers::tell_sawtooth(const std::string& device) {
    if (sawtooth_.sign() == Sign::kNone) {
        tell("the sawtooth of " + device + " is not corrected any more: that does not make its pulses steadier");
        return;
    }
    const SawtoothCorrection::Scatter scatter = sawtooth_.scatter();
    tell("the sawtooth of " + device + " is corrected, qErr " +
         (sawtooth_.sign() == Sign::kAdd ? "added" : "subtracted") + ": its pulses scatter by " +
         std::to_string(scatter.corrected.count()) + " ns instead of " + std::to_string(scatter.plain.count()) + " ns");
}

void GpsdReceivers::tell(const std::string& news) {
    watch_.forget();
    watch_.tell(true, name_ + ": " + news);
}

}  // namespace tokimori
