#pragma once

#include <functional>
#include <memory>

#include "server/daemon/control_permission.h"
#include "server/daemon/control_socket.h"

namespace tokimori {

/// What all connections of a control socket share.
struct ControlDesk {
    std::function<LocalInstant()> now;
    ControlSocket::Answer answer;
    ControlLimits limits;
    ControlCounts counts;
    ControlPermission permission;
};

/// One client of the control socket: a request is read, answered, and its reply taken, before the next one is looked
/// at. Closes itself where the limits say so. Runs on the thread of `io`.
class ControlConnection {
public:
    /// Takes over the descriptor of a connected stream socket, and begins.
    ControlConnection(boost::asio::io_context& io, int descriptor, std::shared_ptr<ControlDesk> desk);
    ~ControlConnection();
    ControlConnection(const ControlConnection&) = delete;
    ControlConnection& operator=(const ControlConnection&) = delete;

    bool is_open() const;
    /// Since when it waits for its client; no instant is later while he waits for us.
    LocalInstant waiting_since() const;
    void close();
    /// Closes it and counts that.
    void drop();

private:
    class Client;
    std::shared_ptr<Client> client_;
};

}  // namespace tokimori
