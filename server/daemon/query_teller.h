#pragma once

#include <functional>

#include "server/daemon/beat.h"
#include "server/daemon/clock_facts.h"
#include "server/daemon/published_state.h"
#include "server/ntp/query_view.h"

namespace boost::asio {
class io_context;
}

namespace tokimori {

/// What the workers tell those who send control messages.
using PublishedQueryView = Published<QueryView>;

/// The facts of the clock room as ntpq wants to see them. Pure.
QueryView query_view_of(const ClockFacts& facts, const ServerCounts& counts, LocalInstant started);

/// Publishes the view once a second, on the clock thread.
class QueryTeller {
public:
    /// `view` is asked for each second, between `start` and `stop`; `io` must outlive the object.
    QueryTeller(boost::asio::io_context& io, std::function<QueryView()> view);

    void start();
    void stop() { beat_.stop(); }

    /// For the workers, on any thread.
    const PublishedQueryView& published() const { return published_; }

private:
    PublishedQueryView published_{QueryView{}};
    std::function<QueryView()> view_;
    Beat beat_;
};

}  // namespace tokimori
