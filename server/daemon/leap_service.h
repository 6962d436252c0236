#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "leap/leap_phase.h"
#include "server/clock/leap_changes.h"
#include "server/clock/timekeeper.h"
#include "server/daemon/configuration.h"
#include "server/daemon/leap_list_file.h"
#include "server/daemon/log.h"

namespace tokimori {

/// What may be told of leap seconds beside what the timekeeper knows.
struct LeapFacts {
    LeapPolicy policy = {};     ///< in force
    bool change_waits = false;  ///< another one is configured, and waits for the end of a leap second
    std::string list_file = {};
    LoadedLeapTable list{LeapTable::built_in()};
    const LeapWatch* watch = nullptr;  ///< the timekeeper's own; good for the moment
};

/// What became of a list that was given to the daemon.
struct LeapListOutcome {
    std::string wrong{};  ///< a sentence; then nothing has changed
    UtcDay updated = 0;
    UtcDay expires = 0;
    UtcDay in_use_updated = 0;  ///< of what is known, where that is why it is refused
    UtcDay in_use_expires = 0;  ///< likewise
    bool kept = false;          ///< over a restart
};

/// What became of taking such a list back.
enum class LeapListForgotten : std::uint8_t {
    kDone,
    kWaits,   ///< done, but it counts until a leap second is over that clients are being prepared for
    kNone,    ///< nobody has given one
    kNeeded,  ///< it knows of a leap second that has been, and nothing else here does
    kNot,     ///< the file cannot be removed
};

/// Feeds the timekeeper with what is configured and known of leap seconds, and tells the log what becomes of it. When
/// changes come into force is for `LeapChanges` to say. Clock thread only.
class LeapService {
public:
    /// The name of a source.
    using NameOf = std::function<std::string(SourceId)>;

    /// All must outlive the object.
    LeapService(Log& log, NameOf name_of) : log_{log}, name_of_{std::move(name_of)} {}

    /// What is known at the start: reads the lists, and is the only one here who waits for the disk.
    LeapKnowledge begin(const Configuration& configuration, LocalInstant now);
    /// What an earlier run left, before the timekeeper recalls it: that goes on where clients would notice the change.
    void recall(const ClockMemory& memory, Timekeeper& timekeeper) { changes_.recall(memory, timekeeper); }
    /// Another configuration, and the lists that it names; nullopt: they were not read anew.
    void reload(const Configuration& configuration, const std::optional<ReadLeapLists>& lists, Timekeeper& timekeeper,
                LocalInstant now);
    /// Somebody gives us the text of a leap-seconds.list: refused where it is bad or older than what is known, else
    /// weighed at once. To be kept at `paths().kept`, and then `tell_kept`.
    LeapListOutcome take_list(std::string_view text, Timekeeper& timekeeper, LocalInstant now);
    /// Whether it lies there.
    bool tell_kept(const Exchanged& exchanged, LocalInstant now);
    /// Whether what was given may be taken back, where `left` is what else there is.
    bool may_forget_list(const LoadedLeapTable& left, const Timekeeper& timekeeper, LocalInstant now) const;
    /// It was removed from the disk: `left` counts, as after a reload, so that it waits where a leap second would be
    /// called off that clients are being prepared for.
    LeapListForgotten forget_list(LoadedLeapTable left, const RemovedFile& removed, Timekeeper& timekeeper,
                                  LocalInstant now);
    const LeapListPaths& paths() const { return lists_; }
    /// The configured list where it is time to look at it, about once an hour; with its stamp as last seen.
    std::optional<SeenLeapList> list_to_look_at(LocalInstant now);
    /// It was looked at.
    void take_look(const SeenLeapList& seen, const Timekeeper& timekeeper, LocalInstant now);
    /// To be called about once a second.
    void watch(Timekeeper& timekeeper, LocalInstant now);

    LeapFacts facts(const Timekeeper& timekeeper) const;
    const LeapPolicy& policy() const { return changes_.policy(); }  ///< in force

private:
    LeapChanges::Wanted wanted_by(const Configuration& configuration) const;
    void take_over(const ReadLeapLists& lists, LocalInstant now);
    void advance(Timekeeper& timekeeper, LocalInstant now);
    /// nullopt: it was never known.
    std::optional<UtcDay> today(const Timekeeper& timekeeper, LocalInstant now) const;
    bool is_needed(const LeapTable& left, const Timekeeper& timekeeper, LocalInstant now) const;
    void adopt(LoadedLeapTable better, const Timekeeper& timekeeper);
    void tell_phase(const Timekeeper& timekeeper, LocalInstant now);
    void tell_begin(LeapPhase phase, const Timekeeper& timekeeper, LocalInstant now);
    void tell_end(const Timekeeper& timekeeper, LocalInstant now);
    void tell_missed(const LeapEvent& missed, LocalInstant now);
    void tell_decision(const LeapDecision& decision, LocalInstant now);
    void tell_expiry(UtcDay today, LocalInstant now);
    std::string text_of(const LeapDecision& decision) const;

    Log& log_;
    NameOf name_of_;
    LoadedLeapTable list_{LeapTable::built_in()};
    LeapListPaths lists_;
    std::optional<FileStamp> list_stamp_;
    std::optional<LocalInstant> looked_for_list_;
    LeapChanges changes_;
    bool waiting_told_ = false;
    LeapPhase phase_ = LeapPhase::kQuiet;
    LeapEvent told_;  ///< what the phase is about
    LeapEvent armed_;
    LeapEvent missed_;
    bool disputed_ = false;
    std::optional<UtcDay> expiry_told_;
};

}  // namespace tokimori
