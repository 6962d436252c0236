#pragma once

#include <functional>
#include <optional>

#include "refclocks/counter.h"
#include "server/clock/follower.h"
#include "server/daemon/configuration.h"
#include "server/daemon/log.h"

struct timex;

namespace tokimori {

/// clock_adjtime(2) on CLOCK_REALTIME: the state that it returns (TIME_OK …), or −errno.
using AdjustKernelClock = std::function<int(timex&)>;

/// The real one.
int adjust_kernel_clock(timex& call);

/// The clock of this host: what the follower decides, done to the kernel and told to the operator. Needs CAP_SYS_TIME;
/// without it says so once and leaves the clock alone. Clock thread only.
class SystemClock {
public:
    /// How it is doing, for reports.
    enum class State { kLeft, kForbidden, kFollowed };

    /// All must outlive the object. `adjust`: tests pass a kernel of their own.
    SystemClock(Counter& counter, Log& log, AdjustKernelClock adjust = adjust_kernel_clock);
    ~SystemClock();

    /// What the configuration says, now or after a reload. A laboratory never steers: its dates may be made up.
    void configure(const Configuration& configuration, const ServerState& state);

    /// Whether it shows smeared time where that is served.
    void set_smeared(bool smeared) { follower_.set_smeared(smeared); }

    /// To be called about once a second, right after `Counter::keep`. `kept` is what that read.
    void follow(const ClockReading& kept, const ServerState& state, const LeapTable& table);

    /// Nobody will look after the clock from now on: it goes on at its right speed.
    void release(const ServerState& state);

    /// The operator's explicit request to set the clock at once. False where it is left alone.
    bool request_step();

    State state() const { return state_; }
    /// Meaningful while followed.
    const FollowerReport& report() const { return follower_.report(); }

private:
    std::optional<KernelClock> read();
    bool make(const KernelAdjustment& adjustment);
    bool end_other_loops();
    std::optional<int> call(timex& request);
    void forbid(int error);
    void tell(const FollowerEvent& event);

    Counter& counter_;
    Log& log_;
    AdjustKernelClock adjust_;
    Follower follower_{Follower::Settings{}};
    State state_ = State::kLeft;
};

}  // namespace tokimori
