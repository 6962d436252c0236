#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <random>
#include <vector>

#include "leap/leap_table.h"
#include "refclocks/observation.h"
#include "server/clock/source_track.h"

namespace tokimori::sim {

/// The way to another NTP server and back. Each way takes `base` and an exponentially distributed rest.
struct NetworkPath {
    Duration base = std::chrono::milliseconds{4};
    Duration rest = std::chrono::milliseconds{1};  ///< mean
    Duration outward_longer{};                     ///< the way there only
    double spikes = 0;                             ///< probability that one way takes 200 ms more
};

/// A source as its hardware gives it, and what is wrong with it at the moment. Errors are positive where what it says
/// comes late.
struct Receiver {
    SourceSettings settings;
    bool pulses = true;
    bool labels = true;
    bool samples = false;  ///< measurements that are complete in themselves, taken where the pulse is
    Duration pulse_jitter{300};
    Duration pulse_error{};  ///< constant, within the uncertainty it declares
    Duration pulse_uncertainty{100};
    Duration sentence_delay = std::chrono::milliseconds{140};
    Duration sentence_jitter = std::chrono::milliseconds{5};
    LeapKind announces = LeapKind::kNone;
    /// Changes the receiver at the beginning of a second: the script of its faults.
    std::function<void(int second, Receiver&)> script = {};
    std::chrono::seconds label_error{0};
    int label_weeks_error = 0;
    int gps_minus_utc_error = 0;
    std::chrono::milliseconds sample_phase{0};  ///< how long after the second begins it measures

    Duration time_error{};  ///< of all it says
    int label_every =
        1;  ///< seconds; more than one: a radio signal that takes so long to say what it said at the start
    int sample_every = 1;                            ///< seconds
    std::optional<NetworkPath> path = std::nullopt;  ///< samples come over a network
    bool free_running = false;                       ///< samples of a counter that nobody sets: the one we measure with
    double pulses_missing = 0;                       ///< probability
    std::optional<Duration> doubled = std::nullopt;  ///< each pulse comes once more, so much later
    bool hum = false;                                ///< 50 Hz on the line: an edge every 20 ms
    bool call_sign = false;                          ///< no pulses in seconds 40 … 48 of the minutes 15 and 45
    std::optional<std::chrono::seconds> frozen = std::nullopt;  ///< labels repeat what they said so long ago
    std::optional<Duration> host_clock_fast =
        std::nullopt;             ///< it is the host's clock, which shows so much more than UTC
    bool stamps_dropped = false;  ///< the driver saw the host's clock stepped, and says so instead
};

/// An observation, and when its driver tells of it.
struct Told {
    TaiInstant when;
    Observation what;
};

/// What is needed to turn the truth into observations: the sky's leap seconds, and the counter about this second.
struct Moment {
    int second = 0;
    TaiInstant tai;  ///< when the second begins
    const LeapTable* sky = nullptr;
    std::function<LocalInstant(TaiInstant)> local_at;      ///< within about a second of `tai`
    std::function<TaiInstant(LocalInstant)> free_counter;  ///< what a counter would say that was set at the start
};

/// The driver of one receiver: what it tells of each second.
class Driver {
public:
    Driver(Receiver receiver, std::uint64_t seed) : receiver_{std::move(receiver)}, random_{seed} {}

    const Receiver& receiver() const { return receiver_; }
    void hear(const Moment& moment, std::vector<Told>& told);

private:
    void hear_pulses(const Moment& moment, std::vector<Told>& told);
    void hear_label(const Moment& moment, std::vector<Told>& told);
    Label label_of(const Moment& moment, TaiInstant heard) const;
    void show_host_clock(const Moment& moment, std::vector<Told>& told) const;
    void take_sample(const Moment& moment, std::vector<Told>& told);
    Duration measure_over_network(const Moment& moment, TaiInstant at, OffsetSample& sample);
    void tell_pulse(const Moment& moment, TaiInstant at, std::vector<Told>& told);
    bool in_call_sign(const Moment& moment) const;
    Duration noise(Duration deviation);
    Duration way();

    Receiver receiver_;
    std::mt19937_64 random_;
    /// The minute that is being heard: what is told of it at its end, if so many seconds were heard in a row.
    struct Minute {
        Label label;
        int second = 0;
    };
    std::optional<Minute> minute_;
    int unbroken_ = 0;
};

}  // namespace tokimori::sim
