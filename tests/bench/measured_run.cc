#include "tests/bench/measured_run.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "tests/bench/kalman.h"

namespace tokimori::bench {
namespace {

using namespace std::chrono_literals;

constexpr SourceId kReceiver = 1;
constexpr std::size_t kSettled = 60;

Timekeeper make_clock(const Trace& trace) {
    Timekeeper::Settings settings;
    settings.laboratory = true;
    settings.policy.holdover = 30h;
    Timekeeper clock{settings, LeapTable::built_in(), trace.seconds.front().begins};
    clock.set_sources({{.id = kReceiver, .expects_pulses = true}});
    return clock;
}

// The pulse and the sentence of one second.
void hear(Timekeeper& clock, const Trace& trace, std::size_t second, double sentence_delay) {
    clock.observe(Pulse{kReceiver, trace.seconds[second].stamp, trace.kind.quantum});
    clock.observe(Label{.source = kReceiver,
                        .heard = trace.counter_at(second, sentence_delay),
                        .time = LeapTable::built_in().utc_at(trace.tai_of(second))});
}

double counter_minus_tai(const Trace& trace, LocalInstant counter, Duration elapsed) {
    return static_cast<double>((counter - trace.seconds.front().begins - elapsed).count());
}

}  // namespace

std::vector<Served> run_on(const Trace& trace, std::size_t pulses_end) {
    Timekeeper clock = make_clock(trace);
    Kalman told{trace.kind, true};
    Kalman untold{trace.kind, false};
    std::mt19937_64 random{7};
    std::normal_distribution<double> sentence_delay{0.140, 0.005};
    std::vector<Served> run;
    run.reserve(trace.seconds.size());
    for (std::size_t i = 0; i + 1 < trace.seconds.size(); ++i) {
        if (i < pulses_end) {
            hear(clock, trace, i, sentence_delay(random));
            const double seen = counter_minus_tai(trace, trace.seconds[i].stamp, std::chrono::seconds{i});
            told.add(seen, trace.seconds[i].known);
            untold.add(seen, trace.seconds[i].known);
        }
        clock.advance(trace.counter_at(i, 0.4));
        const LocalInstant now = trace.counter_at(i, 0.5);
        const TaiInstant truth = trace.tai_of(i) + 500ms;
        const double known = (trace.seconds[i].known + trace.seconds[i + 1].known) / 2;
        const double counter = counter_minus_tai(trace, now, std::chrono::seconds{i} + 500ms);
        const double since = 0.5 + (i < pulses_end ? 0.0 : static_cast<double>(i - pulses_end + 1));
        const ServerState& state = clock.state();
        run.push_back({.error = static_cast<double>((state.model.tai_at(now) - truth).count()),
                       .bound = static_cast<double>(state.root_distance_at(now).count()),
                       .optimal = counter - told.at(since, known),
                       .untold = counter - untold.at(since, known),
                       .serving = state.synchronised_at(now),
                       .state = clock.clock_state()});
    }
    return run;
}

Figures figures_of(const std::vector<Served>& run, std::size_t from, std::size_t to) {
    Figures figures;
    std::vector<double> ratios;
    const auto seconds = static_cast<double>(to - from);
    for (std::size_t i = from; i < to; ++i) {
        const Served& s = run[i];
        figures.rms += s.error * s.error / seconds;
        figures.optimal_rms += s.optimal * s.optimal / seconds;
        figures.untold_rms += s.untold * s.untold / seconds;
        figures.worst = std::max(figures.worst, std::abs(s.error));
        figures.not_served += s.serving ? 0U : 1U;
        figures.broken_promises += (s.serving && std::abs(s.error) > s.bound) ? 1U : 0U;
        ratios.push_back(s.bound / std::max(std::abs(s.error), 1.0));
    }
    figures.rms = std::sqrt(figures.rms);
    figures.optimal_rms = std::sqrt(figures.optimal_rms);
    figures.untold_rms = std::sqrt(figures.untold_rms);
    const auto middle = ratios.begin() + static_cast<std::ptrdiff_t>(ratios.size() / 2);
    std::nth_element(ratios.begin(), middle, ratios.end());
    figures.bound_over_error = *middle;
    return figures;
}

std::size_t settled_at(const std::vector<Served>& run, double limit, std::size_t from) {
    std::size_t good = 0;
    for (std::size_t i = from; i < run.size(); ++i) {
        good = run[i].serving && std::abs(run[i].error) <= limit ? good + 1 : 0;
        if (good == kSettled) {
            return i + 1 - kSettled;
        }
    }
    return run.size();
}

}  // namespace tokimori::bench
