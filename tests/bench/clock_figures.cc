// What the clock room makes of a receiver's pulses, beside the best that anybody could: tests/bench/README.md.

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>

#include "tests/bench/measured_run.h"

namespace tokimori::bench {
namespace {

constexpr std::size_t kHour = 3600;
constexpr std::size_t kDay = 24 * kHour;
constexpr double kMicrosecond = 1e3;
constexpr unsigned kSeeds = 5;
constexpr int kHeated = 6 * kHour;

TraceKind pulses_of(const char* name, double walk, Duration jitter) {
    TraceKind kind{.name = name,
                   .crystal = {.offset_ppm = 20, .daily_cycle_ppm = 0.6, .walk_per_root_second = walk},
                   .jitter = jitter};
    return kind;
}

std::vector<TraceKind> steady_kinds() {
    return {pulses_of("quiet crystal", 1e-10, Duration{300}), pulses_of("restless crystal", 1e-9, Duration{300}),
            pulses_of("jitter of 5 us", 1e-10, Duration{5000})};
}

TraceKind heated_kind() {
    TraceKind kind = pulses_of("heated by 1 ppm", 1e-10, Duration{300});
    kind.crystal.ramps = {{kHeated, kHeated + 60, 1.0}};
    return kind;
}

// Every day has its own weather.
TraceKind with_weather(TraceKind kind, unsigned seed) {
    kind.crystal.cycle_phase = seed / static_cast<double>(kSeeds);
    return kind;
}

void print_steady(const TraceKind& kind) {
    std::printf("\n%s: pulses jitter by %lld ns, crystal walks by %g /sqrt(s) and %g ppm a day\n", kind.name.c_str(),
                static_cast<long long>(kind.jitter.count()), kind.crystal.walk_per_root_second,
                kind.crystal.daily_cycle_ppm);
    std::printf("%-6s %9s %9s %9s %6s %9s %7s %7s %6s | %10s %10s | %10s %10s\n", "seed", "RMS ns", "optimal", "untold",
                "ratio", "worst ns", "bound/e", "to 1us", "lost", "1 h us", "bound us", "24 h us", "bound us");
    double served = 0;
    double optimal = 0;
    for (unsigned seed = 1; seed <= kSeeds; ++seed) {
        const Trace trace = make_trace(with_weather(kind, seed), 2 * kDay + 10, seed);
        const std::vector<Served> run = run_on(trace, kDay);
        const Figures f = figures_of(run, kHour, kDay);
        const Served& hour = run[kDay + kHour];
        const Served& day = run[2 * kDay];
        std::printf("%-6u %9.1f %9.1f %9.1f %6.2f %9.0f %7.1f %7zu %6zu | %10.1f %10.1f | %10.0f %10.0f\n", seed, f.rms,
                    f.optimal_rms, f.untold_rms, f.rms / f.optimal_rms, f.worst, f.bound_over_error,
                    settled_at(run, kMicrosecond, 0), f.not_served, hour.error / 1e3, hour.bound / 1e3, day.error / 1e3,
                    day.bound / 1e3);
        const std::size_t broken = figures_of(run, 0, run.size()).broken_promises;
        if (broken > 0) {
            std::printf("       THE PROMISE WAS BROKEN for %zu s\n", broken);
        }
        served += f.rms * f.rms;
        optimal += f.optimal_rms * f.optimal_rms;
    }
    std::printf("all    %9.1f %9.1f %9s %6.2f\n", std::sqrt(served / kSeeds), std::sqrt(optimal / kSeeds), "",
                std::sqrt(served / optimal));
}

void print_heated() {
    const TraceKind kind = heated_kind();
    std::printf("\n%s within a minute, 300 ns pulses, quiet crystal\n", kind.name.c_str());
    std::printf("%-6s %9s %9s %9s %7s %6s\n", "seed", "worst ns", "bound", "untold", "to 1us", "broken");
    for (unsigned seed = 1; seed <= kSeeds; ++seed) {
        const Trace trace = make_trace(with_weather(kind, seed), kHeated + kHour, seed);
        const std::vector<Served> run = run_on(trace, trace.seconds.size());
        const auto begin = run.begin() + kHeated;
        const auto end = begin + 600;
        const auto worst =
            std::max_element(begin, end, [](auto& a, auto& b) { return std::abs(a.error) < std::abs(b.error); });
        const auto untold =
            std::max_element(begin, end, [](auto& a, auto& b) { return std::abs(a.untold) < std::abs(b.untold); });
        std::printf("%-6u %9.0f %9.0f %9.0f %7zu %6zu\n", seed, std::abs(worst->error), worst->bound,
                    std::abs(untold->untold), settled_at(run, kMicrosecond, kHeated) - kHeated,
                    figures_of(run, 0, run.size()).broken_promises);
    }
}

// One quiet run as columns for a picture: six hours with pulses, six without, the rest with.
int write_run(const char* path, unsigned seed) {
    const Trace trace = make_trace(with_weather(steady_kinds().front(), seed), kDay, seed);
    std::ofstream file{path};
    file << "second error_ns bound_ns optimal_ns serving state\n";
    const std::vector<Served> run = run_on(trace, 6 * kHour);
    for (std::size_t i = 0; i < run.size(); ++i) {
        file << i << ' ' << run[i].error << ' ' << run[i].bound << ' ' << run[i].optimal << ' ' << run[i].serving << ' '
             << static_cast<int>(run[i].state) << '\n';
    }
    return file.good() ? 0 : 1;
}

// The trace of an hour, for others to hear; what the clock room made of it is printed.
int write_hour(const char* path, unsigned seed) {
    const Trace trace = make_trace(with_weather(steady_kinds().front(), seed), kHour, seed);
    const std::vector<Served> run = run_on(trace, kHour);
    for (std::size_t i = 0; i < run.size(); ++i) {
        if (run[i].serving) {
            std::printf("%zu %.0f\n", i, run[i].error);
        }
    }
    return write_trace(trace, path) ? 0 : 1;
}

int usage() {
    std::fputs(
        "clock_figures                     prints all figures\n"
        "clock_figures --trace FILE [SEED] writes an hour of a trace; prints second and error of what was served on "
        "it\n"
        "clock_figures --run FILE [SEED]   writes a run of 24 hours, to be drawn\n",
        stderr);
    return 2;
}

}  // namespace
}  // namespace tokimori::bench

int main(int count, char** arguments) {
    using namespace tokimori::bench;
    if (count == 1) {
        for (const TraceKind& kind : steady_kinds()) {
            print_steady(kind);
        }
        print_heated();
        return 0;
    }
    const unsigned seed = count > 3 ? static_cast<unsigned>(std::strtoul(arguments[3], nullptr, 10)) : 1;
    if (count < 3) {
        return usage();
    }
    if (std::strcmp(arguments[1], "--trace") == 0) {
        return write_hour(arguments[2], seed);
    }
    return std::strcmp(arguments[1], "--run") == 0 ? write_run(arguments[2], seed) : usage();
}
