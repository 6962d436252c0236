#pragma once

#include <optional>
#include <vector>

#include "refclocks/refclock.h"
#include "server/clock/clock_report.h"
#include "server/clock/discipline.h"
#include "server/clock/leap_watch.h"
#include "server/clock/selection.h"
#include "server/clock/server_state.h"
#include "server/clock/source_track.h"

namespace tokimori {

/// The conductor of the clock room: observations in, `ServerState` out. The same observations in the same order give
/// the same states. Told everything, asks for nothing; clock thread only.
class Timekeeper : public ObservationSink {
public:
    struct Settings {
        std::optional<UtcDay> floor = std::nullopt;  ///< dates before it are not believed; absent in a laboratory
        bool laboratory = false;                     ///< simulated sources may be followed
        Duration holdover = std::chrono::hours{24};
        Duration leap_lead = std::chrono::hours{24};  ///< how long before a leap second LI announces it
        std::int8_t precision = -20;                  ///< of the counter, log2 seconds
        Discipline::Settings discipline;
    };

    Timekeeper(const Settings& settings, LeapTable table, LocalInstant started);

    /// The sources from now on. Those whose settings are unchanged keep all that is known of them.
    void set_sources(const std::vector<SourceSettings>& sources);
    /// A better leap table.
    void set_leap_table(LeapTable table);
    /// How long the clock may go on by itself, from its last update.
    void set_holdover(Duration holdover) { settings_.holdover = holdover; }
    /// Anything a driver says, of any source, in any order.
    void observe(const Observation& observation) override;
    /// Time passes. To be called about once a second, or more often.
    void advance(LocalInstant now);
    /// The counter stood still while time went on (suspend): nothing is vouched for any more.
    void lose_time(LocalInstant now);

    const ServerState& state() const { return state_; }
    ClockState clock_state() const;
    /// The source that is followed, if one is.
    std::optional<SourceId> selected() const { return selected_; }
    /// Reference − ours at the last update.
    Duration offset() const { return discipline_.offset(); }
    const LeapTable& leap_table() const { return leap_.table(); }
    std::vector<SourceReport> sources() const;
    /// The clock itself, as of the last thing that was told.
    ClockReport report() const;

private:
    void on(const Pulse& pulse);
    void on(const Label& label);
    void on(const OffsetSample& sample);
    void on(const Satellites& satellites);
    void on(const DeviceState&) {}
    void on(const Rejection&) {}
    void on(const LostPulses&) {}

    SourceTrack* find(SourceId id);
    const SourceTrack* find(SourceId id) const;
    template <typename Report>
    void hear(const Report& report, LocalInstant at);
    void take_second(SourceTrack& source, const HeardSecond& heard);
    bool believable(const SourceTrack& source) const;
    bool vouches(SourceTrack& source, const HeardSecond& heard);
    void number(SourceTrack& source, const Pulse& pulse);
    std::optional<TaiInstant> second_of(const SourceTrack& source, const Pulse& pulse, Reason& reason) const;
    std::optional<TaiInstant> second_by_vote(const SourceTrack& source, const Pulse& pulse, Reason& reason) const;
    bool labels_are_settling() const;
    std::vector<const SourceTrack*> vouchers_of(const SourceTrack& source, const Pulse& pulse) const;
    void note_vote(SourceTrack& source, UtcDay day, const std::optional<LeapKind>& announced);

    void update();
    std::vector<Candidate> candidates() const;
    std::optional<Selection> vote(std::vector<Candidate>& candidates);
    void weigh_doubt(const std::vector<Candidate>& candidates, bool outvoted);
    bool somebody_is_settling(const SourceTrack& best) const;
    bool pulses_are_coming() const;
    bool shows_a_line() const;
    Duration waited() const;
    bool worth_following(const LineEstimate& line) const;
    bool knows_second(LocalInstant at) const;
    Reason reason_of(const SourceTrack& source) const;
    void follow(const SourceTrack& source, Duration distance);
    void prepare_step();
    void give_up();
    void refresh_leap_table();
    void publish();
    bool serving() const { return state_.synchronised_at(now_); }

    Settings settings_;
    LeapWatch leap_;
    std::vector<SourceTrack> sources_;
    Discipline discipline_;
    ServerState state_;
    LocalInstant now_;
    std::optional<LocalInstant> acquiring_since_;  ///< when the first line could have been followed
    std::optional<LocalInstant> doubted_since_;    ///< since when no source bears out our own clock
    std::optional<LocalInstant> last_update_;
    std::optional<SourceId> selected_;
    std::vector<SourceId> falsetickers_;
};

}  // namespace tokimori
