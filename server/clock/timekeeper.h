#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "refclocks/refclock.h"
#include "server/clock/arbiter.h"
#include "server/clock/clock_memory.h"
#include "server/clock/clock_policy.h"
#include "server/clock/clock_report.h"
#include "server/clock/combination.h"
#include "server/clock/discipline.h"
#include "server/clock/last_resort.h"
#include "server/clock/last_update.h"
#include "server/clock/leap_counts.h"
#include "server/clock/leap_watch.h"
#include "server/clock/rate_history.h"
#include "server/clock/second_watch.h"
#include "server/clock/self_doubt.h"
#include "server/clock/server_state.h"
#include "server/clock/source_track.h"
#include "server/clock/vote_outcome.h"

namespace tokimori {

/// The conductor of the clock room: observations in, `ServerState` out. The same observations in the same order give
/// the same states. Told everything, asks for nothing; clock thread only.
class Timekeeper : public ObservationSink {
public:
    using Settings = ClockSettings;
    Timekeeper(const Settings& settings, LeapKnowledge leap, LocalInstant started);

    /// The sources from now on. Those whose settings are unchanged keep all that is known of them.
    void set_sources(const std::vector<SourceSettings>& sources);
    void set_leap_knowledge(LeapKnowledge knowledge);       ///< a better one
    void set_leap_policy(const LeapPolicy& policy);         ///< from now on
    void set_policy(const ClockPolicy& policy);             ///< from the next update on
    void observe(const Observation& observation) override;  ///< anything a driver says, of any source, in any order
    void advance(LocalInstant now);    ///< time passes; to be called about once a second, or more often
    void lose_time(LocalInstant now);  ///< the counter stood still (suspend): nothing is vouched for any more

    /// What should survive a restart; nullopt before the time is known.
    std::optional<ClockMemory> memory() const;
    /// What survived one. To be called before anything is observed. `same_boot`: the counter went on meanwhile, so that
    /// the clock goes on, too. The last trusted time is a floor for dates, and the crystal is not a wholly unknown one.
    void recall(const ClockMemory& memory, bool same_boot);

    const ServerState& state() const { return resort_.instead() != nullptr ? *resort_.instead() : own_state(); }
    /// The one above is what clients are told; this is what our own clock knows, whatever is served as a last resort.
    const ServerState& own_state() const { return seconds_.withheld ? seconds_.withheld->state : state_; }
    ClockState clock_state() const;
    std::optional<SourceId> selected() const;                 ///< the source that is followed, if one is
    Duration offset() const { return discipline_.offset(); }  ///< reference − ours at the last update
    const LeapTable& leap_table() const { return leap_.table(); }
    const LeapWatch& leap() const { return leap_; }
    std::vector<SourceReport> sources() const;
    ClockReport report() const;  ///< the clock itself, as of the last thing that was told

private:
    void on(const Pulse& pulse);
    void on(const Label& label);
    void on(const OffsetSample& sample);
    void on(const ReceiverChange& change);
    void on(const HostTime& host);
    void on(const auto& news);

    SourceTrack* find(SourceId id) { return const_cast<SourceTrack*>(std::as_const(*this).find(id)); }
    const SourceTrack* find(SourceId id) const;
    bool believable(const SourceTrack& source) const;

    // Which second is it? (timekeeper_numbering.cpp)
    void hear(const auto& report, LocalInstant at);
    void hear_other_count(const SourceTrack& source);
    bool possible(const SourceTrack& source, const HeardSecond& heard) const;
    std::optional<std::int64_t> seconds_off(const SourceTrack& source, const HeardSecond& heard) const;
    std::optional<std::int64_t> seconds_off(SourceId id, const Objections::Word& word) const;
    void note_second(const SourceTrack& source, std::int64_t off, LocalInstant at);
    void note_word(const SourceTrack& source, const Objections::Word& word, bool follows);
    void withhold();
    void take_second(SourceTrack& source, const HeardSecond& heard);
    bool vouches(SourceTrack& source, const HeardSecond& heard);
    void number(SourceTrack& source, const Pulse& pulse);
    std::optional<TaiInstant> second_of(const SourceTrack& source, const Pulse& pulse, Reason& reason) const;
    bool labels_are_settling() const;
    std::vector<const SourceTrack*> vouchers_of(const SourceTrack& source, const Pulse& pulse) const;
    void note_vote(SourceTrack& source, UtcDay day, const std::optional<LeapKind>& announced);
    bool knows_second(LocalInstant at) const;

    // Whom to follow? (timekeeper.cpp)
    void update();
    std::vector<Candidate> candidates() const;
    void weigh_doubt(bool outvoted);
    bool somebody_is_settling(const SourceTrack& best) const;
    bool pulses_are_coming() const;
    bool has_leapt() const;
    Duration waited() const { return acquiring_since_ ? now_ - *acquiring_since_ : Duration::zero(); }
    void refresh_leap_table();
    void publish();
    void renew_scale();
    bool serving() const { return state_.synchronised_at(now_); }

    // Following (timekeeper_following.cpp)
    void follow(const Combination& best);
    bool worth_following(const LineEstimate& line) const;
    bool refutes(const Combination& best) const;
    bool panics(const LineEstimate& line) const;
    void set_deadline(LocalInstant updated);
    void prepare_step();
    void give_up();
    void hear_everybody_anew();
    void doubt_second(std::int64_t off);
    void count_anew(std::int64_t off);
    Reason reason_of(const SourceTrack& source) const;

    // Nobody to follow? (timekeeper_resort.cpp)
    void stand_in();
    Reason reason_of_last_resort(const SourceTrack& source) const;

    Settings settings_;
    std::optional<DateFloor> floor_;
    LeapWatch leap_;
    std::vector<SourceTrack> sources_;
    Discipline discipline_;
    ServerState state_;
    LocalInstant now_;
    std::optional<LocalInstant> acquiring_since_;  ///< when the first line could have been followed
    SelfDoubt doubt_;
    std::optional<ClockMemory> remembered_;  ///< from before the restart
    LastUpdate last_update_;
    VoteOutcome choice_;
    Arbiter arbiter_;
    SecondCount seconds_;
    LeapCounts counts_;
    RateHistory rates_;
    LastResort resort_;
    bool scale_in_use_ = false;  ///< `state_.scale` is what clients are told
};

}  // namespace tokimori
