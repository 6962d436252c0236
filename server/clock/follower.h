#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "server/clock/kernel_clock.h"
#include "server/clock/server_state.h"

namespace tokimori {

/// Something an operator wants to know of the host's clock.
struct FollowerEvent {
    enum class Kind : std::uint8_t {
        kSet,             ///< we set it, by `amount`
        kMoved,           ///< another program set it, by `amount`
        kSteered,         ///< another program changes how fast it goes; `amount` is how far that took it, where known
        kFollowing,       ///< it is within the threshold of what is served
        kFarOff,          ///< it is off by `amount`, more than the threshold, and only slewed
        kUnsynchronised,  ///< it is left to itself, and says that it is not synchronised
        kLeapArmed,       ///< the kernel shall carry out `leap` at the end of the day
        kLeapWithdrawn,   ///< it shall not: what it was told of `leap` is not, or no longer, so
        kLeapDone,        ///< the kernel carried out `leap`
        kLeapMissed,      ///< it did not; the clock is set instead
    };
    Kind kind = Kind::kFollowing;
    Duration amount{};
    LeapKind leap = LeapKind::kNone;
};

/// How the host's clock is doing.
enum class FollowerState : std::uint8_t { kWaiting, kFollowing, kFarOff, kUnsynchronised };

/// What a person may want to know of it, as of the last look.
struct FollowerReport {
    FollowerState state = FollowerState::kWaiting;
    Duration offset{};     ///< the UTC we serve − CLOCK_REALTIME
    Duration max_error{};  ///< as told to the kernel
    Rate rate = 0;         ///< CLOCK_REALTIME against the counter, minus 1
    LeapKind leap = LeapKind::kNone;
    unsigned interventions = 0;  ///< how often another program was seen to set or steer it
    std::optional<LocalInstant> last_intervention = std::nullopt;
};

/// Makes the host's clock show the UTC that is served, smeared only where that is wanted: tells how fast it shall go,
/// and what the kernel shall say of it. Errors are slewed by 500 ppm at most, so that what the kernel itself adds to
/// its maximum error (500 ppm) stays a bound even if nobody looks after it any more. It is set at once only where the
/// policy allows it, and after a leap second that the kernel did not carry out. Within 2.5 s before and 1.5 s after a
/// leap second nothing is touched. Told everything; clock thread only.
class Follower {
public:
    struct Settings {
        bool steps_at_start = true;  ///< until the clock was first known to be right within the threshold
        bool steps_later = false;    ///< also afterwards, as when another program set it
        Duration step_threshold = std::chrono::milliseconds{128};  ///< only what is off by more is stepped; > 0

        friend bool operator==(const Settings&, const Settings&) = default;
    };

    explicit Follower(const Settings& settings) : settings_{settings} {}
    void configure(const Settings& settings) { settings_ = settings; }
    /// Whether the host's clock shows smeared time where that is served: then it has no leap second to carry out.
    void set_smeared(bool smeared) { smeared_ = smeared; }

    struct Answer {
        std::optional<KernelAdjustment> adjustment;
        std::vector<FollowerEvent> events;
    };
    /// To be asked about once a second, with the clocks and the kernel read just before.
    Answer look(const HostClocks& host, const KernelClock& kernel, const ServerState& state, const LeapTable& table);

    /// An adjustment was made: the clocks and the kernel right after it.
    void made(const HostClocks& host, const KernelClock& kernel);

    /// What to do before nobody looks after the clock any more: it goes on at its own right speed, without the slew.
    /// nullopt: nothing.
    std::optional<KernelAdjustment> release(const KernelClock& kernel, const ServerState& state);

    /// The operator asks for the clock to be set at the next look, whatever the policy.
    void request_step() { step_requested_ = true; }

    const FollowerReport& report() const { return report_; }

private:
    struct Aim;
    struct Scene;

    Aim aim_at(const HostClocks& host, const ServerState& state, const LeapTable& table) const;
    void notice_others(const Scene& scene, Answer& answer);
    Duration without_leap(Duration moved, Duration blur, const Scene& scene, Answer& answer);
    void intervened(const Scene& scene, FollowerEvent event, Answer& answer);
    void enter(FollowerState state, FollowerEvent event, Answer& answer);
    void steer(const Scene& scene, const Aim& aim, Answer& answer);
    void run_free(const Scene& scene, const Aim& aim, Answer& answer);
    void wait(const Scene& scene, Answer& answer);
    Duration step_for(const Scene& scene, const Aim& aim);
    LeapKind wanted_leap(const Scene& scene, const Aim& aim);
    void tell_leap(const Scene& scene, const Aim& aim, LeapKind wanted, Answer& answer);
    bool is_due(const Scene& scene, const KernelAdjustment& adjustment) const;

    Settings settings_;
    bool smeared_ = false;
    FollowerReport report_;
    std::optional<HostClocks> last_;       ///< since when nothing of ours changed the clock
    std::optional<KernelRate> left_at_;    ///< the rate it had then
    std::optional<LocalInstant> written_;  ///< when the kernel was last told anything
    LocalInstant settled_;                 ///< from when on only what we told it decides how fast it goes
    std::optional<LeapEvent> passing_;     ///< the leap second that nothing is touched for
    bool started_ = false;                 ///< known to be right within the threshold, once
    bool step_requested_ = false;
    bool leap_missed_ = false;                ///< a leap second is still to be made up for
    bool leap_is_armed_for_certain_ = false;  ///< the kernel forgets when, not that, if the clock is set
    bool end_other_loops_ = true;
};

}  // namespace tokimori
