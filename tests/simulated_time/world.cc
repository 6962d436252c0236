#include "tests/simulated_time/world.h"

#include <algorithm>
#include <utility>

namespace tokimori::simulated_time {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

}  // namespace

TrueUtc::TrueUtc(const Script& script) : start_{script.start * kSecond} {
    std::int64_t sum = 0;
    for (const TrueLeap& leap : script.leaps) {
        const std::int64_t begin = (leap.before - (leap.inserted ? 0 : 1)) * kSecond;
        changes_.push_back({begin - start_ + sum, leap.inserted});
        sum += leap.inserted ? kSecond : -kSecond;
    }
}

std::int64_t TrueUtc::posix_at(std::int64_t truth) const {
    std::int64_t posix = start_ + truth;
    for (const Change& change : changes_) {
        posix += truth < change.at ? 0 : change.inserted ? -kSecond : kSecond;
    }
    return posix;
}

bool TrueUtc::is_inserted(std::int64_t truth) const {
    return std::any_of(changes_.begin(), changes_.end(), [truth](const Change& change) {
        return change.inserted && change.at <= truth && truth < change.at + kSecond;
    });
}

World::World(const Script& script)
    : utc_{script}, clock_{script.oscillator, script.start * kSecond + script.realtime_error_ns} {}

void World::advance(std::int64_t ns) {
    clock_.advance(ns);
    truth_ += ns;
}

void World::sleep(std::int64_t ns) {
    clock_.sleep(ns);
    truth_ += ns;
}

void World::set_timer(int id, std::int64_t at, std::int64_t interval, std::function<void()> fire) {
    timers_.insert_or_assign(id, Timer{at, interval, std::move(fire)});
}

bool World::go_on(std::optional<std::int64_t> deadline) {
    std::int64_t next = INT64_MAX;
    for (const auto& actor : actors_) {
        next = std::min(next, actor->next() - truth_);
    }
    for (const auto& [id, timer] : timers_) {
        next = std::min(next, timer.at - clock_.monotonic());
    }
    if (deadline) {
        next = std::min(next, *deadline - clock_.monotonic());
    }
    // As far away as this only what never happens is.
    if (next > INT64_MAX / 2) {
        return false;
    }
    advance(std::max<std::int64_t>(next, 0));
    fire_timers();
    let_act();
    return true;
}

void World::fire_timers() {
    std::vector<std::function<void()>> due;
    for (auto timer = timers_.begin(); timer != timers_.end();) {
        if (timer->second.at > clock_.monotonic()) {
            ++timer;
            continue;
        }
        due.push_back(timer->second.fire);
        timer->second.at += timer->second.interval;
        timer = timer->second.interval == 0 ? timers_.erase(timer) : std::next(timer);
    }
    for (const auto& fire : due) {
        fire();
    }
}

void World::let_act() {
    for (const auto& actor : actors_) {
        if (actor->next() <= truth_) {
            actor->act();
        }
    }
}

}  // namespace tokimori::simulated_time
