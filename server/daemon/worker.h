#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "refclocks/counter.h"
#include "server/daemon/published_state.h"
#include "server/daemon/udp_port.h"
#include "server/ntp/responder.h"

namespace boost::asio {
class io_context;
}

namespace tokimori {

/// Answers NTP requests on its ports: waits in the event loop it was given, then moves batches from the socket through
/// the responder and back. Runs on one thread; shares nothing with others but the published state.
class Worker {
public:
    /// `io` and `state` must outlive the object.
    Worker(boost::asio::io_context& io, const PublishedState& state);
    ~Worker();

    /// Serves exactly these ports from now on. Ports it already has (the same pointers) go on without losing a packet;
    /// those no longer listed are emptied, then closed.
    void serve(std::vector<std::shared_ptr<UdpPort>> ports);

    /// Stops waiting; ports are closed. On the worker's own thread, or while its loop does not run.
    void stop();

    const Responder& responder() const { return responder_; }

private:
    class Watch;

    void drain(UdpPort& port);
    bool serve_batch(UdpPort& port);
    void send(UdpPort& port, const ServerState& state, std::size_t count);

    boost::asio::io_context& io_;
    const PublishedState& state_;
    Counter counter_;
    Responder responder_;
    std::array<Reply, UdpPort::kSubBatch> replies_;
    std::array<std::size_t, UdpPort::kSubBatch> slots_{};
    std::vector<std::shared_ptr<Watch>> watches_;
};

}  // namespace tokimori
