#include "tests/sim/random_story.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <random>
#include <sstream>

#include "tests/sim/stories/sources.h"

namespace tokimori::sim {
namespace {

using namespace std::chrono_literals;

constexpr int kBusy = 3600;   // in these seconds things happen …
constexpr int kQuiet = 1800;  // … and in these nothing
constexpr int kOwedAtTheEnd = 300;
constexpr int kWellSet = 900;

/// A fault that may befall any source at any time, and its amount between two ends (logarithmically).
struct Chance {
    What what;
    double least;
    double most;
    bool either_sign = false;
};

constexpr std::array kToReceivers{
    Chance{What::kSilence, 1, 1},
    Chance{What::kNoPulses, 1, 1},
    Chance{What::kNoLabels, 1, 1},
    Chance{What::kPulsesMissing, 0.05, 0.95},
    Chance{What::kPulsesDoubled, 1e-5, 0.9},
    Chance{What::kPulsesScatter, 1e-6, 1e-4},
    Chance{What::kLabelsWrong, 1, 1e8, true},
    Chance{What::kLabelsWeeks, 1024, 1024, true},
    Chance{What::kLabelsFrozen, 1, 1},
    Chance{What::kLabelsDelayed, 0.01, 0.5},
    Chance{What::kLabelsScatter, 0.01, 0.08},
    Chance{What::kStampsDropped, 1, 1},
};
constexpr std::array kToServers{
    Chance{What::kSilence, 1, 1},
    Chance{What::kPathLonger, 1e-3, 0.2},
    Chance{What::kPathSpikes, 0.02, 0.3},
    Chance{What::kStampsDropped, 1, 1},
};

/// Draws one story.
class Author {
public:
    explicit Author(std::uint64_t seed) : random_{seed} { story_.name = "Random story " + std::to_string(seed); }

    Story write() {
        story_.seen = "whatever the faults leave";
        story_.seconds = kBusy + kQuiet;
        story_.owed = {{story_.seconds - kOwedAtTheEnd, story_.seconds}};
        story_.states = {{story_.seconds - 1, kFollowing}};
        story_.settled = story_.seconds - kOwedAtTheEnd;
        draw_crystal();
        draw_sources();
        draw_faults();
        owe_service();
        return std::move(story_);
    }

private:
    double uniform(double from, double to) { return std::uniform_real_distribution<double>{from, to}(random_); }
    double spread(double from, double to) { return std::exp(uniform(std::log(from), std::log(to))); }
    double amount_of(const Chance& chance) {
        const double amount = spread(chance.least, chance.most * 1.0001);
        return chance.least >= 1 ? std::floor(amount) : amount;
    }
    int whole(int from, int to) { return std::uniform_int_distribution<int>{from, to}(random_); }
    bool one_in(int many) { return whole(1, many) == 1; }

    // Within 1 ppm of the rate last seen, whatever happens.
    void draw_crystal() {
        story_.crystal = {.offset_ppm = uniform(-100, 100),
                          .daily_cycle_ppm = uniform(0, 0.4),
                          .walk_per_root_second = spread(1e-11, 1e-9),
                          .white_frequency = one_in(3) ? spread(1e-11, 1e-9) : 0.0,
                          .cycle_phase = uniform(0, 1)};
        if (one_in(3)) {
            story_.crystal.shocks_ppm[whole(60, kBusy)] = uniform(-0.3, 0.3);
        }
        if (one_in(4)) {
            const double from = whole(60, kBusy);
            story_.crystal.ramps.push_back({from, from + spread(10, 600), uniform(-0.3, 0.3)});
        }
    }

    void draw_sources() {
        const int count = whole(1, 4);
        for (SourceId id = 1; id <= count; ++id) {
            story_.sources.push_back(draw_source(id));
        }
        // Bare pulses need somebody who numbers them.
        const auto names_seconds = [](const Receiver& r) { return r.labels || r.samples; };
        if (std::none_of(story_.sources.begin(), story_.sources.end(), names_seconds)) {
            story_.sources.front() = gps(1);
        }
    }

    Receiver draw_source(SourceId id) {
        Receiver receiver = draw_kind(id);
        receiver.settings.prefer = receiver.settings.prefer || one_in(8);
        if (receiver.labels && receiver.label_every == 1) {
            receiver.sentence_delay = Duration{std::llround(uniform(0.02, 0.4) * 1e9)};
            receiver.sentence_jitter = Duration{std::llround(spread(1e6, 2e7))};
        }
        if (receiver.pulses && receiver.label_every == 1) {
            receiver.pulse_jitter = Duration{std::llround(spread(30, 10000))};
            receiver.pulse_uncertainty = Duration{std::llround(spread(50, 5000))};
            receiver.pulse_error =
                Duration{std::llround(uniform(-0.9, 0.9) * static_cast<double>(receiver.pulse_uncertainty.count()))};
        }
        return receiver;
    }

    Receiver draw_kind(SourceId id) {
        switch (whole(1, 10)) {
            case 1:
            case 2:
            case 3:
                return gps(id);
            case 4:
                return sentences(id);
            case 5:
            case 6:
                return pulses(id);
            case 7:
                return program(id);
            case 8:
                return jjy(id);
            default:
                return server(id, 8 << whole(0, 4));
        }
    }

    void draw_faults() {
        for (const Receiver& source : story_.sources) {
            for (int faults = whole(0, 4); faults > 0; --faults) {
                story_.faults.push_back(source.path ? draw_fault(source, kToServers)
                                                    : draw_fault(source, kToReceivers));
            }
        }
        if (one_in(10)) {
            const int from = whole(60, kBusy - 700);
            story_.faults.push_back({0, from, from + whole(1, 600), What::kSleep});
        }
        if (one_in(3)) {
            draw_lie();
        }
        drop_what_nobody_could_see();
    }

    // Another name for the second is seen by a clock that knows it: once one was set by pulses or samples, and as long
    // as the host did not sleep.
    void drop_what_nobody_could_see() {
        const auto slept = [](const Fault& f) { return f.what == What::kSleep; };
        const auto sets_well = [](const Receiver& r) { return r.samples || (r.pulses && r.labels); };
        const auto renames = [](const Fault& f) {
            return f.what == What::kLabelsWrong || f.what == What::kLabelsWeeks || f.what == What::kLabelsFrozen;
        };
        const auto& faults = story_.faults;
        if (std::any_of(faults.begin(), faults.end(), slept) ||
            std::none_of(story_.sources.begin(), story_.sources.end(), sets_well)) {
            std::erase_if(story_.faults, renames);
        } else if (std::any_of(faults.begin(), faults.end(), renames)) {
            std::erase_if(story_.faults, [](const Fault& f) { return f.from < kWellSet; });
        }
    }

    template <typename Chances>
    Fault draw_fault(const Receiver& source, const Chances& chances) {
        const Chance& chance = chances[static_cast<std::size_t>(whole(0, static_cast<int>(chances.size()) - 1))];
        const int from = one_in(6) ? whole(0, 60) : whole(0, kBusy - 10);
        const int lasts = static_cast<int>(spread(1, 1500));
        const double sign = chance.either_sign && one_in(2) ? -1 : 1;
        return {source.settings.id, from, std::min(from + lasts, kBusy), chance.what, sign * amount_of(chance)};
    }

    // One of three or more that are equally good is off by more than they can be; the others have no faults then.
    void draw_lie() {
        const auto is_good = [](const Receiver& r) { return r.pulses && r.labels && r.label_every == 1; };
        if (std::count_if(story_.sources.begin(), story_.sources.end(), is_good) < 3) {
            return;
        }
        const auto liar = std::find_if(story_.sources.begin(), story_.sources.end(), is_good);
        const int from = whole(0, kBusy - 100);
        const Fault lie{liar->settings.id, from, std::min(from + whole(10, 1500), kBusy),
                        one_in(2) ? What::kTimeOff : What::kPulsesLate, (one_in(2) ? -1 : 1) * spread(5e-4, 0.2)};
        const auto in_the_way = [&](const Fault& f) {
            return f.what == What::kSleep || (f.from < lie.to + 120 && f.to > lie.from - 120);
        };
        std::erase_if(story_.faults, in_the_way);
        story_.faults.push_back(lie);
        story_.not_followed.push_back({lie.source, lie.from + 64, lie.to});
    }

    // Where a receiver with pulses never fails and the host never sleeps, service never ends.
    void owe_service() {
        const auto slept = [](const Fault& f) { return f.what == What::kSleep; };
        const auto never_fails = [this](const Receiver& r) {
            return r.pulses && r.labels && r.label_every == 1 &&
                   std::none_of(story_.faults.begin(), story_.faults.end(),
                                [&](const Fault& f) { return f.source == r.settings.id; });
        };
        if (std::none_of(story_.faults.begin(), story_.faults.end(), slept) &&
            std::any_of(story_.sources.begin(), story_.sources.end(), never_fails)) {
            story_.owed.push_back({30, story_.seconds});
        }
    }

    std::mt19937_64 random_;
    Story story_;
};

constexpr std::array kNames{
    "silence",        "no pulses",      "no labels", "pulses missing", "pulses late",  "pulses drift",
    "pulses doubled", "pulses scatter", "hum",       "labels wrong",   "labels weeks", "labels frozen",
    "labels delayed", "labels scatter", "time off",  "time drift",     "path longer",  "path spikes",
    "stamps dropped", "sleep"};

}  // namespace

Story random_story(std::uint64_t seed) {
    return Author{seed}.write();
}

std::string words_of(const Story& story) {
    std::ostringstream text;
    const Oscillator& x = story.crystal;
    text << "  crystal: " << x.offset_ppm << " ppm, cycle " << x.daily_cycle_ppm << " ppm at " << x.cycle_phase
         << ", walk " << x.walk_per_root_second << ", white " << x.white_frequency;
    for (const auto& [second, ppm] : x.shocks_ppm) {
        text << ", " << ppm << " ppm at " << second;
    }
    for (const RateRamp& ramp : x.ramps) {
        text << ", " << ramp.ppm << " ppm from " << ramp.from << " to " << ramp.to;
    }
    text << '\n';
    for (const Receiver& r : story.sources) {
        text << "  source " << r.settings.id << ": "
             << (r.path                 ? "server"
                 : r.samples            ? "program"
                 : r.label_every > 1    ? "jjy"
                 : r.pulses && r.labels ? "gps"
                 : r.pulses             ? "pulses"
                                        : "sentences")
             << (r.settings.prefer ? ", preferred" : "") << ", every " << r.sample_every << " s, jitter "
             << r.pulse_jitter.count() << ", error " << r.pulse_error.count() << ", uncertainty "
             << r.pulse_uncertainty.count() << ", sentences " << r.sentence_delay.count() << " +- "
             << r.sentence_jitter.count() << " ns\n";
    }
    for (const Fault& f : story.faults) {
        text << "  {" << f.source << ", " << f.from << ", " << f.to << ", " << kNames[static_cast<std::size_t>(f.what)]
             << ", " << f.amount << "}\n";
    }
    return text.str();
}

}  // namespace tokimori::sim
