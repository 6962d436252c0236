#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "web/control_request.h"

namespace boost::asio {
class io_context;
}

namespace tokimori::web {

/// Asks the daemon on its control socket, one thing after the other over one connection, which is made again where it
/// broke. Every question gets one reply within `patience` of its turn, if only why there is none: `absent` (nobody
/// listens), `forbidden` (its socket is for another group), `silent`, `hung_up`, `busy` (too much waits), or what
/// `read_control_reply` says. On the thread of `io`.
class ControlClient {
public:
    ControlClient(boost::asio::io_context& io, std::string path, std::chrono::seconds patience);
    ~ControlClient();
    ControlClient(const ControlClient&) = delete;
    ControlClient& operator=(const ControlClient&) = delete;

    /// `done` is never called before this returns.
    void ask(const std::string& name, const std::string& more, std::function<void(DaemonReply)> done);

private:
    class Link;
    std::shared_ptr<Link> link_;
};

}  // namespace tokimori::web
