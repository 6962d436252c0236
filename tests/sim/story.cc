#include "tests/sim/story.h"

#include <algorithm>
#include <cmath>

namespace tokimori::sim {
namespace {

using namespace std::chrono_literals;

Duration duration_of(double seconds) {
    return Duration{std::llround(seconds * 1e9)};
}

std::chrono::seconds whole(double seconds) {
    return std::chrono::seconds{std::llround(seconds)};
}

void spoil_pulses(Receiver& r, const Fault& fault, int since) {
    switch (fault.what) {
        case What::kNoPulses:
            r.pulses = false;
            break;
        case What::kPulsesMissing:
            r.pulses_missing = fault.amount;
            break;
        case What::kPulsesLate:
            r.pulse_error += duration_of(fault.amount);
            break;
        case What::kPulsesDrift:
            r.pulse_error += duration_of(fault.amount * since);
            break;
        case What::kPulsesDoubled:
            r.doubled = duration_of(fault.amount);
            break;
        case What::kPulsesScatter:
            r.pulse_jitter = duration_of(fault.amount);
            break;
        case What::kHum:
            r.hum = true;
            break;
        default:
            break;
    }
}

void spoil_labels(Receiver& r, const Fault& fault, int since) {
    switch (fault.what) {
        case What::kNoLabels:
            r.labels = false;
            break;
        case What::kLabelsWrong:
            r.label_error += whole(fault.amount);
            break;
        case What::kLabelsWeeks:
            r.label_weeks_error = static_cast<int>(fault.amount);
            break;
        case What::kLabelsFrozen:
            r.frozen = std::chrono::seconds{since};
            break;
        case What::kLabelsDelayed:
            r.sentence_delay += duration_of(fault.amount);
            break;
        case What::kLabelsScatter:
            r.sentence_jitter = duration_of(fault.amount);
            break;
        default:
            break;
    }
}

void spoil(Receiver& r, const Fault& fault, int since) {
    switch (fault.what) {
        case What::kSilence:
            r.pulses = r.labels = r.samples = false;
            break;
        case What::kTimeOff:
            r.time_error += duration_of(fault.amount);
            break;
        case What::kTimeDrift:
            r.time_error += duration_of(fault.amount * since);
            break;
        case What::kPathLonger:
            r.path->outward_longer += duration_of(fault.amount);
            break;
        case What::kPathSpikes:
            r.path->spikes = fault.amount;
            break;
        case What::kStampsDropped:
            r.stamps_dropped = true;
            break;
        default:
            spoil_pulses(r, fault, since);
            spoil_labels(r, fault, since);
            break;
    }
}

bool is_of_the_host(What what) {
    return what >= What::kSleep;
}

// The receiver as it is, and what the story does to it second by second.
Receiver scripted(const Receiver& healthy, const std::vector<Fault>& all) {
    std::vector<Fault> faults;
    std::copy_if(all.begin(), all.end(), std::back_inserter(faults),
                 [&](const Fault& f) { return f.source == healthy.settings.id && !is_of_the_host(f.what); });
    Receiver receiver = healthy;
    receiver.script = [healthy, faults](int second, Receiver& r) {
        const auto script = std::move(r.script);
        r = healthy;
        for (const Fault& fault : faults) {
            if (second >= fault.from && second < fault.to) {
                spoil(r, fault, second - fault.from);
            }
        }
        r.script = script;
    };
    return receiver;
}

/// What people see of the clock: its state and what it says of its sources.
struct Face {
    ClockState state = ClockState::kNeverSynchronised;
    std::vector<Reason> reasons;
    std::vector<bool> by_pulses;
    std::vector<std::uint64_t> rejected;

    friend bool operator==(const Face&, const Face&) = default;
};

Face face_of(VirtualWorld& world) {
    Face face{world.clock().clock_state(), {}, {}, {}};
    for (const SourceReport& report : world.clock().sources()) {
        // Who of two good ones is followed is no news.
        face.reasons.push_back(report.reason == Reason::kSelected ? Reason::kSelectable : report.reason);
        face.by_pulses.push_back(report.from_pulses);
        face.rejected.push_back(report.rejected);
    }
    return face;
}

std::string name_of(ClockState state) {
    constexpr const char* kNames[] = {"never synchronised", "synchronised", "holdover", "unsynchronised"};
    return kNames[static_cast<std::size_t>(state)];
}

template <typename Value>
bool holds(const std::vector<Value>& any, Value value) {
    return std::find(any.begin(), any.end(), value) != any.end();
}

/// One story as it is told.
class Telling {
public:
    Telling(const Story& story, unsigned seed)
        : story_{story}, world_{parse_utc(story.begin).value(), story.crystal, settings_of(story), seed} {
        for (const Receiver& receiver : story.sources) {
            world_.add(scripted(receiver, story.faults));
        }
        if (!story.observable) {
            world_.allow_broken_promises();
        }
        for (const Fault& fault : story.faults) {
            first_fault_ = std::min(first_fault_, fault.from);
        }
    }

    Outcome tell(const std::function<void(VirtualWorld&)>& watch) {
        while (world_.second() < story_.seconds) {
            pass();
            if (watch) {
                watch(world_);
            }
        }
        weigh();
        return std::move(outcome_);
    }

private:
    static Timekeeper::Settings settings_of(const Story& story) {
        Timekeeper::Settings settings;
        settings.laboratory = story.floor == nullptr;
        if (story.floor != nullptr) {
            settings.floor = parse_utc(story.floor).value().second.day;
        }
        settings.policy.holdover = story.holdover;
        return settings;
    }

    void pass() {
        const auto absence = std::find_if(story_.faults.begin(), story_.faults.end(), [this](const Fault& f) {
            return is_of_the_host(f.what) && f.from == world_.second();
        });
        if (absence != story_.faults.end()) {
            be_absent(*absence);
            return;
        }
        if (world_.second() == story_.seen_from) {
            world_.allow_broken_promises(false);
        }
        world_.run(1);
        notice();
        look_at_shown();
    }

    void be_absent(const Fault& fault) {
        const int seconds = fault.to - fault.from;
        if (fault.what == What::kSleep) {
            world_.sleep(seconds);
            return;
        }
        Return how{.same_boot = fault.what == What::kRestart};
        if (fault.what == What::kReboot) {
            how.days = static_cast<int>(fault.amount);
        }
        if (fault.what == What::kOtherCrystal) {
            how.spoiled = [off = rate_from_ppm(fault.amount)](ClockMemory& memory) { memory.rate -= off; };
        }
        if (fault.what == What::kForgetfulBoot) {
            how.spoiled = [](ClockMemory& memory) {
                memory.rate = rate_from_ppm(1e6);
                memory.rate_bound = -1;
            };
        }
        world_.restart(seconds, how);
    }

    void notice() {
        if (outcome_.noticed >= 0 || world_.now().second < first_fault_ - 1) {
            return;
        }
        const Face face = face_of(world_);
        if (world_.now().second < first_fault_) {
            before_ = face;
        } else if (!(face == before_)) {
            outcome_.noticed = world_.now().second - first_fault_;
        }
    }

    void look_at_shown() {
        for (const Shown& shown : story_.shown) {
            if (shown.by == world_.now().second) {
                look_at(shown);
            }
        }
        for (const StateAt& state : story_.states) {
            if (state.by == world_.now().second && !holds(state.any, world_.now().state)) {
                complain("the clock is " + name_of(world_.now().state));
            }
        }
    }

    void look_at(const Shown& shown) {
        for (const SourceReport& report : world_.clock().sources()) {
            if (report.source == shown.source && !holds(shown.any, report.reason)) {
                complain("source " + std::to_string(shown.source) + " is " + std::string{reason_code(report.reason)});
            }
        }
    }

    void weigh() {
        for (const std::string& broken : world_.broken_promises()) {
            outcome_.complaints.push_back(broken);
        }
        for (const Owed& owed : story_.owed) {
            weigh(owed);
        }
        for (const NotFollowed& liar : story_.not_followed) {
            weigh(liar);
        }
        if (story_.notice_within > 0 && (outcome_.noticed < 0 || outcome_.noticed > story_.notice_within)) {
            outcome_.complaints.push_back("nothing was noticed within " + std::to_string(story_.notice_within) + " s");
        }
        outcome_.excursion = world_.worst_served_error(std::min(story_.settled, story_.seconds), story_.seconds);
        if (outcome_.excursion > story_.worst) {
            outcome_.complaints.push_back("served time was off by " + std::to_string(outcome_.excursion.count()) +
                                          " ns, at most " + std::to_string(story_.worst.count()) + " is owed");
        }
    }

    void weigh(const Owed& owed) {
        const int served = world_.seconds_served(owed.from, owed.to);
        if (served < owed.share * (owed.to - owed.from)) {
            outcome_.complaints.push_back("of the seconds " + std::to_string(owed.from) + " to " +
                                          std::to_string(owed.to) + " only " + std::to_string(served) + " were served");
        }
    }

    void weigh(const NotFollowed& liar) {
        const auto follows = [&](const Verdict& v) {
            return v.second >= liar.from && v.second < liar.to && v.serving && v.selected == liar.source;
        };
        const auto& all = world_.history();
        if (const auto seconds = std::count_if(all.begin(), all.end(), follows); seconds > 0) {
            const auto first = std::find_if(all.begin(), all.end(), follows);
            outcome_.complaints.push_back("source " + std::to_string(liar.source) + " was followed for " +
                                          std::to_string(seconds) + " s, first at " + std::to_string(first->second));
        }
    }

    void complain(const std::string& what) {
        outcome_.complaints.push_back("second " + std::to_string(world_.now().second) + ": " + what);
    }

    const Story& story_;
    VirtualWorld world_;
    Outcome outcome_;
    Face before_;
    int first_fault_ = 1 << 30;
};

}  // namespace

Outcome tell(const Story& story, unsigned seed, const std::function<void(VirtualWorld&)>& watch) {
    return Telling{story, seed}.tell(watch);
}

}  // namespace tokimori::sim
