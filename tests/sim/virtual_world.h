#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "server/clock/timekeeper.h"
#include "tests/sim/crystal.h"
#include "tests/sim/receiver.h"

namespace tokimori::sim {

/// What was found at one virtual second.
struct Verdict {
    int second = 0;
    bool serving = false;
    ClockState state = ClockState::kNeverSynchronised;
    std::optional<SourceId> selected = std::nullopt;
    Duration error{};  ///< served − true
    Duration bound{};  ///< root distance
};

/// How the program comes back after it ended.
struct Return {
    bool same_boot = true;                           ///< else the host's counter begins anew, too
    int days = 0;                                    ///< that pass besides
    std::function<void(ClockMemory&)> spoiled = {};  ///< what became of its memory meanwhile
};

/// A deterministic virtual world: one counter, any receivers, one clock room. It knows the truth, and looks at every
/// second and at everything that is told whether the promise |error| ≤ root distance was kept, and whether what clients
/// are told is the UTC second of the sky.
class VirtualWorld {
public:
    VirtualWorld(UtcTime begin, Oscillator oscillator, Timekeeper::Settings settings, unsigned seed);

    void add(Receiver receiver);
    /// Lets `seconds` pass.
    void run(int seconds);
    /// The host sleeps: its counter stands still, nobody asks and nobody hears. The clock room is told at the end.
    void sleep(int seconds);
    /// The program ends, and a new one begins `seconds` later with what the old one remembered.
    void restart(int seconds, const Return& how);

    /// For faults outside the fault model: broken promises are part of the story.
    void allow_broken_promises(bool allowed = true) { promise_is_kept_ = !allowed; }
    /// Every broken promise as a sentence, the first few in full.
    const std::vector<std::string>& broken_promises() const { return broken_; }

    Timekeeper& clock() { return *clock_; }
    const std::vector<Verdict>& history() const { return history_; }
    const Verdict& now() const { return history_.back(); }
    int second() const { return second_; }
    /// The first second at which the clock served; −1 if it never did.
    int first_served() const;
    int seconds_served(int from, int to) const;
    Duration worst_error(int from, int to) const;
    /// The same of the seconds in which the clock served.
    Duration worst_served_error(int from, int to) const;
    TaiInstant true_tai() const { return tai_; }
    LeapTable& sky() { return sky_; }

private:
    void pass_second();
    void pass_unheard();
    void tell_until(TaiInstant until);
    void advance(TaiInstant to);
    void look(TaiInstant truth);
    void look_for_jump(const ServerState& before, TaiInstant told);
    void complain(const std::string& what, const Verdict& verdict);
    Verdict verdict_at(TaiInstant truth) const;
    bool names_right_second(TaiInstant truth) const;
    LocalInstant local_at(TaiInstant instant) const;

    Timekeeper::Settings settings_;
    Crystal crystal_;
    LeapTable sky_;
    unsigned seed_;
    std::vector<Driver> drivers_;
    std::unique_ptr<Timekeeper> clock_;
    std::vector<Verdict> history_;
    std::vector<Told> told_;  ///< not yet told, the earliest first
    std::vector<std::string> broken_;
    TaiInstant start_;   ///< of the counter …
    LocalInstant boot_;  ///< … and what it showed then
    TaiInstant tai_;     ///< the beginning of the current second
    TaiInstant next_tick_;
    LocalInstant local_;  ///< what the counter showed then
    double rate_ = 0;     ///< counter seconds per second − 1, in this second
    int second_ = 0;
    bool promise_is_kept_ = true;
};

}  // namespace tokimori::sim
