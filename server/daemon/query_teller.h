#pragma once

#include <atomic>
#include <cstdint>
#include <functional>

#include "server/daemon/beat.h"
#include "server/daemon/clock_facts.h"
#include "server/daemon/published_state.h"
#include "server/ntp/query_view.h"

namespace boost::asio {
class io_context;
}

namespace tokimori {

/// What the workers tell those who send control messages, and whether anybody did.
class PublishedQueryView {
public:
    explicit PublishedQueryView(const QueryView& view) : view_{view} {}

    /// These two: one thread only.
    void write(const QueryView& view) { view_.write(view); }
    /// Whether it was read since the last call.
    bool was_read() { return read_.exchange(false, std::memory_order_relaxed); }

    /// Any thread.
    QueryView read() const {
        read_.store(true, std::memory_order_relaxed);
        return view_.read();
    }

private:
    Published<QueryView> view_;
    mutable std::atomic<bool> read_{false};
};

/// The facts of the clock room as ntpq wants to see them. Pure.
QueryView query_view_of(const ClockFacts& facts, const ServerCounts& counts, LocalInstant started);

/// Whether the view is to be put together anew: about once a second, while it is read or something happens; else every
/// five beats, once nobody has read it for ten, or when the time that it tells would soon be vouched for no more. Pure.
class QueryNeed {
public:
    /// The view was put together; the time in it is vouched for until then.
    void made(LocalInstant valid_until) { valid_until_ = valid_until; }
    /// To be asked once a beat. `read`: somebody read it since; `news`: how much has happened so far.
    bool at_beat(LocalInstant now, bool read, std::uint64_t news);

private:
    LocalInstant valid_until_ = LocalInstant::min();
    int unread_ = 0;  ///< for so many beats
    std::uint64_t told_ = 0;
};

/// Publishes the view, on the clock thread.
class QueryTeller {
public:
    struct Origin {
        std::function<QueryView()> view;
        std::function<std::uint64_t()> news;  ///< counts what changes what the view says in words
        std::function<LocalInstant()> now;    ///< a beat ago at most
    };
    /// `origin` is asked about every `beat` between `start` and `stop`; `io` must outlive the object.
    QueryTeller(boost::asio::io_context& io, Origin origin, Duration beat = std::chrono::seconds{1});

    void start();
    void stop() { beat_.stop(); }

    /// For the workers, on any thread.
    const PublishedQueryView& published() const { return published_; }

private:
    void tell();
    void make();

    PublishedQueryView published_{QueryView{}};
    Origin origin_;
    QueryNeed need_;
    Duration period_;
    Beat beat_;
};

}  // namespace tokimori
