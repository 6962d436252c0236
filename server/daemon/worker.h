#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "refclocks/counter.h"
#include "server/daemon/published_state.h"
#include "server/daemon/query_teller.h"
#include "server/daemon/udp_port.h"
#include "server/ntp/query_responder.h"
#include "server/ntp/responder.h"

namespace boost::asio {
class io_context;
}

namespace tokimori {

/// Answers NTP requests on its ports: waits in the event loop it was given, then moves batches from the socket through
/// the responder and back. Runs on one thread; shares nothing with others but the published state.
class Worker {
public:
    /// What the clock thread tells it.
    struct Sources {
        const PublishedState& state;
        const PublishedQueryView& view;
    };

    /// `io` and `sources` must outlive the object. Remembers `clients` clients, IPv6 ones by their prefix.
    Worker(boost::asio::io_context& io, const Sources& sources, std::size_t clients, int ipv6_prefix);
    ~Worker();

    /// Serves exactly these ports from now on. Ports it already has (the same pointers) go on without losing a packet;
    /// those no longer listed are emptied, then closed.
    void serve(std::vector<std::shared_ptr<UdpPort>> ports);

    /// Who may ask from now on, and with whose keys. On the worker's own thread, or while its loop does not run.
    void admit_by(std::shared_ptr<const AccessRules> rules, std::shared_ptr<const KeyRing> keys) {
        responder_.admit_by(std::move(rules));
        responder_.authenticate_by(std::move(keys));
    }

    /// Whether clients that ask for interleaved mode get it. On the same thread as `admit_by`.
    void offer_interleaved(bool offered) { responder_.offer_interleaved(offered); }

    /// Whose clients are listed for those who may ask; they must outlive the object.
    void list_clients_of(std::vector<const ClientTable*> tables) { tables_ = std::move(tables); }

    /// Stops waiting; ports are closed. On the worker's own thread, or while its loop does not run.
    void stop();

    const Responder& responder() const { return responder_; }

    /// Whether anything was received since the last call, or nothing waits. On the worker's own thread.
    bool keeps_up();

private:
    class Watch;
    /// What one wake-up knows of the clock.
    struct Scene {
        std::optional<PublishedClock> clock = std::nullopt;  ///< as it was after the first requests came
        std::optional<Departure> departure = std::nullopt;   ///< of `clock.state`
    };

    /// These two: how many datagrams there were in the last batch.
    std::size_t drain(UdpPort& port);
    std::size_t serve_batch(UdpPort& port, Scene& scene);
    void learn_departures(UdpPort& port);
    void tell(UdpPort& port, Datagram& datagram);
    void send(UdpPort& port, Scene& scene, std::span<Reply> queued);

    boost::asio::io_context& io_;
    Sources sources_;
    Counter counter_{read_host_clocks_for_packets};
    Counter departures_{read_host_clocks_for_packets};  ///< of its own, so that either notices for itself that
                                                        ///< CLOCK_REALTIME was stepped
    Responder responder_;
    std::array<Reply, UdpPort::kBatch> queued_;  ///< complete but for the time
    QueryResponder queries_;
    std::array<QueryResponder::Fragment, UdpPort::kBatch> fragments_{};
    std::vector<const ClientTable*> tables_;
    std::vector<std::shared_ptr<Watch>> watches_;
    std::uint64_t received_ = 0;  ///< by the last `keeps_up`
};

}  // namespace tokimori
