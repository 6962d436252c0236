#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>

#include "leap/instant.h"

namespace tokimori {

/// How often the operator wants another server asked.
struct PollPolicy {
    bool iburst = true;  ///< six requests, 2 s apart, at the start and after it was away
    int minpoll = 8;     ///< log2 s
    int maxpoll = 10;    ///< log2 s
};

/// When to ask another server. Never more than 20 requests within any hour, the burst included, unless the operator set
/// a `minpoll` below 8. Asks more seldom where more answers would tell nothing: while what a crystal may do until the
/// next one is small beside what each leaves uncertain. Pure: told everything.
class PollSchedule {
public:
    explicit PollSchedule(const PollPolicy& policy);

    /// What an earlier run asked, oldest first, counts as if it had been this one. To be called before `begin`.
    void recall(std::span<const LocalInstant> sent);
    /// Begins, at the earliest at `now`. The first burst takes half of what is left of the hour at most.
    void begin(LocalInstant now);
    /// Asks another address of the server from `now` on: soon, and as often as at the beginning.
    void begin_elsewhere(LocalInstant now);
    /// When the next request may go.
    LocalInstant next() const;
    /// True if nothing was tried yet, and only because earlier runs have used up the hour.
    bool held_back() const;

    /// One went at `now`.
    void sent(LocalInstant now);
    /// None went: the network gave no way at `now`. Does not count.
    void not_sent(LocalInstant now);
    /// The last one was answered, and the time is known to within `uncertainty`.
    void answered(Duration uncertainty);
    /// What the server says is contested at `now`: the next requests go soon, once an hour at most, and not to a server
    /// that wanted to be asked more seldom.
    void contested(LocalInstant now);
    /// The last one was not, or not so that it helped.
    void failed();
    /// The server wants to be asked more seldom: at most half as often as now, from now on.
    void slow_down();
    /// The server will not answer: asked again after a day, since people change their minds.
    void refused();

    /// Log2 s of the usual interval at the moment.
    int poll() const { return poll_; }
    /// How many in a row had no answer of use.
    int failures() const { return failures_; }

    static constexpr std::size_t kMostAnHour = 20;
    static constexpr int kBurst = 6;

private:
    Duration gap() const;
    bool polite() const;
    std::size_t used_at(LocalInstant now) const;

    PollPolicy policy_;
    int poll_;
    int floor_;
    int burst_left_ = 0;
    int failures_ = 0;
    int not_sent_ = 0;
    int steady_ = 0;  ///< answers in a row that want the same change of `poll_`, by their sign
    bool refused_ = false;
    bool tried_ = false;
    std::optional<LocalInstant> contested_;
    LocalInstant last_;  ///< when something was tried
    LocalInstant earliest_;
    std::array<LocalInstant, kMostAnHour> sent_{};
    std::size_t count_ = 0;
};

}  // namespace tokimori
