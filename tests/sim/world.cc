#include "tests/sim/world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace tokimori::sim {
namespace {

using namespace std::chrono_literals;

constexpr int kTaiMinusGps = 19;

std::vector<SourceSettings> settings_of(const std::vector<Receiver>& receivers) {
    std::vector<SourceSettings> all;
    for (const Receiver& receiver : receivers) {
        all.push_back(receiver.settings);
    }
    return all;
}

}  // namespace

Timekeeper::Settings World::laboratory() {
    Timekeeper::Settings settings;
    settings.laboratory = true;
    return settings;
}

World::World(UtcTime begin, Oscillator oscillator, Timekeeper::Settings settings, unsigned seed)
    : oscillator_{std::move(oscillator)},
      sky_{LeapTable::built_in()},
      clock_{std::make_unique<Timekeeper>(settings, LeapTable::built_in(), LocalInstant{1000s})},
      random_{seed},
      tai_{sky_.tai_at(begin).value()},
      local_{1000s} {}

void World::add(Receiver receiver) {
    receivers_.push_back(std::move(receiver));
    clock_->set_sources(settings_of(receivers_));
}

void World::run(int seconds) {
    for (int i = 0; i < seconds; ++i) {
        pass_second();
    }
}

void World::pass_second() {
    rate_ = frequency();
    for (Receiver& receiver : receivers_) {
        if (receiver.script) {
            receiver.script(second_, receiver);
        }
        emit(receiver);
    }
    clock_->advance(local_at(tai_ + 900ms));
    check();
    local_ = local_at(tai_ + 1s);
    tai_ += 1s;
    ++second_;
}

double World::frequency() {
    const double days = second_ / 86400.0;
    std::normal_distribution<double> normal{0.0, 1.0};
    walk_ += oscillator_.walk_per_root_second * normal(random_);
    double ppm = oscillator_.offset_ppm + oscillator_.drift_ppm_per_day * days +
                 oscillator_.daily_cycle_ppm * std::sin(2 * std::numbers::pi * days);
    for (const auto& [second, shock] : oscillator_.shocks_ppm) {
        ppm += second_ >= second ? shock : 0.0;
    }
    return ppm * 1e-6 + walk_;
}

void World::emit(Receiver& receiver) {
    if (receiver.pulses) {
        const LocalInstant at = local_at(tai_ + receiver.pulse_error + noise(receiver.pulse_jitter));
        clock_->observe(Pulse{receiver.settings.id, at, receiver.pulse_uncertainty});
    }
    if (receiver.samples) {
        const TaiInstant named = tai_ + receiver.sample_phase;
        OffsetSample sample{.source = receiver.settings.id,
                            .local = local_at(named + receiver.pulse_error + noise(receiver.pulse_jitter)),
                            .time = sky_.utc_at(named + receiver.label_error),
                            .uncertainty = receiver.pulse_uncertainty};
        if (receiver.announces != LeapKind::kNone) {
            sample.leap_at_month_end = receiver.announces;
        }
        clock_->observe(sample);
    }
    if (receiver.labels) {
        const LocalInstant heard = local_at(tai_ + receiver.sentence_delay + noise(receiver.sentence_jitter));
        Label label{.source = receiver.settings.id, .heard = heard, .time = sky_.utc_at(tai_ + receiver.label_error)};
        label.time.second.day += 7 * receiver.label_weeks_error;
        label.gps_minus_utc = sky_.tai_minus_utc_at(tai_) - kTaiMinusGps + receiver.gps_minus_utc_error;
        if (receiver.announces != LeapKind::kNone) {
            label.leap_at_month_end = receiver.announces;
        }
        clock_->observe(label);
    }
}

void World::check() {
    const TaiInstant truth = tai_ + 950ms;
    const LocalInstant local = local_at(truth);
    const ServerState& state = clock_->state();
    Verdict verdict{.second = second_, .serving = state.synchronised_at(local), .state = clock_->clock_state()};
    verdict.error = state.model.tai_at(local) - truth;
    verdict.bound = state.root_distance_at(local);
    if (promise_is_kept_ && verdict.serving && std::chrono::abs(verdict.error) > verdict.bound) {
        ADD_FAILURE() << "second " << second_ << ": error " << verdict.error.count() << " ns is outside the bound of "
                      << verdict.bound.count() << " ns";
    }
    history_.push_back(verdict);
}

LocalInstant World::local_at(TaiInstant instant) const {
    const auto elapsed = static_cast<double>((instant - tai_).count());
    return local_ + Duration{std::llround(elapsed * (1.0 + rate_))};
}

Duration World::noise(Duration deviation) {
    std::normal_distribution<double> normal{0.0, 1.0};
    return Duration{std::llround(normal(random_) * static_cast<double>(deviation.count()))};
}

int World::first_served() const {
    const auto first = std::find_if(history_.begin(), history_.end(), [](const Verdict& v) { return v.serving; });
    return first == history_.end() ? -1 : first->second;
}

int World::seconds_served(int from, int to) const {
    return static_cast<int>(
        std::count_if(history_.begin() + from, history_.begin() + to, [](const Verdict& v) { return v.serving; }));
}

Duration World::worst_error(int from, int to) const {
    Duration worst{};
    for (int i = from; i < to; ++i) {
        worst = std::max(worst, std::chrono::abs(history_[static_cast<std::size_t>(i)].error));
    }
    return worst;
}

}  // namespace tokimori::sim
