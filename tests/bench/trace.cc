#include "tests/bench/trace.h"

#include <cmath>
#include <fstream>

#include "leap/leap_table.h"

namespace tokimori::bench {
namespace {

using namespace std::chrono_literals;

constexpr LocalInstant kBoot{1000s};

LocalInstant quantised(LocalInstant instant, Duration quantum) {
    return LocalInstant{(instant.time_since_epoch() + quantum / 2) / quantum * quantum};
}

}  // namespace

LocalInstant Trace::counter_at(std::size_t second, double part) const {
    const LocalInstant begins = seconds[second].begins;
    const auto length = static_cast<double>((seconds[second + 1].begins - begins).count());
    return begins + Duration{std::llround(part * length)};
}

Trace make_trace(const TraceKind& kind, std::size_t seconds, std::uint64_t seed) {
    Trace trace{kind, LeapTable::built_in().tai_at(parse_utc("2026-11-22T09:00:00Z").value()).value(), {}};
    trace.seconds.reserve(seconds);
    sim::Crystal crystal{kind.crystal, seed};
    std::mt19937_64 random{seed + 1'000'003};
    std::normal_distribution<double> jitter{0.0, static_cast<double>(kind.jitter.count())};
    LocalInstant begins = kBoot;
    double known = 0;
    for (std::size_t i = 0; i < seconds; ++i) {
        const LocalInstant edge = begins + Duration{std::llround(jitter(random))};
        trace.seconds.push_back({begins, quantised(edge, kind.quantum), known});
        known += 1e9 * crystal.known_rate_in(static_cast<int>(i));
        begins += Duration{std::llround(1e9 * (1.0 + crystal.rate_in(static_cast<int>(i))))};
    }
    return trace;
}

bool write_trace(const Trace& trace, const std::string& path) {
    std::ofstream file{path};
    file << "# " << trace.kind.crystal.offset_ppm << " ppm; per second, counter - TAI in ns: as stamped, true\n";
    const LocalInstant start = trace.seconds.front().begins;
    for (std::size_t i = 0; i < trace.seconds.size(); ++i) {
        const Duration elapsed = std::chrono::seconds{i};
        file << (trace.seconds[i].stamp - start - elapsed).count() << ' '
             << (trace.seconds[i].begins - start - elapsed).count() << '\n';
    }
    return file.good();
}

}  // namespace tokimori::bench
