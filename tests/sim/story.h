#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "tests/sim/virtual_world.h"

namespace tokimori::sim {

/// What goes wrong with a source. `amount` of a Fault is in the unit named here.
enum class What {
    kSilence,        ///< nothing is heard of it
    kNoPulses,       ///< its pulses are missing
    kNoLabels,       ///< its sentences are missing
    kPulsesMissing,  ///< probability
    kPulsesLate,     ///< seconds
    kPulsesDrift,    ///< seconds per second
    kPulsesDoubled,  ///< once more so many seconds later
    kPulsesScatter,  ///< seconds, standard deviation
    kHum,            ///< 50 Hz on the pulse line
    kLabelsWrong,    ///< seconds
    kLabelsWeeks,    ///< weeks
    kLabelsFrozen,   ///< they repeat what they said when it began
    kLabelsDelayed,  ///< seconds, more than usual
    kLabelsScatter,  ///< seconds, standard deviation
    kTimeOff,        ///< seconds: all it says is so late
    kTimeDrift,      ///< seconds per second, of all it says
    kPathLonger,     ///< seconds, one way
    kPathSpikes,     ///< probability
    kStampsDropped,  ///< another program stepped the host's clock
    kSleep,          ///< of the host, at `from`, until `to`; `source` means nothing, as in all below
    kRestart,        ///< the program ends at `from` and begins at `to`
    kReboot,         ///< the host, too; `amount` days pass besides
    kForgetfulBoot,  ///< the same, and of what was remembered the frequency is nonsense
    kOtherCrystal,   ///< a reboot on another board: what is remembered is `amount` ppm too little
};

/// A fault of one source in the seconds `from` … `to` − 1.
struct Fault {
    SourceId source = 0;
    int from = 0;
    int to = 0;
    What what = What::kSilence;
    double amount = 0;
};

/// Seconds `from` … `to` − 1 of which service is owed in this share at least.
struct Owed {
    int from = 0;
    int to = 0;
    double share = 1;
};

/// At second `by` a source must show one of these reasons.
struct Shown {
    SourceId source = 0;
    int by = 0;
    std::vector<Reason> any;
};

/// At second `by` the clock must be in one of these states.
struct StateAt {
    int by = 0;
    std::vector<ClockState> any;
};

/// From `from` to `to` a source must not be followed: it lies, and can be outvoted.
struct NotFollowed {
    SourceId source = 0;
    int from = 0;
    int to = 0;
};

/// A run of the virtual world, told by its data.
struct Story {
    std::string name;  ///< a sentence
    std::string seen;  ///< what its sources can observe, and so what may be asked
    Oscillator crystal = {.offset_ppm = 23, .walk_per_root_second = 1e-10};
    std::vector<Receiver> sources;
    std::vector<Fault> faults = {};
    int seconds = 1200;
    std::vector<Owed> owed = {};
    int settled = 120;                         ///< from here on …
    Duration worst = std::chrono::seconds{1};  ///< … served time is never farther off
    std::vector<StateAt> states = {};
    std::vector<Shown> shown = {};
    std::vector<NotFollowed> not_followed = {};
    int notice_within =
        0;  ///< a state, a reason or a count of refused reports must tell of the first fault in so many seconds
    bool observable = true;   ///< false: the promise cannot be kept, only how far it is broken is told
    int seen_from = 1 << 30;  ///< … until here: now somebody could know
    const char* begin = "2026-11-22T09:00:00Z";
    const char* floor = nullptr;  ///< the day of the build; none in a laboratory
    Duration holdover = std::chrono::hours{24};
};

/// What came of a story that was run.
struct Outcome {
    std::vector<std::string> complaints;  ///< what was not as it was owed; empty is good
    Duration excursion{};                 ///< worst error while serving, from `settled` on
    int noticed = -1;                     ///< seconds from the first fault until a state or a reason changed
};

/// Runs a story. Deterministic in `seed`. `watch` is called after every second.
Outcome tell(const Story& story, unsigned seed, const std::function<void(VirtualWorld&)>& watch = {});

}  // namespace tokimori::sim
