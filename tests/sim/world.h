#pragma once

#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "server/clock/timekeeper.h"

namespace tokimori::sim {

/// A crystal: how fast the counter runs against TAI, second by second.
struct Oscillator {
    double offset_ppm = 0;
    double drift_ppm_per_day = 0;
    double daily_cycle_ppm = 0;             ///< amplitude of the temperature's day
    double walk_per_root_second = 0;        ///< random-walk frequency noise, s/s per √s
    std::map<int, double> shocks_ppm = {};  ///< from this second on, so much more
};

/// A receiver: pulses and sentences as its antenna gives them, and what goes wrong with it.
struct Receiver {
    SourceSettings settings;
    bool pulses = true;
    bool labels = true;
    bool samples = false;  ///< a program that shares its measurements: they are taken where the pulse is
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
};

/// What was found at one virtual second.
struct Verdict {
    int second = 0;
    bool serving = false;
    ClockState state = ClockState::kNeverSynchronised;
    Duration error{};  ///< served − true
    Duration bound{};  ///< root distance
};

/// A deterministic virtual world: one counter, any receivers, one clock room. It knows the truth, and looks at every
/// second whether the promise |error| ≤ root distance was kept.
class World {
public:
    World(UtcTime begin, Oscillator oscillator, Timekeeper::Settings settings = laboratory(), unsigned seed = 1);

    static Timekeeper::Settings laboratory();

    void add(Receiver receiver);
    /// Lets `seconds` pass. Every broken promise is a failure of the test.
    void run(int seconds);

    /// For faults outside the fault model: broken promises are part of the story.
    void allow_broken_promises() { promise_is_kept_ = false; }

    Timekeeper& clock() { return *clock_; }
    const std::vector<Verdict>& history() const { return history_; }
    const Verdict& now() const { return history_.back(); }
    /// The first second at which the clock served; −1 if it never did.
    int first_served() const;
    int seconds_served(int from, int to) const;
    Duration worst_error(int from, int to) const;
    TaiInstant true_tai() const { return tai_; }
    LeapTable& sky() { return sky_; }

private:
    void pass_second();
    void emit(Receiver& receiver);
    void check();
    LocalInstant local_at(TaiInstant instant) const;
    double frequency();
    Duration noise(Duration deviation);

    Oscillator oscillator_;
    LeapTable sky_;
    std::vector<Receiver> receivers_;
    std::unique_ptr<Timekeeper> clock_;
    std::vector<Verdict> history_;
    std::mt19937_64 random_;
    TaiInstant tai_;      ///< the beginning of the current second
    LocalInstant local_;  ///< what the counter showed then
    double rate_ = 0;     ///< counter seconds per second − 1, in this second
    double walk_ = 0;
    int second_ = 0;
    bool promise_is_kept_ = true;
};

}  // namespace tokimori::sim
