#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "refclocks/counter.h"
#include "refclocks/refclock.h"
#include "server/clock/timekeeper.h"
#include "server/daemon/beat.h"
#include "server/daemon/clock_facts.h"
#include "server/daemon/clock_headlines.h"
#include "server/daemon/configuration.h"
#include "server/daemon/file_errands.h"
#include "server/daemon/given_leap_list.h"
#include "server/daemon/leap_service.h"
#include "server/daemon/log.h"
#include "server/daemon/published_state.h"
#include "server/daemon/state_keeper.h"
#include "server/daemon/system_clock.h"
#include "server/daemon/upstream.h"

namespace boost::asio {
class io_context;
}

namespace tokimori {

/// The clock thread's work: runs the drivers, hands what they say to the timekeeper, publishes what comes of it, and
/// logs what an operator wants to know. Everything on the thread that runs `io`.
class ClockService : public ObservationSink {
public:
    /// All must outlive the object. Until `start` it publishes only what an earlier run left, if that still counts.
    /// Tests pass a counter of their own.
    ClockService(boost::asio::io_context& io, const Configuration& configuration, PublishedState& published, Log& log,
                 Counter counter = Counter{});
    ~ClockService() override;

    /// Whom to tell what the sources say, beside the timekeeper.
    void set_listener(std::function<void(const Observation&)> listener) { listener_ = std::move(listener); }

    /// The keys with which upstream servers are asked from now on; null: none.
    void set_keys(std::shared_ptr<const KeyRing> keys) { upstream_.keys = std::move(keys); }

    void start();
    /// Takes over a new configuration, and the leap second lists that it names; nullopt: they were not read anew.
    /// Sources whose entry is unchanged go on as if nothing had happened.
    void reload(const Configuration& configuration, const std::optional<ReadLeapLists>& lists);
    void stop();

    /// The operator wants the clock of this host set at once, whatever the policy says of steps.
    void step_system_clock();

    /// Somebody gives us a leap-seconds.list, which is weighed and published at once, then kept; see
    /// `LeapService::take_list`. `then` is told when the disk has it. Of this and the next, one at a time (`Turns`).
    void take_leap_list(const std::string& text, std::function<void(LeapListOutcome)> then);
    /// Takes it back; see `LeapService::forget_list`.
    void forget_leap_list(std::function<void(LeapListForgotten)> then);
    /// Reads what was given, for a backup.
    void read_given_leap_list(std::function<void(GivenLeapList)> then);

    void observe(const Observation& observation) override;
    LocalInstant now() const { return counter_.now(); }
    /// When it turned last: 1.25 s ago at most, as long as it is well and the thread has time.
    LocalInstant turned() const { return turned_; }
    /// Counts what a person would be told: changes of the headlines.
    std::uint64_t news() const { return news_; }
    /// Why what it remembers cannot be written; empty: it can.
    std::string storage_fault() const { return state_keeper_.trouble(); }
    /// What is known now. The leap table in it is good until the next call of anything else.
    ClockFacts facts() const;

private:
    struct Source;
    using Sources = std::map<std::string, Source>;

    static Timekeeper::Settings timekeeper_settings(const Configuration& configuration);
    static StateKeeper::Settings state_settings(const Configuration& configuration);
    void set_sources(const Configuration& configuration);
    void recall();
    void keep(LocalInstant now);
    void tick();
    void look_at_leap_list(LocalInstant now);
    void remove_leap_list(const LoadedLeapTable& left, const std::function<void(LeapListForgotten)>& then);
    void publish();
    void tell_changes(LocalInstant now);
    bool notice_sleep(const ClockReading& reading);
    void ask_soon(SourceId source);
    void log_source(const SourceReport& report);
    void log_state(LogLevel level, std::string_view event);
    void log_device(const DeviceState& device);
    std::string name_of(SourceId id) const;
    Sources::const_iterator find_source(SourceId id) const;

    boost::asio::io_context& io_;
    PublishedState& published_;
    Log& log_;
    Duration log_status_;
    Counter counter_;
    Duration asleep_ = counter_.asleep();
    SystemClock system_clock_{counter_, log_};
    StateKeeper state_keeper_;
    LeapService leap_{log_, [this](SourceId id) { return name_of(id); }};
    FileErrands errands_;
    LeapMemory kept_leap_;    ///< as last written
    LeapPolicy kept_policy_;  ///< likewise
    LocalInstant kept_at_ = LocalInstant{} - std::chrono::hours{1};
    bool kept_vouched_ = true;       ///< likewise
    unsigned kept_revocations_ = 0;  ///< likewise
    Timekeeper timekeeper_;
    PollRecord polls_;
    UpstreamCommons upstream_;
    Sources sources_;
    Beat beat_;
    std::function<void(const Observation&)> listener_ = [](const Observation&) {};
    SourceId next_id_ = 1;
    std::optional<SourceId> logged_source_;
    std::map<SourceId, Reason> logged_reasons_;
    LocalInstant status_logged_;
    LocalInstant state_since_;
    LocalInstant turned_;
    std::uint64_t news_ = 0;
    ClockHeadlines headlines_;
};

}  // namespace tokimori
