#include "tests/sim/virtual_world.h"

#include <algorithm>
#include <cmath>

namespace tokimori::sim {
namespace {

using namespace std::chrono_literals;

constexpr LocalInstant kBoot{1000s};
constexpr LocalInstant kReboot{30s};
constexpr std::size_t kSentences = 5;
constexpr Duration kRounding{10};
// As seldom as the clock service of the daemon turns.
constexpr Duration kLongestTick{1250ms};
// When the second is judged.
constexpr Duration kLook{950ms};

std::vector<SourceSettings> settings_of(const std::vector<Driver>& drivers) {
    std::vector<SourceSettings> all;
    for (const Driver& driver : drivers) {
        all.push_back(driver.receiver().settings);
    }
    return all;
}

}  // namespace

VirtualWorld::VirtualWorld(UtcTime begin, Oscillator oscillator, Timekeeper::Settings settings, unsigned seed)
    : settings_{settings},
      crystal_{std::move(oscillator), seed},
      sky_{LeapTable::built_in()},
      seed_{seed},
      clock_{std::make_unique<Timekeeper>(settings, LeapTable::built_in(), kBoot)},
      start_{sky_.tai_at(begin).value()},
      boot_{kBoot},
      tai_{start_},
      local_{kBoot} {}

void VirtualWorld::add(Receiver receiver) {
    // Each has noise of its own, whoever else is there.
    const std::uint64_t seed = seed_ * 1'000ULL + receiver.settings.id;
    drivers_.emplace_back(std::move(receiver), seed);
    clock_->set_sources(settings_of(drivers_));
}

void VirtualWorld::run(int seconds) {
    for (int i = 0; i < seconds; ++i) {
        pass_second();
    }
}

void VirtualWorld::sleep(int seconds) {
    told_.clear();
    const LocalInstant asleep = local_;
    for (int i = 0; i < seconds; ++i) {
        pass_unheard();
    }
    local_ = asleep;
    clock_->lose_time(local_);
}

void VirtualWorld::restart(int seconds, const Return& how) {
    told_.clear();
    std::optional<ClockMemory> memory = clock_->memory();
    for (int i = 0; i < seconds; ++i) {
        pass_unheard();
    }
    if (!how.same_boot) {
        tai_ += std::chrono::hours{24 * how.days};
        start_ = tai_;
        local_ = boot_ = kReboot;
    }
    clock_ = std::make_unique<Timekeeper>(settings_, sky_, local_);
    clock_->set_sources(settings_of(drivers_));
    if (memory && how.spoiled) {
        how.spoiled(*memory);
    }
    if (memory) {
        clock_->recall(*memory, how.same_boot);
    }
}

void VirtualWorld::pass_unheard() {
    rate_ = crystal_.rate_in(second_);
    local_ = local_at(tai_ + 1s);
    tai_ += 1s;
    history_.push_back({.second = second_++});
}

void VirtualWorld::pass_second() {
    rate_ = crystal_.rate_in(second_);
    const auto free_counter = [this](LocalInstant at) { return start_ + (at - boot_); };
    const Moment moment{second_, tai_, &sky_, [this](TaiInstant at) { return local_at(at); }, free_counter};
    for (Driver& driver : drivers_) {
        driver.hear(moment, told_);
    }
    std::stable_sort(told_.begin(), told_.end(), [](const Told& a, const Told& b) { return a.when < b.when; });
    for (next_tick_ = std::max(next_tick_, tai_); next_tick_ < tai_ + kLook; next_tick_ += kLongestTick) {
        advance(next_tick_);
    }
    tell_until(tai_ + kLook);
    look(tai_ + kLook);
    tell_until(tai_ + 1s);
    history_.push_back(verdict_at(tai_ + kLook));
    local_ = local_at(tai_ + 1s);
    tai_ += 1s;
    ++second_;
}

void VirtualWorld::tell_until(TaiInstant until) {
    auto next = told_.begin();
    for (; next != told_.end() && next->when < until; ++next) {
        const TaiInstant told = std::max(next->when, tai_);
        clock_->advance(local_at(told));
        const ServerState before = clock_->state();
        clock_->observe(next->what);
        look(told);
        look_for_jump(before, told);
    }
    told_.erase(told_.begin(), next);
}

void VirtualWorld::advance(TaiInstant to) {
    tell_until(to);
    clock_->advance(local_at(to));
}

Verdict VirtualWorld::verdict_at(TaiInstant truth) const {
    const LocalInstant local = local_at(truth);
    const ServerState& state = clock_->state();
    return {.second = second_,
            .serving = state.synchronised_at(local),
            .state = clock_->clock_state(),
            .selected = clock_->selected(),
            .error = state.model.tai_at(local) - truth,
            .bound = state.root_distance_at(local)};
}

void VirtualWorld::look(TaiInstant truth) {
    const Verdict verdict = verdict_at(truth);
    if (!promise_is_kept_ || !verdict.serving) {
        return;
    }
    if (std::chrono::abs(verdict.error) > verdict.bound) {
        complain("error outside the bound", verdict);
    } else if (!names_right_second(truth)) {
        complain("clients are told another second", verdict);
    }
}

// Whatever an observation speaks of, clients are served until it is told.
void VirtualWorld::look_for_jump(const ServerState& before, TaiInstant told) {
    const LocalInstant local = local_at(told);
    const ServerState& after = clock_->state();
    const auto served = [local](const ServerState& state) {
        const TaiInstant tai = state.model.tai_at(local);
        return tai + state.scale.offset_at(tai);
    };
    if (before.synchronised_at(local) && after.synchronised_at(local) &&
        std::chrono::abs(served(after) - served(before)) > kRounding) {
        complain("served time jumped by " + std::to_string((served(after) - served(before)).count()) + " ns",
                 verdict_at(told));
    }
}

// What is served at the truth itself must be the UTC of the sky, whatever the clock's error is besides.
bool VirtualWorld::names_right_second(TaiInstant truth) const {
    const UtcSecond utc = sky_.utc_at(truth).second;
    const std::int64_t shown = truth.time_since_epoch().count() + clock_->state().scale.offset_at(truth).count();
    const std::int64_t counted = std::int64_t{utc.day} * kSecondsPerDay + std::min(utc.second, kSecondsPerDay - 1);
    return shown / 1'000'000'000 == counted;
}

void VirtualWorld::complain(const std::string& what, const Verdict& verdict) {
    if (broken_.size() < kSentences) {
        broken_.push_back("second " + std::to_string(second_) + ": " + what + ": error " +
                          std::to_string(verdict.error.count()) + " ns, bound " +
                          std::to_string(verdict.bound.count()) + " ns");
    }
}

LocalInstant VirtualWorld::local_at(TaiInstant instant) const {
    const auto elapsed = static_cast<double>((instant - tai_).count());
    return local_ + Duration{std::llround(elapsed * (1.0 + rate_))};
}

int VirtualWorld::first_served() const {
    const auto first = std::find_if(history_.begin(), history_.end(), [](const Verdict& v) { return v.serving; });
    return first == history_.end() ? -1 : first->second;
}

int VirtualWorld::seconds_served(int from, int to) const {
    return static_cast<int>(
        std::count_if(history_.begin() + from, history_.begin() + to, [](const Verdict& v) { return v.serving; }));
}

Duration VirtualWorld::worst_error(int from, int to) const {
    Duration worst{};
    for (int i = from; i < to; ++i) {
        worst = std::max(worst, std::chrono::abs(history_[static_cast<std::size_t>(i)].error));
    }
    return worst;
}

Duration VirtualWorld::worst_served_error(int from, int to) const {
    Duration worst{};
    for (int i = from; i < to; ++i) {
        const Verdict& v = history_[static_cast<std::size_t>(i)];
        worst = std::max(worst, v.serving ? std::chrono::abs(v.error) : Duration::zero());
    }
    return worst;
}

}  // namespace tokimori::sim
