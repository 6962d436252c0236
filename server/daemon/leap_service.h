#pragma once

#include <functional>
#include <optional>
#include <string>

#include "leap/leap_phase.h"
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

/// Feeds the timekeeper with what is configured and known of leap seconds, and tells the log what becomes of it. A new
/// policy that clients would notice in the middle of a leap second waits until that is over, and so do settings that
/// would call it off. A newer list is read within an hour. Clock thread only.
class LeapService {
public:
    /// The name of a source.
    using NameOf = std::function<std::string(SourceId)>;

    /// All must outlive the object.
    LeapService(Log& log, NameOf name_of) : log_{log}, name_of_{std::move(name_of)} {}

    /// What is known at the start: reads the list.
    LeapKnowledge begin(const Configuration& configuration, LocalInstant now);
    /// How an earlier run served leap seconds: where clients would notice the change, that goes on first.
    void recall(const LeapPolicy& policy, Timekeeper& timekeeper);
    /// Another configuration; reads the list again.
    void reload(const Configuration& configuration, Timekeeper& timekeeper, LocalInstant now);
    /// To be called about once a second.
    void watch(Timekeeper& timekeeper, LocalInstant now);

    LeapFacts facts(const Timekeeper& timekeeper) const;
    const LeapPolicy& policy() const { return policy_; }  ///< in force

private:
    LeapKnowledge read(const Configuration& configuration, LocalInstant now);
    void change(Timekeeper& timekeeper, LocalInstant now);
    void adopt(Timekeeper& timekeeper, LocalInstant now);
    bool calls_off(const LeapKnowledge& knowledge, const Timekeeper& timekeeper, LocalInstant now) const;
    void look_for_list(const Timekeeper& timekeeper, LocalInstant now);
    void tell_waiting(LocalInstant now);
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
    std::string list_file_;
    std::optional<FileStamp> list_stamp_;
    std::optional<LocalInstant> looked_for_list_;
    std::optional<LeapKnowledge> waiting_;  ///< configured, and not yet in force
    LeapPolicy policy_;                     ///< in force
    LeapPolicy wanted_;                     ///< configured
    bool at_once_ = false;
    bool waits_ = false;
    LeapPhase phase_ = LeapPhase::kQuiet;
    LeapEvent told_;  ///< what the phase is about
    LeapEvent armed_;
    LeapEvent missed_;
    bool disputed_ = false;
    std::optional<UtcDay> expiry_told_;
};

}  // namespace tokimori
