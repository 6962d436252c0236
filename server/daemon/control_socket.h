#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "server/daemon/control_protocol.h"
#include "server/daemon/log.h"

namespace boost::asio {
class io_context;
}

namespace tokimori {

/// Where the socket is and for whom. `[control]` of the configuration.
struct ControlAddress {
    std::string path;          ///< empty: none
    std::string group;         ///< that may ask; empty: the daemon's own
    std::string changes_by{};  ///< the user who may change something besides root and the daemon's own; empty: nobody

    friend bool operator==(const ControlAddress&, const ControlAddress&) = default;
};

/// What one client may take. Nobody configures these; tests are less patient.
struct ControlLimits {
    std::size_t connections = 16;  ///< when there are as many, a new one takes the place of the longest idle
    unsigned burst = 10;           ///< requests of a connection at once, and connections at once, before they are paced
    Duration pause = std::chrono::milliseconds{100};  ///< between two paced ones
    Duration patience = std::chrono::seconds{30};     ///< for a whole request
    Duration slowness = std::chrono::seconds{5};      ///< for a client to take a whole reply
    Duration watch = std::chrono::seconds{10};        ///< how often the file is looked after
};

/// The control socket: a Unix stream socket, one request per line, one reply per line, in the order of the requests.
/// What clients do costs the loop a bounded share: a connection that asks too quickly is read less often, one that is
/// silent, endless or does not read is closed. A reply that takes its time holds up nobody else. A socket that cannot
/// be made is one message, and is tried again quietly for ever. Runs on the thread of `io`.
class ControlSocket {
public:
    /// Gets a line without its newline and sends one reply, now or later; who asked may have gone by then.
    using Answer = std::function<void(std::string_view line, const ControlPeer& peer, const SendReply& send)>;

    /// `io`, `log` must outlive the object; `now` tells the counter.
    ControlSocket(boost::asio::io_context& io, Log& log, std::function<LocalInstant()> now, Answer answer,
                  const ControlLimits& limits = {});
    ~ControlSocket();

    /// Listens there from now on; an unchanged address goes on with its connections.
    void serve(const ControlAddress& address);
    /// Closes everything and takes the file away.
    void stop();

    ControlCounts counts() const;

private:
    class Listener;
    std::shared_ptr<Listener> listener_;
};

}  // namespace tokimori
