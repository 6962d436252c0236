#pragma once

#include <functional>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "server/clock/leap_changes.h"
#include "server/clock/timekeeper.h"
#include "server/ntp/responder.h"
#include "tests/sim/leap_book.h"

namespace tokimori::sim {

/// A receiver: a pulse each second; GPS names each second, JJY each minute when it is over.
struct Member {
    SourceSettings settings;
    bool names_minutes = false;
    bool tells_gps_offset = true;  ///< GPS − UTC, with each second
    /// What it announces for the end of the month, in the second so long from the end of the day in question.
    std::function<std::optional<LeapKind>(int)> says = [](int) { return std::nullopt; };
    std::function<bool(int)> silent = [](int) { return false; };  ///< nothing is heard of it
    int ready_at = INT32_MIN;  ///< from this second on it announces anything: satellites take 12.5 minutes
};

/// What is done to a server.
enum class Disturbance : std::uint8_t {
    kReload,    ///< the configuration is read again
    kRestart,   ///< a clean end, and a new start
    kKill,      ///< what was written last is what is known
    kPowerCut,  ///< the same in another boot, and receivers know of no leap second for a while
};

/// One server of a fleet, from about a day before a leap second on, asked by clients once a second, and more often
/// where something begins or ends. Every reply is held against the book: right within what it promises, or LI = 3 where
/// that is owed. What servers of one fleet serve at the same time is then the same.
///
/// Far from everything of interest a receiver is heard every fourth second only.
class LeapServer {
public:
    struct Settings {
        LeapKnowledge knowledge{LeapTable::built_in()};
        LeapPolicy policy{};
        std::vector<Member> members{};
        std::chrono::seconds start_up{15};                     ///< so long LI = 3 is owed after a cold start
        int gps_minus_utc = 18;                                ///< before the leap second
        std::optional<ClockMemory> remembered = std::nullopt;  ///< its state file at the beginning
        /// What is configured from the first disturbance on, where that is something else.
        std::optional<LeapChanges::Wanted> changed = std::nullopt;
    };

    LeapServer(const LeapBook& book, Settings settings, int begin);
    LeapServer(const LeapServer&) = delete;
    LeapServer& operator=(const LeapServer&) = delete;

    /// To be called before `run`. The machine is back after three seconds, after a power cut after twenty.
    void disturb(int at, Disturbance what);
    /// LI = 3 is owed in these seconds …
    void allow_no_service(int from, int to) { no_service_.push_back({from, to}); }
    /// … or no promise made in these.
    void allow_anything(int from, int to) { anything_.push_back({from, to}); }
    /// LI must be `leap` in these seconds, whatever the sky is up to.
    void expect_leap(int from, int to, int leap) { expected_.push_back({{from, to}, leap}); }
    /// Clients come more often.
    void look_closely_at(int second) { close_.push_back(second); }
    void run(int until);

    /// The first few things that were wrong, as sentences, and how many they were.
    const std::vector<std::string>& complaints() const { return complaints_; }
    int wrong() const { return wrong_; }
    int asked() const { return asked_; }
    int unserved() const { return unserved_; }  ///< replies with LI = 3
    const Timekeeper& clock() const { return *clock_; }
    const LeapChanges& changes() const { return changes_; }
    /// The last reply.
    const NtpHeader& last() const { return last_; }

private:
    struct Span {
        int from;
        int to;
        bool contains(int second) const { return from <= second && second < to; }
    };
    struct Expected {
        Span span;
        int leap;
    };
    struct Planned {
        int at;
        Disturbance what;
    };

    void pass_second();
    void tick_until(Duration until);
    bool is_loud() const;
    void carry_out(Disturbance what);
    void start(bool cold);
    void reload();
    void hear(Member& member);
    void hear_label(Member& member);
    void hear_minute(const Member& member);
    Label label_of(const Member& member, int second) const;
    void keep();
    void write(const ClockMemory& memory);
    void ask(Duration at);
    void judge(Duration at, const NtpHeader& header);
    std::string fault_of(Duration at, const NtpHeader& header, Duration bound) const;
    int leap_owed(Duration at) const;
    void complain(Duration at, const std::string& what);
    LocalInstant local_at(Duration from_end) const;
    std::vector<SourceSettings> sources() const;

    LeapBook book_;
    Settings settings_;
    std::vector<Planned> plan_;
    std::vector<Span> no_service_;
    std::vector<Span> anything_;
    std::vector<Expected> expected_;
    std::vector<int> close_;
    std::mt19937_64 random_{20281231};
    Responder responder_;
    std::optional<Timekeeper> clock_;
    LeapChanges::Wanted configured_;
    LeapChanges changes_;
    std::string disk_;  ///< the state file; empty: none
    LeapMemory kept_;   ///< what is in it of leap seconds
    LeapPolicy kept_policy_;
    unsigned kept_revocations_ = 0;
    Duration written_{};
    LocalInstant boot_;  ///< what the counter showed at `booted_`
    Duration booted_{};
    int boots_ = 0;
    int second_;
    Duration next_tick_{};
    int back_at_ = INT32_MIN;  ///< off until then
    int busy_until_ = INT32_MIN;
    bool same_boot_ = true;
    NtpHeader last_;
    std::vector<std::string> complaints_;
    int wrong_ = 0;
    int asked_ = 0;
    int unserved_ = 0;
};

}  // namespace tokimori::sim
