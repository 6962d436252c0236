#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "tests/simulated_time/script.h"
#include "tests/simulated_time/virtual_clock.h"

namespace tokimori::simulated_time {

/// Somebody in the simulated world who does something at true times of his own.
class Actor {
public:
    virtual ~Actor() = default;
    /// When he acts next, ns of true time since launch; INT64_MAX if never again.
    virtual std::int64_t next() const = 0;
    /// Called when that time has come.
    virtual void act() = 0;
};

/// True UTC on the POSIX count, ns: an inserted second shows the one before it again, as kernels and NTP count.
class TrueUtc {
public:
    explicit TrueUtc(const Script& script);
    /// `truth`: ns since launch.
    std::int64_t posix_at(std::int64_t truth) const;
    /// The instant lies in an inserted second.
    bool is_inserted(std::int64_t truth) const;

private:
    struct Change {
        std::int64_t at;
        bool inserted;
    };
    std::int64_t start_;
    std::vector<Change> changes_;
};

/// Simulated time: it stands still while the program works, but for what a look at a clock costs, and jumps to what
/// happens next when the program would wait. Not thread-safe: programs in it have one thread.
class World {
public:
    explicit World(const Script& script);

    /// ns of true time since launch.
    std::int64_t truth() const { return truth_; }
    const TrueUtc& utc() const { return utc_; }
    VirtualClock& clock() { return clock_; }

    /// A program looks at a clock.
    void spend_a_look() { advance(kLook); }

    /// The host is suspended for that many ns of true time. Who had something to do meanwhile does it at its end.
    void sleep(std::int64_t ns);

    void add(std::unique_ptr<Actor> actor) { actors_.push_back(std::move(actor)); }

    /// `fire` is called when CLOCK_MONOTONIC has reached `at`, and again every `interval` ns if that is not 0.
    void set_timer(int id, std::int64_t at, std::int64_t interval, std::function<void()> fire);
    void forget_timer(int id) { timers_.erase(id); }

    /// Goes on to what happens next, at most to `deadline` of CLOCK_MONOTONIC. False if nothing ever will.
    bool go_on(std::optional<std::int64_t> deadline);

private:
    static constexpr std::int64_t kLook = 40;
    struct Timer {
        std::int64_t at;
        std::int64_t interval;
        std::function<void()> fire;
    };

    void advance(std::int64_t ns);
    void fire_timers();
    void let_act();

    TrueUtc utc_;
    VirtualClock clock_;
    std::int64_t truth_ = 0;
    std::map<int, Timer> timers_;
    std::vector<std::unique_ptr<Actor>> actors_;
};

}  // namespace tokimori::simulated_time
