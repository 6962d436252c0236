#include "refclocks/simulated_sky.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace tokimori {
namespace {

using namespace std::chrono_literals;

// A receiver's usual habits: a sentence comes about 120 ms after the second it names.
constexpr Duration kSentenceDelay = 120ms;
constexpr Duration kSentenceJitter = 3ms;
constexpr Duration kEdgeUncertainty = 100ns;
constexpr int kGpsEpochOffset = 19;  // TAI − GPS, for ever

std::optional<std::int64_t> whole_number(std::string_view text) {
    if (text.starts_with('+')) {
        text.remove_prefix(1);
    }
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < -100'000 || value > 100'000) {
        return std::nullopt;
    }
    return value;
}

std::optional<Duration> whole_duration(std::string_view text) {
    if (text.empty()) {
        return std::nullopt;
    }
    const auto value = whole_number(text.substr(0, text.size() - 1));
    if (!value || *value < 0) {
        return std::nullopt;
    }
    switch (text.back()) {
        case 's':
            return std::chrono::seconds{*value};
        case 'm':
            return std::chrono::minutes{*value};
        case 'h':
            return std::chrono::hours{*value};
        default:
            return std::nullopt;
    }
}

std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> words;
    while (!line.empty()) {
        const std::size_t space = std::min(line.find(' '), line.size());
        if (space > 0) {
            words.push_back(line.substr(0, space));
        }
        line.remove_prefix(std::min(space + 1, line.size()));
    }
    return words;
}

struct FaultName {
    std::string_view name;
    SkyFault::Kind kind;
    bool has_amount;
};

constexpr std::array kFaultNames{
    FaultName{"no-pulses", SkyFault::Kind::kNoPulses, false},
    FaultName{"no-labels", SkyFault::Kind::kNoLabels, false},
    FaultName{"silence", SkyFault::Kind::kSilence, false},
    FaultName{"wrong-second", SkyFault::Kind::kWrongSecond, true},
    FaultName{"wrong-week", SkyFault::Kind::kWrongWeek, true},
    FaultName{"wrong-edge", SkyFault::Kind::kWrongEdge, true},
};

constexpr std::int64_t kDaysPerWeek = 7;

}  // namespace

std::optional<SkyFault> parse_sky_fault(std::string_view line) {
    const std::vector<std::string_view> words = words_of(line);
    if (words.size() < 4) {
        return std::nullopt;
    }
    const auto* const name =
        std::find_if(kFaultNames.begin(), kFaultNames.end(), [&](const FaultName& f) { return f.name == words[1]; });
    if (name == kFaultNames.end() || words.size() != (name->has_amount ? 5U : 4U) || words[words.size() - 2] != "for") {
        return std::nullopt;
    }
    const auto begin = whole_duration(words.front());
    const auto length = whole_duration(words.back());
    const auto amount = name->has_amount ? whole_number(words[2]) : std::optional<std::int64_t>{0};
    if (!begin || !length || !amount) {
        return std::nullopt;
    }
    return SkyFault{name->kind, *begin, *length, *amount};
}

std::optional<std::vector<SkyFault>> parse_sky_script(std::string_view text) {
    std::vector<SkyFault> script;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(';'), text.size());
        const auto fault = parse_sky_fault(text.substr(0, end));
        if (!fault) {
            return std::nullopt;
        }
        script.push_back(*fault);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return script;
}

SimulatedSky::SimulatedSky(SimulatedSkySettings settings, SourceId source, HostDate launch)
    : settings_{std::move(settings)}, source_{source}, table_{LeapTable::built_in()}, leap_day_{0}, launch_{launch} {
    const UtcTime start = settings_.start.value_or(table_.utc_at(host_tai(launch.posix)));
    leap_day_ = last_day_of_month(start.second.day);
    table_ = table_.with_event({leap_day_, settings_.leap});
    launch_tai_ = settings_.start ? table_.tai_at(start).value_or(host_tai(launch.posix)) : host_tai(launch.posix);
}

TaiInstant SimulatedSky::begin_next_second(HostDate now) {
    const TaiInstant here = tai_of(now);
    // The host's clock may have been set back: then its new time is what this sky shows.
    const bool set_back = last_second_ > here + 2s;
    last_second_ = std::chrono::floor<std::chrono::seconds>(set_back ? here : std::max(here, last_second_)) + 1s;
    return last_second_;
}

SimulatedSky::Second SimulatedSky::next_second(HostDate now) {
    const TaiInstant second = begin_next_second(now);
    const LocalInstant edge = local_of(second, now);
    std::vector<Event> events;
    if (active(SkyFault::Kind::kSilence, second) != nullptr) {
        return {edge, events};
    }
    if (settings_.pulses && active(SkyFault::Kind::kNoPulses, second) == nullptr) {
        const SkyFault* const late = active(SkyFault::Kind::kWrongEdge, second);
        const LocalInstant at = edge + noise(settings_.jitter) + std::chrono::milliseconds{late ? late->amount : 0};
        events.push_back({at, Pulse{source_, at, kEdgeUncertainty}});
    }
    if (settings_.labels && active(SkyFault::Kind::kNoLabels, second) == nullptr) {
        const LocalInstant heard = edge + kSentenceDelay + noise(kSentenceJitter);
        events.push_back({heard, label_of(second, heard)});
    }
    std::sort(events.begin(), events.end(), [](const Event& a, const Event& b) { return a.due < b.due; });
    return {edge, std::move(events)};
}

Label SimulatedSky::label_of(TaiInstant second, LocalInstant heard) const {
    const SkyFault* const wrong_second = active(SkyFault::Kind::kWrongSecond, second);
    const TaiInstant named = second + std::chrono::seconds{wrong_second ? wrong_second->amount : 0};
    Label label{.source = source_, .heard = heard, .time = table_.utc_at(named)};
    label.gps_minus_utc = table_.tai_minus_utc_at(named) - kGpsEpochOffset;
    // A receiver that has lost count of the weeks still knows today's leap seconds.
    if (const SkyFault* const wrong_week = active(SkyFault::Kind::kWrongWeek, second)) {
        label.time.second.day += static_cast<UtcDay>(wrong_week->amount * kDaysPerWeek);
    }
    if (settings_.leap != LeapKind::kNone && second < table_.end_of({leap_day_, settings_.leap})) {
        label.leap_at_month_end = table_.kind_on(leap_day_);
    }
    return label;
}

const SkyFault* SimulatedSky::active(SkyFault::Kind kind, TaiInstant tai) const {
    const Duration age = tai - launch_tai_;
    for (const SkyFault& fault : settings_.script) {
        if (fault.kind == kind && age >= fault.begin && age < fault.begin + fault.length) {
            return &fault;
        }
    }
    return nullptr;
}

TaiInstant SimulatedSky::host_tai(std::int64_t posix) const {
    const auto day = static_cast<UtcDay>(std::chrono::floor<std::chrono::days>(Duration{posix}).count());
    return TaiInstant{Duration{posix}} + std::chrono::seconds{table_.tai_minus_utc_on(day)};
}

// Without a date of its own and without an error of the counter, this sky is the host's clock, whatever slews that
// clock.
TaiInstant SimulatedSky::tai_of(HostDate now) const {
    if (!settings_.start && settings_.frequency_error_ppm == 0.0) {
        return host_tai(now.posix);
    }
    const auto elapsed = static_cast<double>((now.local - launch_.local).count());
    return launch_tai_ + Duration{static_cast<std::int64_t>(elapsed / (1.0 + settings_.frequency_error_ppm * 1e-6))};
}

LocalInstant SimulatedSky::local_of(TaiInstant tai, HostDate now) const {
    const auto ahead = static_cast<double>((tai - tai_of(now)).count());
    return now.local + Duration{static_cast<std::int64_t>(ahead * (1.0 + settings_.frequency_error_ppm * 1e-6))};
}

Duration SimulatedSky::noise(Duration deviation) {
    std::normal_distribution<double> normal{0.0, 1.0};
    return Duration{static_cast<std::int64_t>(normal(random_) * static_cast<double>(deviation.count()))};
}

}  // namespace tokimori
