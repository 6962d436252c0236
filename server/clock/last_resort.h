#pragma once

#include <cstdint>
#include <optional>

#include "leap/leap_policy.h"
#include "leap/leap_table.h"
#include "server/clock/server_state.h"
#include "server/clock/source_settings.h"

namespace tokimori {

/// What is served where nobody tells the time any more and our own clock is not vouched for either: the counter,
/// running free at a high stratum, so that a network that is alone at least agrees. It goes on from our own clock,
/// where that was ever right since the counter began, else from the clock of the host. It is served only while no
/// source that names the time is heard, five minutes after the last one, if there is any; two seconds of LI 3 lie
/// between it and whatever follows, since time may jump there. Nobody vouches for it: its root distance is what our own
/// clock knows of itself, and 1 s at least. Pure: told everything.
class LastResort {
public:
    struct Scene {
        LocalInstant now;
        const ServerState& own;                  ///< what is served without it
        const SourceSettings* source = nullptr;  ///< that offers it; null: none
        bool others = false;                     ///< other sources may be heard some day
        bool heard = false;                      ///< one of them names the time, rightly or not
        Rate rate = 0;                           ///< of TAI against the counter, minus 1, as far as anybody knows
        const LeapTable& table;
        LeapPolicy policy;
    };

    /// The clock of the host showed `tai` at `local`; nullopt: a date that cannot be.
    void note_host(LocalInstant local, std::optional<TaiInstant> tai);
    /// The counter stood still.
    void lose_time(LocalInstant now);

    /// To be called whenever anything changed, and about once a second.
    void decide(const Scene& scene);

    /// True while it is what clients are told.
    bool serving() const { return phase_ == Phase::kServing; }
    /// What is published instead of our own state; null: nothing is.
    const ServerState* instead() const { return phase_ != Phase::kIdle ? &state_ : nullptr; }
    /// Nothing to begin with but the clock of the host, and its date cannot be.
    bool host_is_impossible() const { return host_heard_ && !host_; }

    static constexpr Duration kPatience = std::chrono::minutes{5};  ///< ntpd's `orphanwait`
    static constexpr Duration kPause = std::chrono::seconds{2};
    static constexpr Duration kLeastDistance = std::chrono::seconds{1};

private:
    enum class Phase : std::uint8_t { kIdle, kServing, kPausing };
    struct HostClock {
        LocalInstant local;
        TaiInstant tai;
    };

    bool wanted(const Scene& scene);
    void begin(const Scene& scene);
    void serve(const Scene& scene);
    void end(LocalInstant now);

    Phase phase_ = Phase::kIdle;
    std::optional<LocalInstant> silent_since_;
    LocalInstant pause_ends_;
    std::optional<HostClock> host_;
    bool host_heard_ = false;
    TimeModel base_;
    ServerState state_;
};

}  // namespace tokimori
